"""Reading and writing 和暦."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.wareki import ERAS, era_year, fiscal_year_name, format_date, parse_date

FIRST_OF_NOVEMBER = dt.date(2026, 11, 1)
DAYS = st.dates(ERAS[0].first, dt.date(2117, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "令和8年11月1日",
        "令和８年１１月１日",
        "  令和8年11月1日　",
        "令和 8 年 11 月 1 日",
        "令和8年11月1日（日）",
        "R8.11.1",
        "R08.11.01",
        "r8.11.1",
        "R8/11/1",
        "R8-11-1",
        "Ｒ８．１１．１",
        "Ｒ８／１１／１",
        "㋿8年11月1日",
        "2026-11-01",
        "2026‐11−01",
        "２０２６ー１１ー１",
        "2026/11/1",
        "2026.11.1",
        "2026年11月1日",
        "２０２６年１１月１日",
        "20261101",
    ],
)
def test_staff_may_write_one_day_in_many_ways(text: str) -> None:
    assert parse_date(text) == FIRST_OF_NOVEMBER


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", dt.date(2019, 5, 1)),
        ("R元.5.1", dt.date(2019, 5, 1)),
        ("令和1年5月1日", dt.date(2019, 5, 1)),
        ("平成31年4月30日", dt.date(2019, 4, 30)),
        ("昭和64年1月7日", dt.date(1989, 1, 7)),
        ("平成元年1月8日", dt.date(1989, 1, 8)),
        ("S元.12.25", dt.date(1926, 12, 25)),
        ("大正元年7月30日", dt.date(1912, 7, 30)),
        ("明治元年1月25日", dt.date(1868, 1, 25)),
        ("令和9年9月末", dt.date(2027, 9, 30)),
        ("令和10年2月末日", dt.date(2028, 2, 29)),
        ("2027年2月末", dt.date(2027, 2, 28)),
    ],
)
def test_first_and_last_days_of_eras_and_months(text: str, day: dt.date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("8.11.1", "「8.11.1」には元号がありません。R8.11.1 のように元号を付けるか、西暦4桁で入力してください。"),
        ("8年11月1日", "元号がありません"),
        ("", "「」は日付として読めません。令和8年11月1日、R8.11.1、2026-11-01 のように入力してください。"),
        ("来年の春", "「来年の春」は日付として読めません"),
        ("R8.11", "日付として読めません"),
        ("R8.11/1", "日付として読めません"),
        ("令和8年11月1日ごろ", "日付として読めません"),
        ("2026110", "日付として読めません"),
        ("R8.2.30", "「R8.2.30」という日はありません。令和8年2月は1日から28日までです。"),
        ("2026-13-01", "という日はありません。月は1から12までです。"),
        ("20261100", "2026年11月は1日から30日までです"),
        ("0000-01-01", "という日はありません"),
        ("R0.5.1", "「R0.5.1」の年が0です。最初の年は令和元年です。"),
        ("令和8年11月1日（月）", "の曜日が合いません。令和8年11月1日は日曜日です。"),
        (
            "平成32年4月1日",
            "「平成32年4月1日」は平成の期間にありません（終わりは平成31年4月30日）。令和2年4月1日と入力してください。",
        ),
        (
            "令和元年4月30日",
            "「令和元年4月30日」は令和の期間にありません（始まりは令和元年5月1日）。平成31年4月30日と入力してください。",
        ),
        ("昭和64年1月8日", "平成元年1月8日と入力してください"),
        ("明治元年1月24日", "明治より前の日付"),
        ("1867-12-31", "明治より前の日付"),
    ],
)
def test_a_refusal_quotes_the_text_and_says_what_to_write(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        parse_date(text)


def test_a_refusal_does_not_repeat_a_pasted_page() -> None:
    with pytest.raises(ValueError, match="日付として読めません") as refusal:
        parse_date("あ" * 5000)
    assert len(str(refusal.value)) < 120


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("long", "令和8年11月1日"),
        ("weekday", "令和8年11月1日（日）"),
        ("short", "R8.11.1"),
        ("month", "令和8年11月"),
        ("month_end", "令和8年11月1日"),
    ],
)
def test_styles(style: str, text: str) -> None:
    assert format_date(FIRST_OF_NOVEMBER, style) == text  # type: ignore[arg-type]


def test_month_end_is_said_only_on_the_last_day() -> None:
    assert format_date(dt.date(2027, 9, 30), "month_end") == "令和9年9月末"
    assert format_date(dt.date(2028, 2, 28), "month_end") == "令和10年2月28日"
    assert format_date(dt.date(2028, 2, 29), "month_end") == "令和10年2月末"


def test_year_one_is_gannen_in_words_and_1_in_short() -> None:
    day = dt.date(2019, 5, 1)
    assert [format_date(day, style) for style in ("long", "month", "short")] == [
        "令和元年5月1日",
        "令和元年5月",
        "R1.5.1",
    ]


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="明治より前"):
        format_date(dt.date(1868, 1, 24))
    with pytest.raises(ValueError, match="unknown date style"):
        format_date(FIRST_OF_NOVEMBER, "iso")  # type: ignore[arg-type]


def test_the_eras_join_without_gap_and_only_the_last_is_open() -> None:
    for before, after in itertools.pairwise(ERAS):
        assert before.last is not None
        assert before.last + dt.timedelta(days=1) == after.first
    assert [era.name for era in ERAS if era.last is None] == ["令和"]


@given(DAYS, st.sampled_from(["long", "weekday", "short"]))
def test_what_is_written_can_be_read(day: dt.date, style: str) -> None:
    assert parse_date(format_date(day, style)) == day  # type: ignore[arg-type]


@given(DAYS)
def test_month_ends_and_iso_dates_can_be_read(day: dt.date) -> None:
    assert parse_date(format_date(day, "month_end")) == day
    assert parse_date(day.isoformat()) == parse_date(f"{day:%Y%m%d}") == day


@given(DAYS)
def test_a_day_belongs_to_the_era_that_holds_it(day: dt.date) -> None:
    at = era_year(day)
    assert at.era.first <= day
    assert at.era.last is None or day <= at.era.last
    assert at.year == day.year - at.era.first.year + 1


def outcome(text: str) -> str:
    try:
        parse_date(text)
    except ValueError as refusal:
        return str(refusal)
    return "read"


@given(
    st.text(max_size=40)
    | st.from_regex(r"[RH令和平成明治]*[0-9]{1,4}[年./-][0-9]{1,2}[月./-][0-9末]{1,2}日?", fullmatch=True)
)
def test_any_text_is_read_or_refused_in_japanese(text: str) -> None:
    assert outcome(text) == "read" or "。" in outcome(text)


@pytest.mark.parametrize(
    ("year", "name"),
    [
        (2026, "令和8年度"),
        (2020, "令和2年度"),
        (2019, "令和元年度"),  # also called 平成31年度 until April 2019
        (2018, "平成30年度"),
        (1989, "平成元年度"),
        (1988, "昭和63年度"),
        (1926, "大正15年度"),
    ],
)
def test_fiscal_years_are_named_by_their_first_day_except_2019(year: int, name: str) -> None:
    assert fiscal_year_name(year) == name
