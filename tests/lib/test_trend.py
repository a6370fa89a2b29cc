"""Geometry of the trend, and how its words keep apart."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.charts import TrendSeries, trend
from lib.charts.text import text_width
from lib.charts.trend import spread

LABELS = ("R7上期", "R7下期", "R8上期")


def test_scale_and_columns() -> None:
    chart = trend([TrendSeries("推進体制", [1, 2, 3])], LABELS, maximum=5)
    assert [t.text for t in chart.y_ticks] == ["0", "1", "2", "3", "4", "5"]
    assert (chart.y_ticks[0].at, chart.y_ticks[-1].at) == (270.0, 14.0)
    xs = [d.x for d in chart.lines[0].dots]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.11)
    assert [d.y for d in chart.lines[0].dots] == [218.8, 167.6, 116.4]


def test_a_blank_lifts_the_pen() -> None:
    line = trend([TrendSeries("x", [1, None, 3])], LABELS).lines[0]
    assert line.path.count("M") == 2
    assert "L" not in line.path
    assert len(line.dots) == 2


def test_words_at_the_end_stand_apart_and_point_to_their_line() -> None:
    series = [TrendSeries(f"指標{i}", [1, 2, 3 + i / 100]) for i in range(4)]
    chart = trend(series, LABELS, maximum=5)
    ys = sorted(line.end_y for line in chart.lines)
    assert all(b - a >= 15.9 for a, b in pairwise(ys))
    assert any(line.leader for line in chart.lines)


def test_a_line_that_ended_early_keeps_its_words_and_last_value() -> None:
    line = trend([TrendSeries("x", [1, 4, None])], LABELS).lines[0]
    assert line.end_value == "4.0"
    assert line.leader.startswith(f"M{line.dots[-1].x + 6}")


def test_without_any_value_there_is_no_chart() -> None:
    assert trend([TrendSeries("x", [None, None, None])], LABELS) is None
    assert trend([], LABELS) is None
    assert trend([TrendSeries("x", [])], []) is None


def test_a_series_without_values_is_in_the_table_only() -> None:
    chart = trend([TrendSeries("x", [1, 2, 3]), TrendSeries("y", [None] * 3)], LABELS)
    assert [line.label for line in chart.lines] == ["x"]
    assert chart.table.heads == ("期", "x", "y")
    assert chart.table.rows[0].cells == ("1.0", "—")


def test_values_outside_the_scale_extend_it() -> None:
    chart = trend([TrendSeries("x", [-1, 2, 7])], LABELS, maximum=5)
    assert [t.text for t in chart.y_ticks] == ["-2", "0", "2", "4", "6", "8"]


def test_targets_are_dashed_and_colours_differ() -> None:
    series = [TrendSeries("実績", [1, 2, 3]), TrendSeries("目標", [2, 3, 4], True), TrendSeries("z", [1, 1, 1])]
    lines = trend(series, LABELS).lines
    assert [bool(line.style.dash) for line in lines] == [False, True, False]
    assert len({line.style.stroke for line in lines}) == 3


def test_many_periods_are_named_sparsely_and_always_the_last() -> None:
    labels = [f"令和{i}年度" for i in range(1, 31)]
    chart = trend([TrendSeries("x", list(range(30)))], labels)
    assert chart.x_ticks[-1].text == "令和30年度"
    gaps = [b.at - a.at for a, b in pairwise(chart.x_ticks)]
    assert min(gaps) >= text_width("令和30年度", 12)


def test_a_single_period_stands_in_the_middle() -> None:
    chart = trend([TrendSeries("x", [3])], ["R8上期"])
    assert chart.lines[0].dots[0].x == pytest.approx((chart.left + chart.right) / 2, abs=0.1)


def test_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="one value for each label"):
        trend([TrendSeries("x", [1])], LABELS)


@given(st.lists(st.floats(-50, 350), max_size=12), st.floats(0, 40))
def test_spread_keeps_order_gap_and_bounds(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0, 300)
    real = min(gap, 300 / (len(wanted) - 1)) if len(wanted) > 1 else gap
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    in_order = [placed[i] for i in order]
    assert all(-1e-6 <= y <= 300 + 1e-6 for y in placed)
    assert all(b - a >= real - 1e-6 for a, b in pairwise(in_order))


def test_spread_moves_nothing_that_stands_apart_and_shares_the_move() -> None:
    assert spread([10, 50, 90], 16, 0, 100) == [10, 50, 90]
    assert spread([50, 50], 16, 0, 100) == [42, 58]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=8))
def test_ticks_enclose_the_values(values: list[float]) -> None:
    chart = trend([TrendSeries("x", values)], [str(i) for i in range(len(values))])
    assert 2 <= len(chart.y_ticks) <= 9
    for dot in chart.lines[0].dots:
        assert chart.y_ticks[-1].at - 0.1 <= dot.y <= chart.y_ticks[0].at + 0.1
