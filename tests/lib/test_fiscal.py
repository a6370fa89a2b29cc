"""The fiscal calendar."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.fiscal import Period, fiscal_year, fiscal_year_end, half_of, halves_between, parse

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
YEARS = st.integers(1900, 2200)
KEYS = st.one_of(
    st.builds("{}".format, YEARS),
    st.builds("{}H{}".format, YEARS, st.integers(1, 2)),
    st.builds("{}Q{}".format, YEARS, st.integers(1, 4)),
    st.builds("{}-{:02}".format, YEARS, st.integers(1, 12)),
)


@pytest.mark.parametrize(
    ("key", "start", "end", "label", "short"),
    [
        ("2026", (2026, 4, 1), (2027, 3, 31), "令和8年度", "R8年度"),
        ("2026H1", (2026, 4, 1), (2026, 9, 30), "令和8年度上期", "R8上期"),
        ("2026H2", (2026, 10, 1), (2027, 3, 31), "令和8年度下期", "R8下期"),
        ("2026Q1", (2026, 4, 1), (2026, 6, 30), "令和8年度第1四半期", "R8第1四半期"),
        ("2026Q2", (2026, 7, 1), (2026, 9, 30), "令和8年度第2四半期", "R8第2四半期"),
        ("2026Q3", (2026, 10, 1), (2026, 12, 31), "令和8年度第3四半期", "R8第3四半期"),
        ("2026Q4", (2027, 1, 1), (2027, 3, 31), "令和8年度第4四半期", "R8第4四半期"),
        ("2026-07", (2026, 7, 1), (2026, 7, 31), "令和8年7月", "R8.7"),
        ("2028-02", (2028, 2, 1), (2028, 2, 29), "令和10年2月", "R10.2"),
        ("2019", (2019, 4, 1), (2020, 3, 31), "令和元年度", "R1年度"),
        ("2019H1", (2019, 4, 1), (2019, 9, 30), "令和元年度上期", "R1上期"),
        ("2019-04", (2019, 4, 1), (2019, 4, 30), "平成31年4月", "H31.4"),
    ],
)
def test_a_period_knows_its_days_and_names(key: str, start: tuple, end: tuple, label: str, short: str) -> None:
    period = Period(key)
    assert (period.start, period.end) == (dt.date(*start), dt.date(*end))
    assert (period.label, period.short_label) == (label, short)


@pytest.mark.parametrize(
    ("key", "following"),
    [
        ("2026", "2027"),
        ("2026H1", "2026H2"),
        ("2026H2", "2027H1"),
        ("2026Q3", "2026Q4"),
        ("2026Q4", "2027Q1"),
        ("2026-12", "2027-01"),
    ],
)
def test_periods_follow_each_other(key: str, following: str) -> None:
    assert Period(key).next() == Period(following)
    assert Period(following).previous() == Period(key)


@pytest.mark.parametrize("text", ["2026H1", " 2026h1 ", "２０２６Ｈ１", "2026 H1"])
def test_keys_are_read_in_any_width_and_case(text: str) -> None:
    assert parse(text) == Period("2026H1")


@pytest.mark.parametrize(
    "text", ["", "26H1", "2026H3", "2026Q0", "2026Q5", "2026-13", "2026-7", "1872", "9999", "上期"]
)
def test_other_keys_are_refused_in_japanese(text: str) -> None:
    with pytest.raises(ValueError, match="期間として読めません。2026、2026H1、2026Q3、2026-07"):
        parse(text)


def test_a_month_before_april_belongs_to_the_year_before() -> None:
    assert Period("2027-03").fiscal_year == 2026
    assert Period("2027-04").fiscal_year == 2027
    assert Period("2026Q4").fiscal_year == 2026


@pytest.mark.parametrize(
    ("day", "year", "half"),
    [
        (dt.date(2026, 3, 31), 2025, "2025H2"),
        (dt.date(2026, 4, 1), 2026, "2026H1"),
        (dt.date(2026, 9, 30), 2026, "2026H1"),
        (dt.date(2026, 10, 1), 2026, "2026H2"),
        (dt.date(2027, 1, 1), 2026, "2026H2"),
    ],
)
def test_the_year_turns_on_the_first_of_april(day: dt.date, year: int, half: str) -> None:
    assert fiscal_year(day) == year
    assert fiscal_year_end(day) == dt.date(year + 1, 3, 31)
    assert half_of(day).key == half


def test_halves_between_two_days_include_both_ends() -> None:
    keys = [half.key for half in halves_between(dt.date(2026, 9, 30), dt.date(2027, 10, 1))]
    assert keys == ["2026H1", "2026H2", "2027H1", "2027H2"]
    assert [h.key for h in halves_between(dt.date(2026, 5, 1), dt.date(2026, 5, 1))] == ["2026H1"]
    assert halves_between(dt.date(2026, 5, 2), dt.date(2026, 5, 1)) == []


@given(KEYS)
def test_next_and_previous_are_inverse_and_touch(key: str) -> None:
    period = Period(key)
    assert period.next().previous() == period
    assert period.next().start == period.end + dt.timedelta(days=1)
    assert period.next().kind == period.kind


@given(KEYS)
def test_a_period_contains_exactly_its_days(key: str) -> None:
    period = Period(key)
    one = dt.timedelta(days=1)
    assert period.contains(period.start)
    assert period.contains(period.end)
    assert not period.contains(period.start - one)
    assert not period.contains(period.end + one)


@given(DAYS)
def test_every_day_lies_in_its_half_and_year(day: dt.date) -> None:
    assert half_of(day).contains(day)
    assert half_of(day).fiscal_year == fiscal_year(day)
    assert Period(str(fiscal_year(day))).end == fiscal_year_end(day)


@given(DAYS, st.integers(0, 4000))
def test_halves_cover_the_days_without_gap(start: dt.date, days: int) -> None:
    end = start + dt.timedelta(days=days)
    halves = halves_between(start, end)
    assert halves[0].contains(start)
    assert halves[-1].contains(end)
    assert all(a.next() == b for a, b in itertools.pairwise(halves))
