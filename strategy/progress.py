"""How far a register has come: what each row counts as, and what follows for the national item.

Pure: no Django, `today` is passed in. A row of which nobody knows whether it applies, and a row that
does not apply, stand in neither number of `done / applicable`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from lib.states import STATES


@dataclass(frozen=True)
class Kind:
    """What a row counts as: the state that colours it, and its word."""

    state: str
    label: str
    icon: str
    counts: bool = True  # stands in the denominator

    @property
    def css(self) -> str:
        return STATES[self.state].css


KINDS: dict[str, Kind] = {
    "done": Kind("done", "済", STATES["done"].icon),
    "working": Kind("run", "作業中", STATES["run"].icon),
    "over": Kind("over", "見込み超過", STATES["over"].icon),
    "deferred": Kind("late", "特定移行支援", STATES["late"].icon),
    "planned": Kind("stop", "着手前", "circle"),
    "unknown": Kind("todo", "状態を未確認", STATES["todo"].icon),
    "unclear": Kind("todo", "該当を未確認", STATES["todo"].icon, counts=False),
    "excluded": Kind("stop", "対象外", "circle-minus", counts=False),
    "prefecture": Kind("stop", "県の事務", "circle-minus", counts=False),
}

# What the country's date makes of a register, worst first.
OUTCOMES: dict[str, str] = {
    "over": "期限超過", "late": "遅れ", "todo": "未確認", "run": "期日前", "done": "達成", "stop": "対象なし",
}  # fmt: skip


class Row(Protocol):
    applicable: str
    prefectural: bool
    state: str
    due_on: dt.date | None


def kind_of(row: Row, today: dt.date) -> str:
    """Return the key of `KINDS`. A row past its own expected date is 見込み超過 until it is done."""
    if row.prefectural:
        return "prefecture"
    if row.applicable != "yes":
        return "excluded" if row.applicable == "no" else "unclear"
    if row.state != "done" and row.due_on is not None and row.due_on < today:
        return "over"
    return row.state


@dataclass(frozen=True)
class Tally:
    """Rows of a register by kind, and the last expected date among those still open."""

    kinds: Mapping[str, int]
    latest: dt.date | None = None

    @property
    def done(self) -> int:
        return self.kinds.get("done", 0)

    @property
    def applicable(self) -> int:
        return sum(n for key, n in self.kinds.items() if KINDS[key].counts)

    @property
    def unclear(self) -> int:
        """Rows of which nobody has said whether they apply."""
        return self.kinds.get("unclear", 0)

    @property
    def excluded(self) -> int:
        return self.kinds.get("excluded", 0) + self.kinds.get("prefecture", 0)

    @property
    def is_complete(self) -> bool:
        """All that applies is done, and nothing is left unclear."""
        return 0 < self.applicable == self.done and not self.unclear

    @property
    def present(self) -> list[tuple[Kind, int]]:
        """Kinds with at least one row, in the order of `KINDS`."""
        return [(kind, self.kinds[key]) for key, kind in KINDS.items() if self.kinds.get(key)]

    @property
    def remark(self) -> str:
        """The rows that are not done, in words: 特定移行支援5・作業中3."""
        return "・".join(f"{kind.label}{n}" for kind, n in self.present if kind is not KINDS["done"])


def tally(rows: Iterable[Row], today: dt.date) -> Tally:
    kinds: Counter[str] = Counter()
    latest: dt.date | None = None
    for row in rows:
        key = kind_of(row, today)
        kinds[key] += 1
        if KINDS[key].counts and key != "done" and row.due_on:
            latest = max(latest or row.due_on, row.due_on)
    return Tally(kinds, latest)


def outcome(counts: Tally, due_on: dt.date | None, today: dt.date) -> str:
    """Return the key of `OUTCOMES`: complete is 達成, past the country's date 期限超過, expected
    later than it 遅れ, else 期日前. Nothing known is 未確認, never a zero."""
    if not counts.applicable:
        return "todo" if counts.unclear else "stop"
    if counts.is_complete:
        return "done"
    if due_on is None or due_on >= today:
        return "late" if due_on and counts.latest and counts.latest > due_on else "run"
    return "over"


def worst(outcomes: Iterable[str]) -> str | None:
    """The outcome that stands for several registers of one item; None without a register."""
    found = set(outcomes)
    return next((key for key in OUTCOMES if key in found), None)


def share(part: int | None, whole: int | None) -> float | None:
    """Percentage, or None where a number is missing or nothing is there to divide by."""
    return None if part is None or not whole else part * 100 / whole


def percent(rate: float | None) -> str:
    """38.4%, or a dash where no number was entered."""
    return "—" if rate is None else f"{rate:.1f}%"
