"""PowerPoint opened again: native charts and tables with the snapshot's values, fonts for both scripts."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pytest
from pptx import Presentation
from pptx.util import Inches

from meetings.pack.build import build
from meetings.pack.slides import presentation
from tests.meetings.pack_data import action, content, earlier, source

DOUBTFUL = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def deck():
    return Presentation(io.BytesIO(presentation(build(source(previous=earlier())))))


def shapes(deck):
    return [shape for slide in deck.slides for shape in slide.shapes]


def charts(deck):
    return [s.chart for s in shapes(deck) if s.has_chart]


def cells(deck):
    return [[c.text for c in row.cells] for s in shapes(deck) if s.has_table for row in s.table.rows]


def titles(deck):
    return [next(s.text_frame.text for s in slide.shapes if s.name == "題名") for slide in deck.slides]


def test_slides_are_wide_and_titled(deck):
    assert (deck.slide_width, deck.slide_height) == (Inches(13.333), Inches(7.5))
    for title in ("第2回 本部会議", "次第", "全体の状況", "重点1 フロントヤード改革", "遅れている取組", "決定事項"):
        assert title in titles(deck)
    assert deck.core_properties.title == "第2回 本部会議"
    assert "f" * 64 in deck.core_properties.comments


def test_charts_hold_the_counts_of_the_snapshot(deck):
    chart = next(c for c in charts(deck) if list(c.plots[0].categories) == ["今回", "前回"])
    values = {s.name: list(s.values) for s in chart.plots[0].series}
    assert values == {"完了": [1, None], "順調": [1, 3], "遅れ": [1, None], "未報告": [1, None]}


def test_the_workbook_behind_a_chart_can_be_edited(deck):
    chart = next(c for c in charts(deck) if list(c.plots[0].categories) == ["今回", "前回"])
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == [1, None]


def test_the_radar_leaves_gaps(deck):
    chart = next(c for c in charts(deck) if "ITリテラシー" in list(c.plots[0].categories))
    values = {s.name: list(s.values) for s in chart.plots[0].series}
    assert values["自己評価"] == [2.9, None, 2.0]
    assert 'dispBlanksAs val="gap"' in chart.part.blob.decode()


def test_tables_hold_the_words_of_the_snapshot(deck):
    rows = cells(deck)
    line = next(row for row in rows if row[1] == "A-3" and len(row) == 9)
    assert line[:5] == ["▲遅れ（新）", "A-3", "取組3", "税務課", "20%"]
    assert line[5:] == ["50%", "R9.3.31", "2回", "内部人材：内部担当者が足りない"]
    assert ["税務課", "3", "未回答", "対象外"] in rows


def test_every_text_names_a_japanese_font_for_both_scripts(deck):
    for slide in deck.slides:
        xml = slide.part.blob.decode()
        looks = re.findall(r"<a:rPr [^>]*>.*?</a:rPr>", xml, re.S)
        assert looks
        assert all('a:latin typeface="BIZ UDPGothic"' in x and 'a:ea typeface="BIZ UDPゴシック"' in x for x in looks)
    for chart in charts(deck):
        assert 'a:ea typeface="BIZ UDPゴシック"' in chart.part.blob.decode()


def test_the_theme_has_the_fonts_too():
    body = presentation(build(source(), ["cover"]))
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        theme = packed.read("ppt/theme/theme1.xml").decode()
    assert theme.count('typeface="BIZ UDPゴシック"') >= 2


def test_the_schedule_is_made_of_shapes(deck):
    slide = deck.slides[titles(deck).index("工程表")]
    words = [s.text_frame.text for s in slide.shapes if s.has_text_frame]
    assert "取組1" in words
    assert any(w.startswith("共 整備") for w in words)
    assert "100% ●完了" in words


def test_nothing_leaves_the_slide(deck):
    for shape in shapes(deck):
        assert shape.left >= 0
        assert shape.left + shape.width <= deck.slide_width + Inches(0.02)
        assert shape.top + shape.height <= deck.slide_height + Inches(0.02)


def test_ids_of_shapes_are_unique_on_each_slide(deck):
    for slide in deck.slides:
        ids = [s.shape_id for s in slide.shapes]
        assert len(ids) == len(set(ids))


def test_long_tables_go_on_and_say_what_is_missing():
    rows = [action(f"A-{n}", "late", reason="理由" * 60) for n in range(1, 121)]
    deck = Presentation(io.BytesIO(presentation(build(source(content=content(actions=rows)), ["late"]))))
    assert "遅れている取組（続き）" in titles(deck)
    shown = [row[1] for row in cells(deck) if row[1].startswith("A-")]
    words = " ".join(s.text_frame.text for s in shapes(deck) if s.has_text_frame)
    assert len(shown) == len(set(shown)) < 120
    assert f"残りの{120 - len(shown)}件" in words


def test_names_that_look_like_formulas_stay_text_in_the_workbook_of_a_chart():
    rows = content()
    rows["items"][0]["short_name"] = DOUBTFUL
    deck = Presentation(io.BytesIO(presentation(build(source(content=rows), ["summary"]))))
    chart = charts(deck)[0]
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    assert sheet["A2"].value == f"'{DOUBTFUL}"
    assert sheet["A2"].data_type == "s"


def test_control_characters_do_not_break_the_file():
    rows = content(actions=[action("A-1", "late", title="改\x0b\ufffe\uffffめる<&>")])
    deck = Presentation(io.BytesIO(presentation(build(source(content=rows), ["late"]))))
    assert any("改める<&>" in row for row in cells(deck))
