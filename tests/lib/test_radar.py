"""Geometry of the radar."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lib.charts import Radar, RadarSeries, radar

FOUR = ("ITリテラシー", "庁内システム", "組織体制", "改善意識")


def chart_of(now: list, target: list | None = None) -> Radar:
    series = [RadarSeries("now", "現在", now)]
    if target:
        series.append(RadarSeries("target", "目標", target))
    return radar(FOUR, series)


def test_four_axes_by_hand() -> None:
    # Radius 436 / 2 - 105.4 = 112.6 around (218, 154); e.g. 2.9 of 5 upwards: 154 - 112.6 * 0.58 = 88.7.
    chart = chart_of([2.9, 2.7, 2.3, 2.5])
    assert (chart.width, chart.height, chart.center) == (436, 336, (218.0, 154.0))
    assert chart.shapes[0].path == "M218.0,88.7 L278.8,154.0 L218.0,205.8 L161.7,154.0 Z"
    assert chart.shapes[0].dots == ((218.0, 88.7), (278.8, 154.0), (218.0, 205.8), (161.7, 154.0))
    assert chart.rings[-1] == "218.0,41.4 330.6,154.0 218.0,266.6 105.4,154.0"
    assert chart.rings[0] == "218.0,131.5 240.5,154.0 218.0,176.5 195.5,154.0"
    assert [text for _, _, text in chart.ring_labels] == ["1", "3", "5"]


def test_labels_stand_outside_the_rim() -> None:
    top, right, bottom, left = chart_of([2.9, 2.7, 2.3, 2.5]).labels
    assert (top.anchor, top.inline, top.lines) == ("middle", True, ((27.4, "ITリテラシー"),))
    assert (right.anchor, right.x, right.lines, right.value_y) == ("start", 342.6, ((150.0, "庁内システム"),), 169.0)
    assert (bottom.lines[0][0], bottom.value) == (294.6, "2.3")
    assert (left.anchor, left.x) == ("end", 93.4)


def test_a_blank_breaks_the_line_and_is_never_the_centre() -> None:
    chart = chart_of([2.9, None, 2.3, 2.5])
    shape = chart.shapes[0]
    assert not shape.closed
    assert shape.path == "M218.0,205.8 L161.7,154.0 L218.0,88.7"
    assert len(shape.dots) == 3
    assert (218.0, 154.0) not in shape.dots
    assert chart.labels[1].value == "—"
    assert "庁内システム未回答" in chart.summary
    assert chart.table.rows[1].cells == ("—",)


def test_a_value_between_two_blanks_is_a_dot_even_without_line() -> None:
    chart = chart_of([3, 3, 3, 3], [4, None, 4, None])
    target = next(s for s in chart.shapes if s.key == "target")
    assert target.path == ""
    assert set(target.dots) == {(218.0, 63.9), (218.0, 244.1)}


def test_zero_is_a_value() -> None:
    shape = chart_of([0, 0, 0, 0]).shapes[0]
    assert shape.closed
    assert set(shape.dots) == {(218.0, 154.0)}


def test_nothing_answered_draws_no_line() -> None:
    shape = chart_of([None] * 4).shapes[0]
    assert (shape.path, shape.dots, shape.closed) == ("", (), False)


def test_now_lies_on_top_and_the_legend_keeps_the_given_order() -> None:
    series = [RadarSeries(key, key, [1] * 4) for key in ("now", "target", "previous")]
    chart = radar(FOUR, series)
    assert [s.key for s in chart.shapes] == ["previous", "target", "now"]
    assert [m.label for m in chart.legend] == ["now", "target", "previous"]
    assert chart.table.heads == ("軸", "now", "target", "previous")


def test_fewer_than_three_axes_make_no_radar() -> None:
    assert radar(FOUR[:2], [RadarSeries("now", "現在", [1, 2])]) is None
    assert radar(FOUR[:3], [RadarSeries("now", "現在", [1, 2, 3])]) is not None


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="one value for each axis"):
        radar(FOUR, [RadarSeries("now", "現在", [1, 2])])
    with pytest.raises(ValueError, match="positive maximum"):
        radar(FOUR, [RadarSeries("now", "現在", [1] * 4)], 0)


def test_a_value_past_the_maximum_stays_on_the_rim_and_is_written_as_it_is() -> None:
    chart = chart_of([9, 1, 1, 1])
    assert chart.shapes[0].dots[0] == (218.0, 41.4)
    assert chart.labels[0].value == "9.0"


def test_decimals_from_the_database_are_accepted() -> None:
    assert chart_of([Decimal("2.9"), 2.7, 2.3, 2.5]).shapes[0].dots[0] == (218.0, 88.7)
