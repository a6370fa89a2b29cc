"""How heavy a report is in the review queue (pure): what it changes, the heaviest first."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from actions import rules

# Weights between those of the kinds of change (`_kind`); a rise of so many points is a leap.
REASONED, FIRST, LEAP = 67, 65, 55
JUMP = 30


class Moved(NamedTuple):
    """A report beside what was official before. `new_ends_on` is None where the end date stays; `grade` is the own
    grade where it is another one than before."""

    lifecycle_before: str
    percent_before: int
    as_of_before: dt.date | None
    lifecycle: str
    percent: int
    as_of: dt.date
    starts_on: dt.date
    ends_on: dt.date
    new_ends_on: dt.date | None
    pushes_milestone: bool
    moves_milestones: bool
    grade: int | None
    no_change: bool
    new_reason: bool

    @property
    def risen(self) -> int:
        return self.percent - self.percent_before


def weigh(moved: Moved, today: dt.date) -> tuple[str, int]:
    """Kind and weight of the change; weight 0 where the report repeats what was official."""
    kind, weight = _kind(moved, today)
    return kind, max([weight, *remarkable(moved)])


def remarkable(moved: Moved) -> dict[int, str]:
    """What makes a change worth a look whatever its kind: weights with their words."""
    found = {}
    if moved.as_of_before is None:
        found[FIRST] = "初めての報告"
    elif moved.risen >= JUMP:
        found[LEAP] = f"大きな前進 +{moved.risen}"
    if moved.new_reason:
        found[REASONED] = ""
    return found


def _kind(moved: Moved, today: dt.date) -> tuple[str, int]:
    ends_on = moved.new_ends_on or moved.ends_on
    now = rules.state_of(moved.lifecycle, moved.percent, moved.as_of, moved.starts_on, ends_on, today)
    if now in rules.DELAYED and _state_before(moved) not in rules.DELAYED:
        return "newly_late", 110 if now == "over" else 100
    if ends_on > moved.ends_on or moved.pushes_milestone:
        return "moved", 90
    if rules.is_odd(moved.lifecycle, moved.percent):
        return "mismatch", 80
    if moved.lifecycle != moved.lifecycle_before:
        return ("done", 60) if moved.lifecycle == "done" else ("progress", 50)
    return "progress", _progress(moved)


def _progress(moved: Moved) -> int:
    if moved.risen:
        return 70 if moved.risen < 0 else 40
    if moved.grade:
        return 45
    if moved.moves_milestones or moved.new_ends_on:
        return 40
    return 0 if moved.no_change else 10


def _state_before(moved: Moved) -> str:
    day = moved.as_of_before
    if day is None:
        return "todo"
    return rules.state_of(
        moved.lifecycle_before, moved.percent_before, day, moved.starts_on, moved.ends_on, day
    )  # fmt: skip
