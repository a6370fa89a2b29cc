"""Geometry of the half-year schedule."""

from __future__ import annotations

import datetime as dt

import pytest

from lib.charts import Phase, Schedule, ScheduleRow, period_text, schedule
from lib.fiscal import Period, halves_between
from lib.palette import PALETTE

TODAY = dt.date(2026, 11, 26)
HALVES = halves_between(dt.date(2024, 4, 1), dt.date(2029, 3, 31))


def half(key: str, until: str = "") -> tuple[dt.date, dt.date]:
    return Period(key).start, Period(until or key).end


def chart_of(*phases: Phase, **row) -> Schedule:
    return schedule([ScheduleRow("標準化・共通化", phases, **row)], HALVES, TODAY)


def test_bars_and_heads_as_in_the_look() -> None:
    chart = chart_of(Phase("調査・分析", "office", *half("2024H1", "2024H2")), percent=46, state="over")
    line = chart.lines[0]
    bar = line.bars[0]
    assert (bar.x, bar.y, bar.width, bar.height) == (234.5, 66, 190.2, 20)
    assert (bar.chip, bar.text, bar.text_x, bar.text_y) == ("推", "調査・分析", 242.5, 80.5)
    assert bar.title == "標準化・共通化：調査・分析（令和6年度上期〜令和6年度下期、推進室）"
    assert (line.label_y, line.percent_y, line.state_y, line.bottom) == (85, 79, 95, 102)
    assert (line.percent, line.state.word, line.progress.fill) == ("46%", "超過", PALETTE["over"])
    assert (line.progress.x, line.progress.y) == (234.5, 90)
    assert line.progress.width == pytest.approx(190.2 * 0.46, abs=0.1)
    assert [y.text for y in chart.years] == [f"令和{n}年度" for n in range(6, 11)]
    assert [h.text for h in chart.halves] == ["上期", "下期"] * 5
    assert (chart.width, chart.height) == (1270, 132)


def test_today_is_placed_to_the_day() -> None:
    # 下期 of 令和8年度 begins at 720; 26 November is 56 of its 182 days later.
    chart = chart_of()
    assert chart.today.x == pytest.approx(720 + 97.6 * 56 / 182, abs=0.1)
    assert chart.today.text == "今日 令和8年11月26日"
    assert [h.is_current for h in chart.halves].index(True) == 5


def test_a_day_outside_has_no_line() -> None:
    rows = [ScheduleRow("x", [])]
    assert schedule(rows, HALVES, dt.date(2024, 3, 31)).today is None
    assert schedule(rows, HALVES, dt.date(2029, 4, 1)).today is None
    assert schedule(rows, HALVES, dt.date(2024, 4, 1)).today.tag_x >= 0


def test_halves_entered_one_by_one_become_one_bar() -> None:
    chart = chart_of(
        Phase("整備", "office", *half("2024H2")),
        Phase("整備", "office", *half("2024H1")),
        Phase("整備", "joint", *half("2025H1")),
        Phase("整備", "office", *half("2026H1")),
    )
    assert len(chart.lines[0].bars) == 3
    assert chart.lines[0].bars[0].width == 190.2


def test_phases_of_one_time_go_below_each_other() -> None:
    chart = chart_of(
        Phase("検証", "joint", *half("2025H1", "2026H1")),
        Phase("支援", "office", *half("2026H1", "2026H2")),
        Phase("運用", "department", *half("2026H2")),
    )
    assert [bar.y for bar in chart.lines[0].bars] == [66, 66, 90]
    assert chart.lines[0].bottom == 126
    assert chart.lines[0].progress.y == 114


def test_actual_phases_are_thin_and_below_the_plan() -> None:
    chart = chart_of(
        Phase("整備", "office", *half("2024H1")),
        Phase("整備", "office", dt.date(2024, 6, 10), dt.date(2025, 1, 20), is_actual=True),
    )
    plan, actual = chart.lines[0].bars
    assert (plan.height, actual.height) == (20, 6)
    assert (actual.y, actual.chip) == (90, "")
    assert chart.has_actual
    assert "実績、令和6年6月10日〜令和7年1月20日" in actual.title
    assert "整備（推進室・実績）" in chart.table.rows[0].cells[0]


