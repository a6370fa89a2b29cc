"""Dates of the story (pure): half-years counted from the one that holds today, and the days of a round."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from lib import fiscal

OPEN_SINCE, OPEN_LEFT = 15, 6
OPENS_AFTER, DUE_AFTER, CLOSES_AFTER = 12, 44, 7
SATURDAY = 5


def half(today: dt.date, offset: int) -> fiscal.Period:
    """The half-year `offset` halves after the one that holds `today` (negative: before)."""
    period = fiscal.half_of(today)
    for _ in range(abs(offset)):
        period = period.next() if offset > 0 else period.previous()
    return period


def month_end(today: dt.date, months: int) -> dt.date:
    """Last day of the month that lies `months` after that of `today`."""
    number = today.year * 12 + today.month - 1 + months
    return fiscal.parse(f"{number // 12:04}-{number % 12 + 1:02}").end


def workday(day: dt.date) -> dt.date:
    """`day`, or the Monday after a weekend."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


@dataclass(frozen=True)
class Days:
    """The days of one round. `last` is the last day on which anything happened; an open round has no `closes`."""

    opens: dt.date
    due: dt.date
    last: dt.date
    closes: dt.date | None


def round_days(today: dt.date, offset: int) -> Days:
    """Days of the round about a half-year; the latest complete half is being asked about now."""
    if offset == -1:
        opens, due = today - dt.timedelta(days=OPEN_SINCE), today + dt.timedelta(days=OPEN_LEFT)
        return Days(opens, due, today - dt.timedelta(days=1), None)
    end = half(today, offset).end
    opens, due = (workday(end + dt.timedelta(days=n)) for n in (OPENS_AFTER, DUE_AFTER))
    return Days(opens, due, due, workday(due + dt.timedelta(days=CLOSES_AFTER)))


@dataclass(frozen=True)
class Steps:
    """Days on which one department entered, submitted, approved, and had its reply accepted."""

    entered: dt.date
    submitted: dt.date
    approved: dt.date
    accepted: dt.date


def reply_steps(days: Days, rng: Random) -> Steps:
    """Spread one reply over its round; all four days lie between opening and `last`, none on a weekend."""
    span = (days.last - days.opens).days
    shares = (rng.uniform(0, 0.3), rng.uniform(0.05, 0.3), rng.uniform(0, 0.15), rng.uniform(0.05, 0.2))
    at, found = 0.0, []
    for share in shares:
        at += share * span
        found.append(_not_after(workday(days.opens + dt.timedelta(days=round(at))), days.last))
    return Steps(*found)


def _not_after(day: dt.date, last: dt.date) -> dt.date:
    return min(day, last)
