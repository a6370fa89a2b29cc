"""Small words of the snapshots (pure): days and differences as a person reads them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from lib.wareki import format_date


def day(text: str | None, style: str = "month_end") -> str:
    """An ISO day in 和暦; a dash where there is none."""
    return format_date(dt.date.fromisoformat(text), style) if text else "—"  # type: ignore[arg-type]


def signed(value: int | Decimal) -> str:
    """A difference with its sign: +2, −1, ±0."""
    if value == 0:
        return "±0"
    return f"+{value}" if value > 0 else f"−{-value}"


def thread(pushes: list[dict], ends_on: str) -> list[str]:
    """The way of an end date, oldest first, its present value last."""
    return [*(day(p["before"]) for p in pushes), day(ends_on)]
