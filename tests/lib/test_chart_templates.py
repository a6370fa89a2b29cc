"""The charts as drawn: well-formed, named, inside their viewBox, without style attributes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.template import Context, Engine
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import svg
from lib.charts import (
    CHANNEL_STYLES,
    NOT_APPLICABLE,
    STATE_STYLES,
    HeatRow,
    Phase,
    RadarSeries,
    ScheduleRow,
    Table,
    TableRow,
    TrendSeries,
    heat,
    legend,
    links,
    meter,
    radar,
    schedule,
    stacked_bar,
    trend,
)
from lib.charts.phases import OWNERS
from lib.charts.radar import RADAR_STYLES
from lib.charts.schedule import STATE_WORDS
from lib.charts.text import text_width
from lib.fiscal import halves_between

ENGINE = Engine(
    dirs=[str(Path(__file__).resolve().parents[2] / "templates")],
    libraries={"l10n": "django.templatetags.l10n", "drawing": "lib.templatetags.drawing"},
)
TODAY = dt.date(2026, 11, 26)
HALVES = halves_between(dt.date(2024, 4, 1), dt.date(2029, 3, 31))
NAMES = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=24)
LEVELS = st.none() | st.floats(0, 5)
SVG = "{http://www.w3.org/2000/svg}"


def draw(name: str, chart: object, title: str = "図", **extra: object) -> str:
    context = Context({"chart": chart, "title": title, "uid": "u1", **extra})
    return ENGINE.get_template(f"charts/{name}.html").render(context)


def svg_of(html: str) -> ElementTree.Element:
    text = re.search(r"<svg class=.*?</svg>", html, re.DOTALL)
    assert text
    return ElementTree.fromstring(text[0])


def points(element: ElementTree.Element) -> Iterator[tuple[float, float]]:
    """Every corner of an element; for a text the ends of its estimated extent."""

    def at(name: str) -> float:
        return float(element.get(name, "0"))

    tag = element.tag.removeprefix(SVG)
    if tag == "rect":
        yield from ((at("x"), at("y")), (at("x") + at("width"), at("y") + at("height")))
    elif tag == "line":
        yield from ((at("x1"), at("y1")), (at("x2"), at("y2")))
    elif tag == "circle":
        yield from ((at("cx"), at("cy")),)
    elif tag in ("path", "polygon"):
        found = [float(n) for n in re.findall(r"-?[\d.]+", element.get("d", "") or element.get("points", ""))]
        yield from zip(found[::2], found[1::2], strict=True)
    elif tag == "text":
        size = at("font-size")
        width = text_width(element.text or "", size)
        for part in element:
            width += float(part.get("dx", "0")) + text_width(part.text or "", float(part.get("font-size", size)))
        left = at("x") - width * {"middle": 0.5, "end": 1}.get(element.get("text-anchor", ""), 0)
        yield from ((left, at("y") - size * 0.8), (left + width, at("y") + size * 0.2))


def assert_inside(html: str, tolerance: float = 1) -> None:
    svg = svg_of(html)
    _, _, width, height = map(float, svg.get("viewBox", "").split())
    skipped = {id(e) for defs in svg.iter("defs") for e in defs.iter()}
    for element in svg.iter():
        if id(element) in skipped:
            continue
        for x, y in points(element):
            where = f"{element.tag} {element.attrib} {element.text}"
            assert -tolerance <= x <= width + tolerance, where
            assert -tolerance <= y <= height + tolerance, where


def samples() -> dict[str, str]:
    phases = [
        Phase("調査", "office", dt.date(2024, 4, 1), dt.date(2026, 12, 31)),
        Phase("調査", "joint", dt.date(2024, 6, 1), dt.date(2025, 5, 31), is_actual=True),
    ]
    counts = {"done": 7, "late": 40, "over": 3, "todo": 20, "stop": 1}
    plan = schedule([ScheduleRow("標準化", phases, 46, "over")], HALVES, TODAY)
    linked = schedule([ScheduleRow("標準化", phases, None, "todo", href="/actions/1/")], HALVES, TODAY)
    return {
        "bar": draw("_stacked_bar", stacked_bar(counts)),
        "channels": draw("_stacked_bar", stacked_bar({"form": 1, "none": 2}, styles=CHANNEL_STYLES)),
        "meter": draw("_meter", meter(3, 5)),
        "radar": draw("_radar", radar("甲乙丙", [RadarSeries("now", "現在", [1, None, 3])])),
        "trend": draw("_trend", trend([TrendSeries("x", [1, None, 3])], ["R7上期", "R7下期", "R8上期"])),
        "schedule": draw("_schedule", plan),
        "schedule with links": draw("_schedule", linked),
        "links": draw("_links", links(3, 3, [(0, 1), (2, 0)], highlighted=[(0, 1)])),
    }


@pytest.mark.parametrize(("name", "html"), samples().items())
def test_every_chart_is_named_and_needs_no_stylesheet(name: str, html: str) -> None:
    svg = svg_of(html)
    assert svg[0].tag == "title"
    assert svg.get("aria-label")
    assert svg.get("role") == ("group" if name == "schedule with links" else "img")
    assert "style=" not in html
    assert "<style" not in html
    assert "script" not in html
    assert_inside(html)


@pytest.mark.parametrize("html", samples().values())
def test_patterns_are_defined_once_and_used(html: str) -> None:
    defined = re.findall(r'id="([^"]+)"', html)
    assert len(defined) == len(set(defined))
    assert set(re.findall(r"url\(#([^)]+)\)", html)) == set(defined)
    assert all(name.startswith("u1-") for name in defined)


def test_overdue_and_unreported_are_hatched_and_the_count_stays_readable() -> None:
    html = draw("_stacked_bar", stacked_bar({"over": 5, "todo": 5}), "国の計画")
    assert 'fill="url(#u1-over)"' in html
    assert 'fill="url(#u1-todo)"' in html
    assert 'stroke-dasharray="3 2"' in html
    assert html.index('height="16" rx="3" fill="#ffffff"') < html.index(">5</text>", html.index("u1-todo)"))
    assert 'aria-label="国の計画 期限超過5件、未報告5件"' in html


def test_the_legend_shows_the_same_hatches() -> None:
    html = draw("_state_legend", legend())
    assert re.findall(r"</svg>(.*?)</span>", html) == [s.word for s in STATE_STYLES.values()]
    assert html.count("<pattern") == 2
    assert html.count('aria-hidden="true"') == 6


def test_words_from_users_are_escaped() -> None:
    bad = '<b>"&'
    series = [RadarSeries("now", bad, [1, 2, 3])]
    pages = [
        draw("_radar", radar([bad] * 3, series), bad),
        draw("_trend", trend([TrendSeries(bad, [1])], [bad]), bad),
        draw("_schedule", schedule([ScheduleRow(bad, [], href='/x"')], HALVES, TODAY), bad),
        draw("_heat", heat([HeatRow(bad, [1])], [bad]), bad),
        draw("_stacked_bar", stacked_bar({}), bad),
    ]
    for html in pages:
        assert "<b>" not in html
        assert '"&"' not in html


def test_the_table_gives_the_same_numbers_and_can_be_replaced() -> None:
    chart = radar(["甲", "乙", "丙"], [RadarSeries("now", "現在", [1.25, None, 3])])
    html = draw("_radar", chart, "成熟度")
    assert '<details class="alt"><summary>数値の表で見る' in html
    assert '<th scope="row">乙</th><td class="num">—</td>' in html
    own = Table(("軸", "説明"), (TableRow("甲", ("一\n二",)),), numeric=False)
    html = draw("_radar", chart, "成熟度", table=own)
    assert '<th scope="row">甲</th><td>一<br>二</td>' in html
    assert "<td>—" not in html


def test_the_schedule_lists_its_phases_in_wareki() -> None:
    html = samples()["schedule"]
    assert "調査（推進室）令和6年4月1日〜令和8年12月末<br>調査（共同・実績）令和6年6月1日〜令和7年5月末" in html
    assert "<td>46%</td><td>超過</td>" in html
    assert "今日 令和8年11月26日" in html


def test_a_linked_row_hides_the_drawing_but_not_the_link_from_assistive_technology() -> None:
    svg = svg_of(samples()["schedule with links"])
    hidden = [g for g in svg if g.get("aria-hidden") == "true"]
    assert [a.get("href") for a in svg.iter("a")] == ["/actions/1/"]
    assert not [a for g in hidden for a in g.iter("a")]


def test_the_schedule_legend_names_owners_and_actual_only_if_drawn() -> None:
    plain = schedule([ScheduleRow("x", [])], HALVES, TODAY)
    assert all(o.word in draw("_schedule_legend", plain) for o in OWNERS.values())
    assert "実績の期間" not in draw("_schedule_legend", plain)


def test_the_heat_map_is_a_table_with_classes_only() -> None:
    html = draw("_heat", heat([HeatRow("総務課", [2.4, None, NOT_APPLICABLE], "/d/1/")], ["甲", "乙", "丙"]), "課別")
    assert '<caption class="vh">課別</caption>' in html
    assert '<th scope="row"><a href="/d/1/">総務課</a></th><td class="h2">2.4</td><td class="hx">未回答</td>' in html
    assert '<td class="hn">対象外</td>' in html
    assert "style=" not in html


def test_a_meter_without_title_still_has_a_name() -> None:
    assert 'aria-label="60%"' in draw("_meter", meter(3, 5), "")


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(list(STATE_STYLES)), st.integers(0, 3000)), st.integers(90, 900))
def test_any_bar_stays_inside(counts: dict[str, int], width: int) -> None:
    assert_inside(draw("_stacked_bar", stacked_bar(counts, width)))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(NAMES, min_size=3, max_size=12), st.lists(st.sampled_from(list(RADAR_STYLES)), max_size=5))
def test_any_radar_stays_inside(data: st.DataObject, axes: list[str], keys: list[str]) -> None:
    values = st.lists(LEVELS, min_size=len(axes), max_size=len(axes))
    series = [RadarSeries(key, data.draw(NAMES), data.draw(values)) for key in keys]
    assert_inside(draw("_radar", radar(axes, series)))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(NAMES, min_size=1, max_size=30))
def test_any_trend_stays_inside(data: st.DataObject, labels: list[str]) -> None:
    short = [label[:8] for label in labels]
    value = st.none() | st.floats(-1e6, 1e6)
    values = st.lists(value, min_size=len(labels), max_size=len(labels))
    series = [TrendSeries(data.draw(NAMES), data.draw(values)) for _ in range(data.draw(st.integers(1, 8)))]
    chart = trend(series, short)
    if chart is not None:
        assert_inside(draw("_trend", chart))


DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))
PHASES = st.builds(
    lambda label, owner, days, is_actual: Phase(label, owner, min(days), max(days), is_actual),
    NAMES,
    st.sampled_from(list(OWNERS)),
    st.tuples(DAYS, DAYS),
    st.booleans(),
)
ROWS = st.builds(
    ScheduleRow,
    NAMES,
    st.lists(PHASES, max_size=6),
    st.none() | st.integers(0, 120),
    st.sampled_from([*STATE_WORDS, ""]),
    st.sampled_from(["", "/x/"]),
    st.just("") | NAMES,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=4), DAYS, st.integers(0, 7000), DAYS)
def test_any_schedule_stays_inside(rows: list[ScheduleRow], start: dt.date, days: int, today: dt.date) -> None:
    chart = schedule(rows, halves_between(start, start + dt.timedelta(days=days)), today)
    assert chart is not None
    assert_inside(draw("_schedule", chart))


def test_many_bars_share_the_patterns_of_the_first() -> None:
    bar = stacked_bar({"over": 2, "run": 1})
    first = svg.stacked_bar(bar, "一つ目", "x", patterns=svg.hatches(bar.hatches, "x"))
    second = svg.stacked_bar(bar, "二つ目", "x", patterns="")
    assert ('<pattern id="x-over"' in first, "<pattern" in second) == (True, False)
    assert 'fill="url(#x-over) #ce0000"' in second  # the plain colour where the first bar is not on the page


def test_a_course_for_a_wide_screen_stands_beside_the_usual_one() -> None:
    line, labels = [TrendSeries("x", [1, None, 3])], ["R7上期", "R7下期", "R8上期"]
    usual, wide = trend(line, labels), trend(line, labels, width=1120, height=320)
    html = draw("_trend", usual, wide_chart=wide)
    assert re.findall(r'<svg class="chart" width="([\d.]+)"', html) == ["560", "1120"]
    assert re.findall(r'<div class="(trend[^"]*)"', html) == ["trend", "trend wide"]
    assert_inside(html.partition('<div class="trend wide">')[2])
    assert draw("_trend", usual).count("<svg") == 1
