"""Next dates of a body on working days."""

from __future__ import annotations

import datetime as dt

import pytest

from meetings.calendar import is_workday, next_dates, nth_weekday, workday

D = dt.date


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (D(2026, 11, 2), True), (D(2026, 11, 3), False), (D(2026, 11, 7), False), (D(2026, 12, 28), True),
        (D(2026, 12, 29), False), (D(2027, 1, 3), False), (D(2027, 1, 4), True), (D(2026, 9, 22), False),
    ],
)  # fmt: skip
def test_closed_days(day, is_open):
    assert is_workday(day) is is_open


def test_the_next_open_day():
    assert workday(D(2026, 12, 29)) == D(2027, 1, 4)
    assert workday(D(2026, 11, 2)) == D(2026, 11, 2)


@pytest.mark.parametrize(
    ("week", "weekday", "day"), [(1, 0, D(2026, 11, 2)), (4, 3, D(2026, 11, 26)), (1, 6, D(2026, 11, 1))]
)
def test_nth_weekday(week, weekday, day):
    assert nth_weekday(2026, 11, week, weekday) == day


@pytest.mark.parametrize(
    ("cadence", "last", "expected"),
    [
        ("weekly", D(2026, 10, 29), [D(2026, 11, 5), D(2026, 11, 12)]),
        ("biweekly", D(2026, 10, 29), [D(2026, 11, 12), D(2026, 11, 26)]),
        ("monthly", D(2026, 10, 22), [D(2026, 11, 26), D(2026, 12, 24)]),
        ("quarterly", D(2026, 8, 27), [D(2026, 11, 26), D(2027, 2, 25)]),
        ("half", D(2026, 5, 28), [D(2026, 11, 26), D(2027, 5, 27)]),
        ("yearly", D(2025, 11, 27), [D(2026, 11, 26), D(2027, 11, 25)]),
        ("none", D(2026, 10, 1), []),
        ("quarterly", D(2024, 2, 22), [D(2026, 11, 26), D(2027, 2, 25)]),
    ],
)
def test_next_dates(cadence, last, expected):
    assert next_dates(cadence, 4, 3, last, D(2026, 11, 1), 2) == expected


def test_a_holiday_moves_to_the_next_working_day():
    assert next_dates("monthly", 1, 1, D(2026, 10, 6), D(2026, 10, 20), 1) == [D(2026, 11, 4)]


def test_without_a_meeting_it_counts_from_today():
    assert next_dates("weekly", 1, 0, None, D(2026, 11, 2), 1) == [D(2026, 11, 9)]
