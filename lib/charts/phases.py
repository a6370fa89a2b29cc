"""Phases of a schedule: who carries them, which belong together, which lie side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from lib.fiscal import half_of
from lib.palette import PALETTE
from lib.wareki import format_date

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Owner:
    """Who carries a phase: `chip` is the letter in the bar."""

    word: str
    chip: str
    fill: str
    stroke: str
    ink: str


OWNERS: dict[str, Owner] = {
    "office": Owner("推進室", "推", PALETTE["key"], PALETTE["key"], PALETTE["ink-on"]),
    "joint": Owner("共同", "共", PALETTE["key-tint"], PALETTE["key-mid"], PALETTE["ink"]),
    "department": Owner("原課", "原", PALETTE["surface"], PALETTE["key"], PALETTE["ink"]),
}


@dataclass(frozen=True)
class Phase:
    """A planned phase, or an actual one, from `start` to `end` (included). `owner` is one of OWNERS."""

    label: str
    owner: str
    start: dt.date
    end: dt.date
    is_actual: bool = False

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"工程「{self.label}」の終わりが始まりより前です。")


def merged(phases: Iterable[Phase]) -> list[Phase]:
    """Join phases of one name and owner that touch or overlap, e.g. entered once for each half-year."""
    joined: list[Phase] = []
    for phase in sorted(phases, key=lambda p: (p.label, p.owner, p.start, p.end)):
        last = joined[-1] if joined else None
        if last and (last.label, last.owner) == (phase.label, phase.owner) and phase.start <= last.end + _DAY:
            joined[-1] = replace(last, end=max(last.end, phase.end))
        else:
            joined.append(phase)
    return sorted(joined, key=lambda p: (p.start, p.end, p.label))


def lanes(phases: Sequence[Phase]) -> list[list[Phase]]:
    """Put each phase in the first lane where it overlaps nothing."""
    filled: list[list[Phase]] = []
    for phase in phases:
        free = next((lane for lane in filled if lane[-1].end < phase.start), None)
        if free is None:
            filled.append([phase])
        else:
            free.append(phase)
    return filled


@lru_cache(maxsize=4096)
def period_text(start: dt.date, end: dt.date) -> str:
    """Say a period in half-years if it begins and ends with one, else in days."""
    first, last = half_of(start), half_of(end)
    if (start, end) == (first.start, last.end):
        return first.label if first == last else f"{first.label}〜{last.label}"
    return f"{format_date(start)}〜{format_date(end, 'month_end')}"
