"""Amounts: what a breakdown must add up to, and what a blank means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import money

BLANK = dict.fromkeys(money.AMOUNTS)


def amounts(**kw: int | None) -> dict[str, int | None]:
    return BLANK | kw


WHOLE = {"national": 500, "prefectural": 0, "bond": 300, "other": 0, "general": 200}


def test_no_breakdown_is_no_fault() -> None:
    assert money.faults(amounts(requested=1000)) == {}
    assert money.faults(BLANK) == {}


def test_a_whole_breakdown_adds_up_to_the_latest_amount() -> None:
    assert money.faults(amounts(requested=2000, approved=1000, **WHOLE)) == {}
    faults = money.faults(amounts(approved=1000, executed=990, **WHOLE))
    assert set(faults) == {"general"}
    assert faults["general"].startswith("財源の内訳の合計1,000千円が、決算額990千円と合いません。")


def test_a_blank_part_leaves_the_rest_open_but_never_exceeds() -> None:
    assert money.faults(amounts(requested=1000, national=400)) == {}
    assert "超えています" in money.faults(amounts(requested=1000, national=700, bond=400))["bond"]


def test_a_breakdown_needs_an_amount() -> None:
    assert "どれかも入力" in money.faults(amounts(national=1))["national"]


def test_a_reduction_may_have_parts_of_both_signs() -> None:
    assert money.faults(amounts(approved=-300, national=-500, general=200)) == {}
    assert money.faults(amounts(approved=-300, national=-500, prefectural=0, bond=0, other=0, general=200)) == {}


def test_sums_of_what_is_known() -> None:
    assert money.add(None, 3, None, 4) == 7
    assert money.add(None, None) is None
    assert money.add(0, None) == 0


def test_a_year_adds_first_and_later_budgets() -> None:
    year = money.year_money([
        (True, amounts(requested=1200, approved=1000, **WHOLE)),
        (False, amounts(requested=300, approved=250, general=250)),
    ])  # fmt: skip
    assert (year.requested, year.initial, year.extra, year.approved) == (1500, 1000, 250, 1250)
    assert (year.sources["general"], year.sources["national"]) == (450, 500)
    assert (year.divided, year.unknown) == (1250, 0)


def test_the_breakdown_of_a_result_stands_for_the_whole_year() -> None:
    year = money.year_money([
        (True, amounts(approved=1000, executed=1200, national=600, general=600)),
        (False, amounts(approved=250, general=250)),
    ])  # fmt: skip
    assert year.sources["general"] == 600
    assert (year.divided, year.unknown) == (1200, 0)


def test_an_empty_year_is_unknown() -> None:
    year = money.year_money([])
    assert (year.requested, year.approved, year.unknown) == (None, None, None)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("１，２００", "1200"), ("1,200千円", "1200"), ("△300", "-300"), ("▲ 1,000", "-1000"), ("−5", "-5"),
        ("180万円", "1800"), ("1.5百万円", "1500"), ("▲２億円", "-200000"), ("5,000円", "5"),
        ("", ""), ("たくさん", "たくさん"), ("千円", "千円"), ("500円", "500円"), ("9" * 5000, "9" * 5000),
    ],
)  # fmt: skip
def test_amounts_as_people_type_them(typed: str, read: str) -> None:
    assert money.parse(typed) == read


@given(st.integers(-money.MOST, money.MOST))
def test_what_is_shown_can_be_typed_again(value: int) -> None:
    assert int(money.parse(money.shown(value))) == value


def test_unknown_is_a_dash() -> None:
    assert money.shown(None) == "—"
    assert money.shown(0) == "0"
