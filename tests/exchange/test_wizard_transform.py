"""From rows of a city's sheet to cells under the portal's columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from exchange.wizard.heading import Head
from exchange.wizard.transform import Choices, Spec, Table, converted, distinct, make, parts

SPECS = {
    s.name: s
    for s in (
        Spec("code", "整理番号", "text", required=True),
        Spec("title", "取組名", "text"),
        Spec("department", "担当", "one", options=("税務課", "福祉課")),
        Spec("others", "関係課", "many", options=("税務課", "福祉課")),
        Spec("state", "状況", "choice", options=("実施中", "完了")),
        Spec("starts_on", "開始", "day"),
        Spec("ends_on", "終了", "day"),
        Spec("volume", "件数", "number"),
        Spec("year", "年度", "year"),
        Spec("approved", "予算額", "amount"),
        Spec("total", "計", "number", locked=True),
    )
}
ROWS: list[list[Any]] = [
    ["一覧", None, None, None],
    ["番号", "取組名", "担当課", "件数"],
    ["①", "窓口※1", "税務課", "1,200件"],
    ["②", "決裁", "〃", "約30"],
    [None, None, None, None],
    ["1　福祉", None, None, None],
    ["③", "相談", "福祉課", "多数"],
    ["番号", "取組名", "担当課", "件数"],
    ["合計", None, None, 1230],
    ["※1 継続", None, None, None],
]


def table(rows: list[list[Any]] = ROWS, **kwargs: Any) -> Table:
    return Table(rows, kwargs.get("merged", []), Head(1, 1))


def chosen(**kwargs: Any) -> Choices:
    columns = {0: "code", 1: "title", 2: "department", 3: "volume"}
    values = {"department": {"税務課": "税務課", "福祉課": "福祉課"}}
    return Choices(**{"sheet": "一覧", "first": 1, "columns": columns, "values": values, **kwargs})


def test_rows_are_told_apart() -> None:
    assert [line.kind for line in table().lines] == [
        "data", "data", "blank", "section", "data", "heads", "total", "note"
    ]  # fmt: skip
    assert table().counts() == {"data": 3, "blank": 1, "total": 1, "note": 1, "section": 1, "heads": 1}


def test_rows_become_cells() -> None:
    assert [(row.number, row.cells) for row in make(table(), chosen(), SPECS)] == [
        (3, {"code": "1", "title": "窓口", "department": "税務課", "volume": "1200"}),
        (4, {"code": "2", "title": "決裁", "department": "税務課", "volume": "30"}),
        (7, {"code": "3", "title": "相談", "department": "福祉課", "volume": "多数"}),
    ]


def test_rows_that_are_wanted_back_come_along() -> None:
    assert [row.number for row in make(table(), chosen(kept=["section", "total"]), SPECS)] == [3, 4, 6, 7, 9]


def test_ditto_does_not_reach_over_the_rows_left_out() -> None:
    rows = [*ROWS[:3], ["小計", None, None, 5], ["②", "決裁", "〃", 1]]
    assert make(table(rows), chosen(), SPECS)[1].cells["department"] == "税務課"


def test_merged_cells_count_for_every_row() -> None:
    rows = [*ROWS[:3], ["②", "決裁", None, 1], ["③", "相談", None, 2]]
    made = make(table(rows, merged=[(2, 2, 4, 2)]), chosen(), SPECS)
    assert [row.cells["department"] for row in made] == ["税務課"] * 3


def test_one_value_fills_every_row_that_has_none() -> None:
    made = make(table(), chosen(columns={1: "title"}, fixed={"code": "新-{番号}", "gone": "x"}), SPECS)
    assert [row.cells["code"] for row in made] == ["新-001", "新-002", "新-003"]
    assert make(table(), chosen(fixed={"title": "同じ"}), SPECS)[0].cells["title"] == "窓口"


def test_a_field_that_is_gone_is_passed_over() -> None:
    assert "gone" not in make(table(), chosen(columns={0: "gone", 1: "title"}), SPECS)[0].cells


@pytest.mark.parametrize(
    ("name", "value", "cell"),
    [
        ("code", "Ａ－１", "A-1"), ("title", "　窓口　", "窓口"), ("title", None, None), ("title", 12.0, "12"),
        ("starts_on", "令和8年度", dt.date(2026, 4, 1)), ("ends_on", "令和8年度", dt.date(2027, 3, 31)),
        ("ends_on", "いつか", "いつか"), ("starts_on", dt.date(2026, 4, 1), dt.date(2026, 4, 1)),
        ("volume", "１２３人", "123"), ("volume", 4.5, 4.5), ("volume", "-12", "-12"), ("volume", "百", "百"),
        ("state", "順調", "実施中"), ("state", "謎", None), ("others", "税務課、福祉課／税務課", "税務課\n福祉課"),
        ("others", "謎", None),
    ],
)  # fmt: skip
def test_cells_are_converted(name: str, value: Any, cell: Any) -> None:
    words = {"順調": "実施中", "税務課": "税務課", "福祉課": "福祉課"}
    assert converted(value, SPECS[name], words) == cell


def test_words_are_counted() -> None:
    lines = table().wanted(chosen())
    assert distinct(lines, 2, SPECS["department"]) == {"税務課": 2, "福祉課": 1}
    assert distinct(lines, 99, SPECS["department"]) == {}
    assert parts("税務課・福祉課", SPECS["department"]) == ["税務課・福祉課"]


def test_samples_are_few_and_different() -> None:
    assert table().samples(2) == ["税務課", "福祉課"]
    assert len(table().samples(1, 2)) == 2


def test_choices_survive_being_kept() -> None:
    choices = chosen(fixed={"code": "x"}, kept=["note"], grid=False, owner="原課", depth=2)
    assert Choices.of(choices.plain()) == choices
    assert Choices.of({**choices.plain(), "unknown": 1}) == choices
    assert Choices.of({}) == Choices()


def test_locked_columns_have_nothing_to_choose() -> None:
    assert not SPECS["total"].has_options
    assert SPECS["state"].has_options
    assert (SPECS["ends_on"].edge, SPECS["starts_on"].edge) == ("end", "start")


CELLS = (
    st.none() | st.integers(0, 9999) | st.text(max_size=6) | st.sampled_from(["〃", "合計", "●", "R8.4.1", "税務課"])
)


@pace(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=2, max_size=10))
def test_any_sheet_is_transformed(rows: list[list[Any]]) -> None:
    made = make(table(rows), chosen(), SPECS)
    assert len(made) <= len(rows) - 2
    assert [row.number for row in made] == sorted(row.number for row in made)
    for row in made:
        assert set(row.cells) <= set(SPECS)
        assert row.cells.get("department") in (None, "税務課", "福祉課")
