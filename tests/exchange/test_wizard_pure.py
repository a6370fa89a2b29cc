"""Cleaning, heads, likeness, grids and departments: what a wizard proposes without a database."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from exchange.wizard import cleaning, grid, heading, likeness, places
from exchange.wizard.heading import Head
from exchange.wizard.words import HEADS, VALUES
from lib import fiscal, wareki

D = dt.date


# ---- cleaning


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("　窓口　改革　", "窓口 改革"), (3.0, "3"), (2.5, "2.5"), (None, ""), (True, "TRUE"),
        (D(2026, 4, 1), "2026-04-01"),
        ("一行目\r\n\r\n 二行目 ", "一行目\n二行目"),
    ],
)  # fmt: skip
def test_plain_text(value: object, text: str) -> None:
    assert cleaning.plain(value) == text


@pytest.mark.parametrize(
    ("value", "code"),
    [("①", "1"), ("⑳", "20"), ("Ａ－０１", "A-01"), ("（２）", "2"), (7.0, "7"), ("⑴", "1"), ("課", "課")],
)
def test_codes(value: object, code: str) -> None:
    assert cleaning.code_of(value) == code


def test_half_width_leaves_kana_and_units_alone() -> None:
    assert cleaning.half_width("ＡＩ－ＯＣＲ１００％㈱カード") == "AI-OCR100%㈱カード"


@pytest.mark.parametrize(
    ("text", "bare"),
    [("電子申請※1", "電子申請"), ("電子申請（注２）", "電子申請"), ("※", "※"), ("電子申請", "電子申請")],
)
def test_footnote_marks(text: str, bare: str) -> None:
    assert cleaning.without_note_mark(text) == bare


def test_ditto_marks_take_the_value_above_again_and_again() -> None:
    rows = [["税務課", 1], ["〃", 2], ["同上", "〃"], ["福祉課", None]]
    assert cleaning.fill_ditto(rows) == 3
    assert rows == [["税務課", 1], ["税務課", 2], ["税務課", 2], ["福祉課", None]]


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        ("令和８年度", D(2026, 4, 1), D(2027, 3, 31)),
        ("R8", D(2026, 4, 1), D(2027, 3, 31)),
        ("令和元", D(2019, 4, 1), D(2020, 3, 31)),
        ("令和8年", None, None),
        ("2026", None, None),
        ("令和元年度末", D(2020, 3, 31), D(2020, 3, 31)),
        ("R8上期", D(2026, 4, 1), D(2026, 9, 30)),
        ("令和8年度 下半期", D(2026, 10, 1), D(2027, 3, 31)),
        ("2026年度第3四半期", D(2026, 10, 1), D(2026, 12, 31)),
        ("令和8年10月頃", D(2026, 10, 1), D(2026, 10, 31)),
        ("R9.2", D(2027, 2, 1), D(2027, 2, 28)),
        ("令和8年11月末", D(2026, 11, 30), D(2026, 11, 30)),
        ("R8.11.1予定", D(2026, 11, 1), D(2026, 11, 1)),
        (46113, D(2026, 4, 1), D(2026, 4, 1)),
        (dt.datetime(2026, 4, 1, 9), D(2026, 4, 1), D(2026, 4, 1)),
        ("未定", None, None),
        ("令和8年13月", None, None),
    ],
)
def test_loose_dates(value: object, start: dt.date | None, end: dt.date | None) -> None:
    for edge, day in (("start", start), ("end", end)):
        if day is None:
            with pytest.raises(ValueError, match="「"):
                cleaning.loose_date(value, edge)
        else:
            assert cleaning.loose_date(value, edge) == day


@given(st.dates(D(1990, 1, 1), D(2060, 12, 31)), st.sampled_from(("long", "short", "weekday")))
def test_every_day_is_read_back(day: dt.date, style: wareki.DateStyle) -> None:
    assert cleaning.loose_date(wareki.format_date(day, style), "start") == day


@given(st.integers(1990, 2060), st.sampled_from(("", "H1", "H2", "Q1", "Q4")))
def test_every_period_is_read_back(year: int, part: str) -> None:
    period = fiscal.Period(f"{year}{part}")
    assert cleaning.span_of(period.label) == (period.start, period.end)


@given(st.text(max_size=12))
def test_any_text_is_cleaned(text: str) -> None:
    once = cleaning.plain(text)
    assert cleaning.plain(once) == once
    assert cleaning.span_of(text) is None or cleaning.span_of(text)[0] <= cleaning.span_of(text)[1]


# ---- heads

PLAIN = [["番号", "取組名", "担当課"], [1, "窓口", "市民課"], [2, "決裁", "総務課"]]
TITLED = [
    ["令和8年度 DX推進計画 進捗一覧", None, None], ["（令和8年4月1日現在）", None, None], [None, None, None], *PLAIN
]  # fmt: skip
LEVELS = [
    ["No", "取組名", "期間", None, "所管"],
    [None, None, "開始", "終了", None],
    [1, "窓口", "R8.4.1", "R9.3.31", "市民課"],
]
LEVELS_MERGED = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 1, 4)]


LEVELS_BELOW = [(0, 0, 0, 4), *[(a + 1, b, c + 1, d) for a, b, c, d in LEVELS_MERGED]]


@pytest.mark.parametrize(
    ("rows", "merged", "head"),
    [
        (PLAIN, [], Head(0, 1)),
        (TITLED, [(0, 0, 0, 2)], Head(3, 1)),
        (LEVELS, LEVELS_MERGED, Head(0, 2)),
        ([["表題", None, None, None, None], *LEVELS], LEVELS_BELOW, Head(1, 2)),
        ([[1, 2], [3, 4]], [], Head(0, 1)),
        ([[None, None], ["x", None]], [], Head(1, 1)),
        ([], [], Head(0, 1)),
    ],
)  # fmt: skip
def test_heads_are_proposed(rows: heading.Rows, merged: heading.Merged, head: Head) -> None:
    assert heading.propose(rows, merged) == head


def test_levels_are_joined() -> None:
    assert heading.labels(LEVELS, LEVELS_MERGED, Head(0, 2)) == ["No", "取組名", "期間／開始", "期間／終了", "所管"]


def test_equal_heads_are_told_apart() -> None:
    assert heading.labels([["名称", "名称", None]], [], Head(0, 1)) == ["名称", "名称（2つ目）", ""]


def test_merged_cells_are_filled() -> None:
    rows = [["税務課", "a", None], [None, "b", None]]
    merged = [(0, 0, 1, 0), (0, 1, 0, 2)]
    assert heading.filled(rows, merged) == [["税務課", "a", "a"], ["税務課", "b", None]]
    assert heading.filled(rows, merged, down_only=True) == [["税務課", "a", None], ["税務課", "b", None]]
    assert rows[1][0] is None


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ([1, "窓口", "市民課", None], "data"), ([None, " ", None, None], "blank"), (["合　計", None, 3, None], "total"),
        ([None, "小計", 3, None], "total"), (["※ 令和8年4月現在", None, None, None], "note"),
        (["番号", "取組名", "担当課", "備考"], "heads"), (["１　市民サービス", None, None, None], "section"),
        (["この表は庁内の照会の結果をまとめたものであり、確定した値ではありません。", None, None, None], "note"),
        ([None, "合計特殊出生率の分析", "福祉課", None], "data"),
    ],
)  # fmt: skip
def test_kinds_of_rows(row: list[object], kind: str) -> None:
    assert heading.kind_of(row, ["番号", "取組名", "担当課", "備考"]) == kind


def test_a_layout_is_known_again_whatever_its_width() -> None:
    assert heading.fingerprint(["No.", "取組 名"]) == heading.fingerprint(["Ｎｏ", "取組名"])
    assert heading.fingerprint(["No", "取組名"]) != heading.fingerprint(["取組名", "No"])


CELLS = st.none() | st.integers(0, 99) | st.sampled_from(["番号", "取組名", "〃", "合計", "※注", "●", "長い文。" * 12])
SHEETS = st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=12)
AREAS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).map(
        lambda t: (t[0], t[1], t[0] + t[2], min(3, t[1] + t[3]))
    ),
    max_size=4,
)


@given(SHEETS, AREAS)
def test_any_sheet_has_heads_within_it(rows: heading.Rows, merged: heading.Merged) -> None:
    head = heading.propose(rows, merged)
    assert 1 <= head.depth <= heading.DEEPEST
    assert head.body <= max(len(rows), 1)
    found = [label for label in heading.labels(rows, merged, head) if label]
    assert len(found) == len(set(found))
    for row in rows:
        assert heading.kind_of(row, found) in heading.KIND_WORDS


# ---- likeness


def test_columns_find_their_fields() -> None:
    heads = ["No.", "事務事業名", "所管課", "期間／開始", "期間／終了", "事業概要", "天気"]
    fields = ["整理番号", "取組名", "担当", "開始日", "終了予定日", "目的", "現状と課題"]
    assert likeness.assign(heads, fields) == dict(enumerate(fields[:6]))


def test_what_a_city_calls_the_national_items_and_its_pillars_is_known() -> None:
    fields = ["取組名", "目的", "戦略の要素", "国の項目"]
    assert likeness.assign(["国の重点", "戦略の柱", "重点取組名", "今後の方針"], fields) == {
        0: "国の項目", 1: "戦略の要素", 2: "取組名",
    }  # fmt: skip


@pace(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*HEADS, *(w for ws in HEADS.values() for w in ws), "天気", ""]), max_size=8))
def test_each_field_is_given_once(heads: list[str]) -> None:
    chosen = likeness.assign(heads, list(HEADS))
    assert len(set(chosen.values())) == len(chosen)
    assert all(heads[at] for at in chosen)


def test_a_column_with_the_very_name_wins() -> None:
    assert likeness.assign(["事業名", "取組名"], ["取組名"]) == {1: "取組名"}


LIFE = ["未着手", "検討中", "実施中", "完了", "中止", "休止"]


@pytest.mark.parametrize(
    ("text", "options", "value"),
    [
        ("順調", LIFE, "実施中"), ("実施 済", LIFE, "完了"), ("未実施", LIFE, "未着手"), ("廃止", LIFE, "中止"),
        ("天気", LIFE, ""),
        ("●", ["対象", "対象外", "未確認"], "対象"), ("－", ["対象", "対象外", "未確認"], "対象外"),
        ("●", ["はい", "いいえ"], "はい"),
        ("○", ["未確認", "着手前", "作業中", "済"], "済"), ("", LIFE, ""), ("完了", LIFE, "完了"),
    ],
)  # fmt: skip
def test_values_are_proposed(text: str, options: list[str], value: str) -> None:
    assert likeness.value_of(text, options) == value


@given(st.text(max_size=10), st.text(max_size=10))
def test_likeness_is_a_share(first: str, second: str) -> None:
    assert 0 <= likeness.alike(first, second) <= 1
    assert (likeness.alike(first, second) == 1) == (
        cleaning.squeezed(first) == cleaning.squeezed(second) and cleaning.squeezed(first) != ""
    )


@given(st.sampled_from(sorted(VALUES)))
def test_every_word_means_itself(word: str) -> None:
    assert likeness.value_of(word, sorted(VALUES)) == word


# ---- grids

HALVES = ["令和3年度／上期", "令和3年度／下期", "令和4年度／上期", "令和4年度／下期"]
OWNERS = {"推進室": ("戦略室",), "共同": (), "原課": ("担当課",)}


@pytest.mark.parametrize(
    ("labels", "places"),
    [
        (["取組名", *HALVES], [1, 2, 3, 4]),
        (["取組名", "R3上期", "下期", "R4上期", "下期"], [1, 2, 3, 4]),
        (["実施スケジュール／R3", "実施スケジュール／R4年度", "備考"], [0, 1]),
        (["スケジュール／令和3年度", "スケジュール／4年度", "スケジュール／5年度", "備考"], [0, 1, 2]),
        (["令和8年度第1四半期", "令和8年度第2四半期"], [0, 1]),
        (["開始", "令和8年度"], []),
    ],
)
def test_grids_are_found(labels: list[str], places: list[int]) -> None:
    assert sorted(grid.columns(labels)) == places


def test_halves_have_their_days() -> None:
    spans = grid.columns(HALVES)
    assert spans[0] == (D(2021, 4, 1), D(2021, 9, 30))
    assert spans[3] == (D(2022, 10, 1), D(2023, 3, 31))


@pytest.mark.parametrize(
    ("cells", "merged", "bars"),
    [
        (["調査検討（戦略室）", None, "浸透・拡大（原課）", None], [(5, 0, 5, 1), (5, 2, 5, 3)],
         [("調査検討", "推進室", 0, 1), ("浸透・拡大", "原課", 2, 3)]),
        (["●", "●", None, "●"], [], [("実施", "", 0, 1), ("実施", "", 3, 3)]),
        (["準備", "→", "→", "稼働"], [], [("準備", "", 0, 2), ("稼働", "", 3, 3)]),
        (["勉強会", "勉強会", "勉強会", "勉強会"], [], [("勉強会", "", 0, 3)]),
        (["共同：試行", None, "試行", None], [], [("試行", "共同", 0, 0), ("試行", "", 2, 2)]),
        ([None, None, None, None], [], []),
        (["整備", "整備", None, None], [(5, 0, 5, 0)], [("整備", "", 0, 1)]),
    ],
)  # fmt: skip
def test_cells_become_bars(
    cells: list[str | None], merged: heading.Merged, bars: list[tuple[str, str, int, int]]
) -> None:
    spans = grid.columns(HALVES)
    made = grid.bars(cells, spans, merged, OWNERS)
    assert [(b.label, b.owner, b.starts, b.ends) for b in made] == [
        (label, owner, spans[first][0], spans[last][1]) for label, owner, first, last in bars
    ]


@given(st.lists(st.none() | st.sampled_from(["●", "→", "準備", "試行（共同）", " "]), min_size=4, max_size=4))
def test_bars_never_overlap_and_never_leave_the_grid(cells: list[str | None]) -> None:
    spans = grid.columns(HALVES)
    made = grid.bars(cells, spans)
    assert all(b.starts <= b.ends for b in made)
    assert all(a.ends < b.starts for a, b in pairwise(made))
    assert all(b.label and len(b.label) <= grid.LONGEST for b in made)
    covered = sum(sum(1 for s, e in spans.values() if b.starts <= s and e <= b.ends) for b in made)
    assert covered == sum(bool(cleaning.plain(c)) for c in cells)


# ---- departments

PLACES = [
    places.Place("0204 税務課", "0204", "税務課", "税務"),
    places.Place("0401 福祉課", "0401", "福祉課", "福祉"),
    places.Place("0105 デジタル推進課", "0105", "デジタル推進課", "デジ推"),
    places.Place("", "0105", "情報政策課", "情報", heir="0105 デジタル推進課"),
    places.Place("", "0990", "合併準備室", "合併"),
    places.Place("", "0203", "収納課", "収納", heir="0401 福祉課", heirs=("0204 税務課",)),
    places.Place("", "0400", "健康福祉課", "健福", heirs=("0401 福祉課", "0105 デジタル推進課")),
]


@pytest.mark.parametrize(
    ("text", "option", "note"),
    [
        ("税務課", "0204 税務課", ""), ("税　務　課", "0204 税務課", ""),
        ("0204", "0204 税務課", ""), ("税務", "0204 税務課", ""),
        ("総務部税務課", "0204 税務課", "読みました"), ("税務課　収納係", "0204 税務課", "読みました"),
        ("情報政策課", "0105 デジタル推進課", "廃止"),
        ("合併準備室", "", "廃止"),
        ("収納課", "0204 税務課", "「税務課」になりました"),
        ("健康福祉課", "", "「福祉課」「デジタル推進課」に分かれました"),
        ("デジタル推進科", "0105 デジタル推進課", "似て"),
        ("県庁", "", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_departments_are_proposed(text: str, option: str, note: str) -> None:
    found = places.guess(text, PLACES)
    assert found.option == option
    assert (note in found.note) if note else not found.note
