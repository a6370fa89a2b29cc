"""Amounts in 千円 (pure): where money comes from, what a breakdown must add up to, what a blank means.

A blank is unknown, never 0: sums say what is known and how much of it is not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import InvalidOperation

from exchange import cells

STAGES = {"requested": "要求額", "approved": "予算額", "executed": "決算額"}
SOURCES = {
    "national": "国庫支出金", "prefectural": "県支出金", "bond": "地方債", "other": "その他", "general": "一般財源",
}  # fmt: skip
AMOUNTS = (*STAGES, *SOURCES)
MOST = 999_999_999
DIGITS = 15
MINUS = ("△", "▲", "−", "‐", "ー")

Amounts = Mapping[str, int | None]


def kind_label(kind: str, number: int) -> str:
    """当初, or which 補正."""
    return "当初" if kind == "initial" else f"補正第{number}号"


def basis(amounts: Amounts) -> str:
    """The stage that a breakdown divides: the latest amount that is known; empty without any."""
    return next((stage for stage in reversed(STAGES) if amounts[stage] is not None), "")


def faults(amounts: Amounts) -> dict[str, str]:
    """What is wrong with a breakdown, by field. A blank part leaves the rest open; it never counts as 0."""
    parts = {name: amounts[name] for name in SOURCES if amounts[name] is not None}
    if not parts:
        return {}
    stage = basis(amounts)
    if not stage:
        return {next(iter(parts)): "財源の内訳を入れるときは、要求額・予算額・決算額のどれかも入力してください。"}
    whole, known = amounts[stage] or 0, sum(v or 0 for v in parts.values())
    words = f"財源の内訳の合計{known:,}千円が、{STAGES[stage]}{whole:,}千円"
    if len(parts) == len(SOURCES) and known != whole:
        return {"general": f"{words}と合いません。分からない財源は、0ではなく空欄にしてください。"}
    if whole >= 0 and all((v or 0) >= 0 for v in parts.values()) and known > whole:
        return {list(parts)[-1]: f"{words}を超えています。"}
    return {}


@dataclass
class YearMoney:
    """The amounts of one action in one fiscal year, 当初 and 補正 together."""

    requested: int | None = None
    initial: int | None = None
    extra: int | None = None
    executed: int | None = None
    sources: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(SOURCES))
    divided: int | None = None

    @property
    def approved(self) -> int | None:
        """予算現額: 当初 and 補正 together."""
        return add(self.initial, self.extra)

    @property
    def unknown(self) -> int | None:
        """What the breakdown leaves open; None where there is nothing to divide."""
        return None if self.divided is None else self.divided - sum(v or 0 for v in self.sources.values())


def add(*values: int | None) -> int | None:
    """Sum of what is known; None when nothing is."""
    known = [v for v in values if v is not None]
    return sum(known) if known else None


def year_money(rows: Iterable[tuple[bool, Amounts]]) -> YearMoney:
    """Fold the rows of one year, each with whether it is 当初.

    決算 speaks for the whole year: once it is known, its breakdown stands for that of the 補正 too.
    """
    rows = list(rows)
    settled = any(is_initial and amounts["executed"] is not None for is_initial, amounts in rows)
    found = YearMoney()
    for is_initial, amounts in rows:
        found.requested = add(found.requested, amounts["requested"])
        found.executed = add(found.executed, amounts["executed"])
        if is_initial:
            found.initial = add(found.initial, amounts["approved"])
        else:
            found.extra = add(found.extra, amounts["approved"])
        if is_initial or not settled:
            found.sources = {name: add(found.sources[name], amounts[name]) for name in SOURCES}
            stage = basis(amounts)
            found.divided = add(found.divided, amounts[stage] if stage else None)
    return found


def parse(text: str) -> str:
    """An amount as people type it, in digits of 千円: full-width digits, separators, △ or ▲ for a reduction, a unit
    behind it as in a workbook (180万円 is 1800). What is no whole amount, a unit alone too, comes back as it is."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("、", "").strip()
    plain = "-" + plain[1:].strip() if plain[:1] in MINUS else plain
    try:
        amount = cells.thousands(plain)
    except InvalidOperation:
        return plain
    # A number of thousands of digits is refused as it was typed; Python would not write it.
    is_whole = amount.adjusted() < DIGITS and amount == amount.to_integral_value()
    return str(int(amount)) if is_whole else plain


def shown(value: int | None) -> str:
    """1,200 or △300, and a dash for what is unknown."""
    if value is None:
        return "—"
    return f"{value:,}" if value >= 0 else f"△{-value:,}"
