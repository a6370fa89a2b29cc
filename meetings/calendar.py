"""Next dates of a body from its cadence, on working days (pure; holidays come from the calendar package)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import jpholiday

SATURDAY = 5
MONTHS = {"monthly": 1, "quarterly": 3, "half": 6, "yearly": 12}
DAYS = {"weekly": 7, "biweekly": 14}


def is_workday(day: dt.date) -> bool:
    """Whether the offices are open: no weekend, no national holiday, not between 29 December and 3 January."""
    closed = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < SATURDAY and not closed and not jpholiday.is_holiday(day)


def workday(day: dt.date) -> dt.date:
    """`day`, or the next day on which the offices are open."""
    while not is_workday(day):
        day += dt.timedelta(days=1)
    return day


def next_dates(
    cadence: str, week: int, weekday: int, last: dt.date | None, today: dt.date, n: int = 3
) -> list[dt.date]:
    """The next `n` days after today, counted on from the last meeting; none for a body that meets as needed."""
    if cadence not in MONTHS and cadence not in DAYS:
        return []
    found: list[dt.date] = []
    for day in _wanted(cadence, week, weekday, last or today):
        open_day = workday(day)
        if open_day > today and open_day not in found:
            found.append(open_day)
        if len(found) == n:
            break
    return found


def _wanted(cadence: str, week: int, weekday: int, start: dt.date) -> Iterator[dt.date]:
    if step := DAYS.get(cadence):
        day = start + dt.timedelta(days=(weekday - start.weekday()) % 7 or step)
        while True:
            yield day
            day += dt.timedelta(days=step)
    month = start.year * 12 + start.month - 1
    while True:
        month += MONTHS[cadence]
        yield nth_weekday(month // 12, month % 12 + 1, week, weekday)


def nth_weekday(year: int, month: int, week: int, weekday: int) -> dt.date:
    """The `week`-th given weekday of a month, e.g. the fourth Thursday."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (week - 1))