def test_phases_are_cut_at_the_edges_and_those_outside_stay_in_the_table() -> None:
    chart = chart_of(
        Phase("前から", "office", dt.date(2020, 1, 1), dt.date(2024, 9, 30)),
        Phase("ずっと先", "office", dt.date(2031, 4, 1), dt.date(2032, 3, 31)),
    )
    assert [(b.x, b.width) for b in chart.lines[0].bars] == [(234.5, 92.6)]
    assert "ずっと先" in chart.table.rows[0].cells[0]


def test_a_bar_too_narrow_for_words_has_none() -> None:
    bar = chart_of(Phase("短い", "joint", dt.date(2026, 5, 1), dt.date(2026, 5, 3))).lines[0].bars[0]
    assert (bar.chip, bar.text, bar.width) == ("", "", 4)


def test_long_words_are_shortened_but_kept_in_the_titles() -> None:
    chart = schedule(
        [
            ScheduleRow(
                "庁内の業務をデジタル化するための長い名前の取組",
                [Phase("とても長い工程の名前", "joint", *half("2024H1"))],
            )
        ],
        HALVES,
        TODAY,
    )
    line = chart.lines[0]
    assert line.label.endswith("…")
    assert line.full == chart.table.rows[0].label == "庁内の業務をデジタル化するための長い名前の取組"
    assert line.bars[0].text.endswith("…")
    assert "とても長い工程の名前" in line.bars[0].title


def test_the_today_line_is_hidden_only_behind_words() -> None:
    chart = chart_of(
        Phase("移行・検証のための長い期間", "joint", dt.date(2026, 10, 1), dt.date(2028, 3, 31)),
        Phase("整備", "office", *half("2024H1")),
    )
    crossed = {bar.chip: bar.mask_width > 0 for bar in chart.lines[0].bars}
    assert crossed == {"共": True, "推": False}


def test_not_reported_is_a_dash_and_an_empty_track() -> None:
    chart = chart_of(Phase("整備", "office", *half("2024H1")), state="todo")
    line = chart.lines[0]
    assert (line.percent, line.progress.width, line.state.word) == ("—", 0, "未報告")
    assert chart.table.rows[0].cells[1:] == ("—", "未報告")


def test_the_word_of_a_state_can_be_replaced() -> None:
    assert chart_of(state="done", word="達成").lines[0].state.word == "達成"


def test_nothing_to_show() -> None:
    assert schedule([], HALVES, TODAY) is None
    assert schedule([ScheduleRow("x", [])], [], TODAY) is None
    assert chart_of().lines[0].progress is None
    assert chart_of().table.rows[0].cells == ("—", "—", "—")


def test_many_years_get_short_heads() -> None:
    chart = schedule([ScheduleRow("x", [])], halves_between(dt.date(2018, 10, 1), dt.date(2038, 3, 31)), TODAY)
    assert chart.halves[0].text == "下"
    assert chart.years[0].text == ""
    assert chart.years[1].text == "R1"


def test_a_phase_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="工程「x」の終わりが始まりより前です"):
        Phase("x", "office", dt.date(2026, 4, 2), dt.date(2026, 4, 1))


def test_periods_in_words() -> None:
    assert period_text(*half("2026H1")) == "令和8年度上期"
    assert period_text(*half("2026H1", "2027H2")) == "令和8年度上期〜令和9年度下期"
    assert period_text(dt.date(2026, 5, 10), dt.date(2027, 3, 31)) == "令和8年5月10日〜令和9年3月末"


def test_markers_are_diamonds_in_a_lane_above_the_bars() -> None:
    due = dt.date(2026, 10, 1)
    markers = [(due, "国の期日"), (dt.date(2040, 1, 1), "遠い日")]
    chart = chart_of(Phase("整備", "office", *half("2026H1")), markers=markers)
    line = chart.lines[0]
    mark = line.markers[0]
    assert len(line.markers) == 1
    assert mark.points == "720.0,68.0 726.0,74.0 720.0,80.0 714.0,74.0"
    assert (mark.text, mark.text_x, mark.anchor) == ("国の期日", 730, "start")
    assert mark.title == "標準化・共通化：国の期日（令和8年10月1日）"
    assert line.bars[0].y == 88
    assert chart.has_markers
    assert "◆国の期日 令和8年10月1日\n◆遠い日 令和22年1月1日" in chart.table.rows[0].cells[0]


def test_the_name_of_a_marker_at_the_edge_stands_on_its_left() -> None:
    chart = chart_of(markers=[(dt.date(2029, 3, 30), "国の目標の期日")])
    assert [(m.anchor, m.text) for m in chart.lines[0].markers] == [("end", "国の目標の期日")]
    assert not chart_of().has_markers
