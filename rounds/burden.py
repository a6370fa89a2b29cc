"""How much work a round makes (pure): items asked, and the time from the first entry to handing in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Burden:
    """Over the replies handed in: their number, the median items asked, the median minutes; None without any."""

    handed_in: int
    items: int | None
    minutes: int | None

    @property
    def words(self) -> str:
        """The median time as a person reads it."""
        return "—" if self.minutes is None else duration(self.minutes)


def measure(replies: Iterable[tuple[dt.datetime | None, dt.datetime | None, int | None]]) -> Burden:
    """Measure from (started, handed in, items asked) of each reply; what is unknown is left out."""
    rows = list(replies)
    items = [n for _, done, n in rows if done and n is not None]
    spans = [(done - start).total_seconds() / 60 for start, done, _ in rows if start and done and done >= start]
    return Burden(
        sum(1 for _, done, _ in rows if done),
        round(median(items)) if items else None,
        round(median(spans)) if spans else None,
    )


def minutes_between(start: dt.datetime | None, end: dt.datetime | None) -> int | None:
    """Whole minutes from `start` to `end`, None when either is unknown."""
    return round((end - start).total_seconds() / 60) if start and end else None


def duration(minutes: int) -> str:
    """45分, 3時間20分 or 2日5時間."""
    hours, rest = divmod(minutes, 60)
    days, left = divmod(hours, 24)
    if days:
        return f"{days}日{left}時間" if left else f"{days}日"
    if hours:
        return f"{hours}時間{rest}分" if rest else f"{hours}時間"
    return f"{rest}分"
