"""Geometry of bars, meters, heat maps and links, and the measuring of words."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.charts import (
    CHANNEL_STYLES,
    NOT_APPLICABLE,
    STATE_STYLES,
    HeatRow,
    heat,
    legend,
    links,
    meter,
    stack_scale,
    stacked_bar,
)
from lib.charts.bars import GAP, MIN_SEGMENT
from lib.charts.heat import heat_step
from lib.charts.text import fit, number, text_width, wrap
from lib.palette import PALETTE

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30)


def numbers(path: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?[\d.]+", path)]


class TestText:
    def test_a_kanji_is_as_wide_as_its_size_and_a_digit_narrower(self) -> None:
        assert text_width("令和", 14) == 28
        assert text_width("2.9", 10) == pytest.approx(18)
        assert text_width("", 14) == 0

    def test_a_short_text_stays_and_a_long_one_ends_in_an_ellipsis(self) -> None:
        assert fit("調査検討", 10, 40) == "調査検討"
        assert fit("調査検討", 10, 39) == "調査…"
        assert fit("調査検討", 10, 19) == ""

    def test_lines_break_where_the_script_changes(self) -> None:
        assert wrap("セキュリティ対策", 10, 70) == ("セキュリティ", "対策")
        assert wrap("デジタル人材の確保・育成", 10, 70) == ("デジタル人材の", "確保・育成")
        assert wrap("組織体制", 10, 70) == ("組織体制",)

    def test_lines_never_begin_with_a_mark(self) -> None:
        assert wrap("あいうえ、かき", 10, 40) == ("あいう", "え、かき")
        assert wrap("あい（うえお）", 10, 30) == ("あい", "（う…")

    @given(WORDS, st.floats(5, 200), st.integers(1, 3))
    def test_nothing_is_wider_than_its_room(self, text: str, width: float, count: int) -> None:
        assert text_width(fit(text, 14, width), 14) <= width
        lines = wrap(text, 14, width, count)
        assert len(lines) <= count
        assert all(text_width(line, 14) <= width for line in lines)
        assert text.startswith("".join(lines).removesuffix("…"))

    def test_numbers_keep_their_decimals_and_a_blank_is_a_dash(self) -> None:
        assert number(Decimal("2.95"), 2) == "2.95"
        assert number(6240, 0) == "6,240"
        assert number(0) == "0.0"
        assert number(None) == "—"


class TestStackedBar:
    def test_segments_as_in_the_look(self) -> None:
        bar = stacked_bar({"done": 7, "run": 16, "late": 4, "over": 1, "todo": 1}, 300, 22)
        assert [(s.x, s.width) for s in bar.segments] == [
            (0.0, 70.9),
            (72.4, 164.0),
            (237.9, 39.9),
            (279.3, 8.8),
            (289.7, 8.8),
        ]
        assert [s.text for s in bar.segments] == ["7", "16", "4", "", ""]
        assert bar.summary == "完了7件、順調16件、遅れ4件、期限超過1件、未報告1件"
        assert bar.hatches == ("over", "todo")
        assert bar.baseline == 15.5
        assert bar.total == 29

    def test_rows_share_the_scale_of_the_longest(self) -> None:
        rows = [{"done": 7, "run": 22}, {"done": 12, "over": 8}]
        assert stack_scale(rows) == 29
        bar = stacked_bar(rows[1], 290, scale=29)
        assert bar.segments[-1].x + bar.segments[-1].width == pytest.approx(200 - GAP)

    def test_the_order_is_that_of_the_states_whatever_the_counts_say(self) -> None:
        bar = stacked_bar({"stop": 1, "todo": 2, "done": 3})
        assert [s.key for s in bar.segments] == ["done", "todo", "stop"]

    def test_one_of_five_hundred_can_still_be_seen(self) -> None:
        bar = stacked_bar({"done": 499, "over": 1})
        assert bar.segments[1].width == MIN_SEGMENT
        assert bar.segments[1].x + bar.segments[1].width == pytest.approx(300 - GAP, abs=0.1)

    def test_nothing_to_show_is_an_empty_bar_that_says_so(self) -> None:
        for counts in ({}, {"done": 0}):
            bar = stacked_bar(counts)
            assert (bar.segments, bar.summary) == ((), "0件")
        assert stack_scale([]) == stack_scale([{}]) == 1

    def test_channels_have_their_own_keys_and_unit(self) -> None:
        bar = stacked_bar({"portal": 13, "none": 1}, height=24, styles=CHANNEL_STYLES, unit="手続")
        assert bar.summary == "マイナポータル13手続、制度なし1手続"
        assert bar.baseline == 16.5

    def test_wrong_counts_are_refused(self) -> None:
        with pytest.raises(ValueError, match=r"unknown keys.*portal"):
            stacked_bar({"portal": 1})
        with pytest.raises(ValueError, match="negative"):
            stacked_bar({"done": -1})

    @given(
        st.dictionaries(st.sampled_from(list(STATE_STYLES)), st.integers(0, 5000)),
        st.floats(60, 1200),
        st.integers(0, 40000),
    )
    def test_segments_stand_in_line_inside_the_bar(self, counts: dict, width: float, scale: int) -> None:
        bar = stacked_bar(counts, width, scale=scale)
        assert bar.total == sum(counts.values())
        edge = 0.0
        for segment in bar.segments:
            assert segment.x >= edge - 0.11
            assert segment.width >= MIN_SEGMENT - 0.11
            edge = segment.x + segment.width
            assert segment.text in ("", str(counts[segment.key]))
            assert not segment.text or segment.plate_x >= segment.x - 0.11
        assert edge <= width + 0.2

    def test_a_legend_names_what_is_present_in_order(self) -> None:
        assert [style.word for _, style in legend().entries][:3] == ["完了", "順調", "遅れ"]
        assert [key for key, _ in legend(present=["todo", "done"]).entries] == ["done", "todo"]
        assert legend(present=["todo", "done"]).hatches == ("todo",)


class TestMeter:
    @pytest.mark.parametrize(
        ("value", "maximum", "width", "text"),
        [(22, 27, 97.8, "81%"), (12, 20, 72.0, "60%"), (0, 6, 0.0, "0%"), (7, 5, 120.0, "140%"), (-1, 5, 0.0, "-20%")],
    )
    def test_value_against_maximum(self, value: int, maximum: int, width: float, text: str) -> None:
        assert (meter(value, maximum).fill_width, meter(value, maximum).text) == (width, text)

    def test_almost_is_not_all(self) -> None:
        assert meter(199, 200).text == "99%"
        assert meter(29, 100).text == "29%"

    @pytest.mark.parametrize(("value", "maximum"), [(None, 5), (3, None), (3, 0)])
    def test_without_a_ratio_nothing_is_filled(self, value: int | None, maximum: int | None) -> None:
        assert (meter(value, maximum).fill_width, meter(value, maximum).text) == (0, "未入力")

    def test_colour_follows_the_state(self) -> None:
        assert meter(1, 2, "over").fill == PALETTE["over"]
        assert meter(1, 2, "todo").fill == PALETTE["field"]


class TestHeat:
    def test_steps_follow_whole_levels(self) -> None:
        assert [heat_step(v, 5) for v in (0, 0.9, 1, 2.9, 3, 4.9, 5)] == [0, 0, 1, 2, 3, 4, 5]
        assert heat_step(0.3, 0.5) == 3
        assert (heat_step(9, 5), heat_step(-1, 5)) == (5, 0)

    def test_blank_zero_and_out_of_scope_differ(self) -> None:
        chart = heat([HeatRow("総務課", [None, 0, NOT_APPLICABLE, 2.4], "/d/1/")], ["a", "b", "c", "d"])
        cells = chart.rows[0].cells
        assert [(c.text, c.css) for c in cells] == [("未回答", "hx"), ("0.0", "h0"), ("対象外", "hn"), ("2.4", "h2")]
        assert chart.rows[0].href == "/d/1/"
        assert [c.css for c in chart.key] == ["h0", "h1", "h2", "h3", "h4", "h5", "hx", "hn"]

    def test_the_key_names_only_what_occurs(self) -> None:
        chart = heat([HeatRow("x", [1])], ["a"], 3)
        assert [c.text for c in chart.key] == ["0〜", "0.6〜", "1.2〜", "1.8〜", "2.4〜", "3"]

    def test_wrong_input_is_refused(self) -> None:
        for rows, maximum in (([HeatRow("x", [1, 2])], 5), ([HeatRow("x", [1])], 0)):
            with pytest.raises(ValueError, match="heat map"):
                heat(rows, ["a"], maximum)

    @given(st.floats(0, 100), st.floats(0.1, 100))
    def test_a_step_is_within_its_fifth(self, value: float, maximum: float) -> None:
        step = heat_step(value, maximum)
        assert 0 <= step <= 5
        assert math.isclose(step, min(value / maximum * 5, 5), abs_tol=1.001)


class TestLinks:
    def test_lines_run_between_the_centres_of_the_cards(self) -> None:
        # Four cards of (100 - 3 * 8) / 4 = 19: centres at 9.5, 36.5, 63.5, 90.5; two of 46: 23 and 77.
        chart = links(4, 2, [(0, 1)], 100)
        assert chart.tops == (9.5, 36.5, 63.5, 90.5)
        assert chart.bottoms == (23.0, 77.0)
        assert chart.links[0].path == "M9.5,2 C9.5,53 77.0,43 77.0,94"

    def test_highlighted_lines_lie_on_top(self) -> None:
        chart = links(3, 3, [(0, 1), (0, 2), (1, 1)], highlighted={(0, 1), (2, 2)})
        assert [(link.pair, link.on) for link in chart.links] == [((0, 2), False), ((1, 1), False), ((0, 1), True)]
        assert chart.summary == "つながり3本（うち強調1本）"

    def test_a_pair_given_twice_is_one_line(self) -> None:
        assert links(2, 2, [(0, 0), (0, 0)]).summary == "つながり1本"

    def test_no_pair_no_chart_and_no_pair_outside(self) -> None:
        assert links(2, 2, []) is None
        for pair in ((2, 0), (0, 2), (-1, 0)):
            with pytest.raises(ValueError, match="does not exist"):
                links(2, 2, [pair])

    @given(st.integers(1, 20), st.integers(1, 20), st.floats(400, 2000), st.data())
    def test_every_coordinate_is_inside(self, up: int, down: int, width: float, data: st.DataObject) -> None:
        pair = st.tuples(st.integers(0, up - 1), st.integers(0, down - 1))
        chart = links(up, down, data.draw(st.lists(pair, min_size=1)), width)
        for link in chart.links:
            xs, ys = numbers(link.path)[::2], numbers(link.path)[1::2]
            assert all(0 <= x <= width for x in xs)
            assert all(0 <= y <= chart.height for y in ys)
