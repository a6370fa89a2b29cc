"""Averages against tables computed by hand, and what blanks must never do."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maturity import scoring
from maturity.scoring import AxisFigure, Mark, axis_figure, differences, largest_gain, largest_gap, mean, overall, shown

NA = Mark(not_applicable=True)
BLANK = Mark()


def levels(*values: int | None) -> list[Mark]:
    return [Mark(v) for v in values]


def figure(name: str, now: str | None, previous: str | None = None, target: str | None = None) -> AxisFigure:
    known = [None if v is None else Decimal(v) for v in (now, previous, target)]
    return AxisFigure(name, name, *known, answered=1, not_applicable=0)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (levels(3, 4, 2), "3.0"),
        (levels(3, None, 4), "3.5"),
        ([*levels(1, 2), NA, BLANK], "1.5"),
        (levels(2, 2, 2, 3), "2.3"),
        (levels(5, 5, 4), "4.7"),
        (levels(0, 1), "0.5"),
        (levels(1), "1.0"),
    ],
)
def test_the_average_of_an_axis_leaves_out_blanks_and_not_applicable(marks, expected):
    assert axis_figure("a", "軸", marks).now == Decimal(expected)


@pytest.mark.parametrize("marks", [[], [BLANK, BLANK], [NA], [NA, BLANK]])
def test_nothing_known_is_none_and_not_zero(marks):
    found = axis_figure("a", "軸", marks, marks)
    assert (found.now, found.previous, found.target, found.gain, found.gap) == (None,) * 5
    assert found.answered == 0


def test_halves_round_up_as_by_hand():
    assert shown(Fraction(225, 100)) == Decimal("2.3")
    assert shown(Fraction(235, 100)) == Decimal("2.4")
    assert shown(Fraction(2249, 1000)) == Decimal("2.2")


def test_an_axis_counts_its_answers_and_averages_its_targets():
    marks = [Mark(3, target=4), Mark(None, target=5), Mark(not_applicable=True, target=1), Mark(2)]
    found = axis_figure("a", "軸", marks, levels(2, 2))
    assert (found.answered, found.not_applicable) == (2, 1)
    assert (found.now, found.target, found.previous) == (Decimal("2.5"), Decimal("4.5"), Decimal("2.0"))
    assert (found.gain, found.gap) == (Decimal("0.5"), Decimal("2.0"))


def test_differences_of_the_page_add_up_with_its_rounded_figures():
    found = figure("軸", now="2.9", previous="2.6", target="4.0")
    assert (found.gain, found.gap) == (Decimal("0.3"), Decimal("1.1"))


def test_overall_weighs_each_axis_the_same():
    # Means 4, 2 and none: 3.0, although two of the three answers are 4.
    assert overall([levels(4, 4), levels(2), [BLANK, NA]]) == Decimal("3.0")
    assert overall([]) is None
    assert overall([[BLANK], [NA]]) is None


def test_overall_rounds_once():
    # 2.25 and 2.25 average to 2.25, shown 2.3; rounding the axes first would agree, 2.34 and 2.34 would not.
    assert overall([levels(2, 2, 2, 3), levels(2, 2, 2, 3)]) == Decimal("2.3")
    assert overall([levels(2, 2, 3), levels(2, 2, 2, 2, 3)]) == Decimal("2.3")


def test_differences_need_a_level_on_both_sides():
    before = {"a": Mark(2), "b": Mark(4), "c": BLANK, "d": Mark(3)}
    after = {"a": Mark(3), "b": Mark(2), "c": Mark(1), "d": NA, "e": Mark(1)}
    assert differences(before, after) == {"a": 1, "b": -2, "c": None, "d": None, "e": None}


def test_the_largest_gain_names_every_axis_that_shares_it():
    axes = [figure("甲", "2.9", "2.6"), figure("乙", "2.7", "2.6"), figure("丙", "2.5", "2.2")]
    axes.append(figure("丁", None, "1.0"))
    found = largest_gain(axes)
    assert (str(found), found.value) == ("甲・丙", Decimal("0.3"))


def test_the_largest_gap_ignores_reached_and_unknown_targets():
    axes = [figure("甲", "2.9", target="4.0"), figure("乙", "4.5", target="4.0"), figure("丙", None, target="5.0")]
    assert str(largest_gap(axes)) == "甲"
    assert largest_gap(axes[1:]) is None


def test_no_gain_is_no_extreme():
    assert largest_gain([figure("甲", "2.0", "2.0"), figure("乙", "1.0", "2.0")]) is None


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        (
            [figure("甲", "2.9", "2.6", "4.0"), figure("乙", "2.3", "2.2", "4.0")],
            "前回から最も伸びた軸は甲（+0.3）です。目標まで最も遠い軸は乙（あと1.7）です。",
        ),
        ([figure("甲", "2.0", "2.0")], "前回から伸びた軸はありません。"),
        ([figure("甲", "4.0", None, "4.0")], "目標のある軸は、すべて目標に届いています。"),
        ([figure("甲", "4.0")], ""),
        ([], ""),
    ],
)
def test_the_sentence_says_only_what_is_known(axes, expected):
    assert scoring.sentence(axes) == expected


marks = st.one_of(
    st.builds(Mark, level=st.integers(0, 10), target=st.none() | st.integers(0, 10)),
    st.builds(Mark, not_applicable=st.just(True), target=st.none() | st.integers(0, 10)),
    st.just(BLANK),
)


@given(st.lists(marks, max_size=40), st.integers(0, 10))
def test_blanks_and_not_applicable_never_move_an_average(answers, extra):
    found = axis_figure("a", "軸", answers)
    padded = axis_figure("a", "軸", [*answers, *[BLANK] * extra, *[NA] * extra])
    assert (padded.now, padded.target, padded.answered) == (found.now, found.target, found.answered)


@given(st.lists(marks, max_size=40))
def test_an_average_lies_between_its_levels_and_is_none_exactly_without_any(answers):
    known = [m.level for m in answers if m.level is not None]
    found = axis_figure("a", "軸", answers).now
    assert (found is None) == (not known)
    if known:
        assert min(known) <= found <= max(known)


@given(st.lists(st.integers(0, 10), min_size=1), st.randoms())
def test_the_mean_is_exact_and_knows_no_order(values, random):
    turned = random.sample(values, len(values))
    assert mean(values) == mean(turned) == Fraction(sum(values), len(values))
