"""What is left to a target (pure): one department, one axis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Gap:
    """A level below its target. `department` and `axis` are primary keys, `line` joins axes of several versions.

    `level` is the reviewed level where there is one (`is_reviewed`), else the department's own.
    """

    department: int
    axis: int
    line: str
    level: int
    target: int
    due: dt.date | None = None
    is_reviewed: bool = False

    @property
    def size(self) -> int:
        return self.target - self.level

    def is_overdue(self, today: dt.date) -> bool:
        """The day of the target itself is not past yet."""
        return self.due is not None and self.due < today


def gap_of(
    *, department: int, axis: int, line: str, own: int | None, reviewed: int | None, target: int | None,
    due: dt.date | None, not_applicable: bool = False,
) -> Gap | None:  # fmt: skip
    """Return the gap; None where the axis does not apply, a level or target is unknown, or the target is reached."""
    level = own if reviewed is None else reviewed
    if not_applicable or level is None or target is None or level >= target:
        return None
    return Gap(department, axis, line, level, target, due, reviewed is not None)


def largest_first(found: Iterable[Gap]) -> list[Gap]:
    """The largest gap first; of equal ones the earliest due, without a date last. Otherwise the order stays."""
    return sorted(found, key=lambda g: (-g.size, g.due is None, g.due or dt.date.max))


def earliest_first(found: Iterable[Gap]) -> list[Gap]:
    """The earliest due date first, without a date last; of one day the largest gap."""
    return sorted(found, key=lambda g: (g.due is None, g.due or dt.date.max, -g.size))


def overdue(found: Iterable[Gap], today: dt.date) -> list[Gap]:
    return [g for g in found if g.is_overdue(today)]
