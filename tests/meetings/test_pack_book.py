"""Excel opened again: printed forms with native charts, sheets for machines, the dictionary."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from meetings.pack.book import workbook
from meetings.pack.build import SECTIONS, build
from meetings.pack.data import DATASETS
from tests.meetings.pack_data import action, content, earlier, source


def opened(**kw):
    made = source(**kw)
    return openpyxl.load_workbook(io.BytesIO(workbook(build(made), made.content)))


@pytest.fixture(scope="module")
def book():
    return opened(previous=earlier())


def rows(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_forms_come_first_then_data_then_the_dictionary(book):
    names = book.sheetnames
    assert names[:9] == [section.title for section in SECTIONS.values()]
    assert names[9:-1] == [f"データ_{d.title}" for d in DATASETS.values()]
    assert names[-1] == "項目定義"


def test_paper_print_area_and_repeated_rows(book):
    late, schedule = book["遅れている取組"], book["工程表"]
    assert (late.page_setup.paperSize, late.page_setup.orientation) == (9, "portrait")
    assert (schedule.page_setup.paperSize, schedule.page_setup.orientation) == (8, "landscape")
    assert late.print_title_rows == "$3:$3"
    assert late.cell(3, 1).value == "状態"
    for sheet in book.worksheets[:9]:
        assert sheet.print_area
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "時点" in sheet.oddFooter.left.text


def test_a_form_holds_the_values_of_the_snapshot(book):
    shown = rows(book["遅れている取組"])
    line = next(row for row in shown if row[1] == "A-3")
    assert line[:8] == ["▲遅れ（新）", "A-3", "取組3", "税務課", 20, 50, "R9.3.31", 2]


def test_each_item_begins_a_printed_page():
    two = content()
    two["items"].append(two["items"][0] | {"key": "other", "name": "標準化", "total": 0, "tag": "重点2"})
    sheet = opened(content=two)["重点取組事項"]
    (page_break,) = sheet.row_breaks.brk
    assert sheet.cell(page_break.id + 1, 1).value == "重点2 標準化"


def test_native_charts_read_the_cells_of_the_form(book):
    sheet = book["重点取組事項"]
    (chart,) = sheet._charts
    series = chart.series[0]
    assert series.val.numRef.f.startswith("'重点取組事項'!")
    first = series.val.numRef.f.partition("!")[2].partition(":")[0].replace("$", "")
    assert sheet[first].value == 1
    assert len(book["成熟度"]._charts) == 1


def test_the_schedule_colours_half_years(book):
    shown = rows(book["工程表"])
    heads = next(row for row in shown if row[0] == "取組")
    line = next(row for row in shown if row[0] == "取組1")
    assert heads[1:4] == ["R7上期", "R7下期", "R8上期"]
    assert line[1:4] == ["共 整備", None, "原 浸透・拡大"]
    assert line[-2:] == [100, "●完了"]


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda d: d.key)
def test_data_sheets_can_be_read_by_machines(book, dataset):
    sheet = book[f"データ_{dataset.title}"]
    heads = [c.value for c in sheet[1]]
    assert len(set(heads)) == len(heads) == len(dataset.columns)
    assert all(heads)
    assert not sheet.merged_cells.ranges
    assert not sheet._charts
    assert sheet.freeze_panes == "A2"
    assert all(any(v is not None for v in row) for row in rows(sheet))


def test_data_keep_types_and_blanks(book):
    table = rows(book["データ_取組"])
    heads = table[0]
    by_code = {row[heads.index("取組番号")]: dict(zip(heads, row, strict=True)) for row in table[1:]}
    assert by_code["A-1"]["進捗率（%）"] == 100
    assert by_code["A-4"]["進捗率（%）"] is None, "not reported is blank, not 0"
    assert by_code["A-3"]["終了予定日"] == dt.datetime(2027, 3, 31)
    assert by_code["A-1"]["全国地方公共団体コード"] == "012025"
    assert by_code["A-1"]["基準日"] == dt.datetime(2026, 11, 30)
    assert by_code["A-2"]["延期の回数（回）"] == 0


def test_levels_tell_why_they_are_blank(book):
    found = {(r[3], r[4]): (r[5], r[8]) for r in rows(book["データ_成熟度（所属）"])[1:]}
    assert found["税務課", "ITリテラシー"] == (3, None)
    assert found["税務課", "庁内システム"] == (None, "未回答")
    assert found["税務課", "組織体制"] == (None, "対象外")


def test_counts_are_long_and_their_zero_is_a_zero(book):
    found = {tuple(r[3:6]): r[6] for r in rows(book["データ_状態ごとの件数"])[1:]}
    assert found["全体", "全体", "完了"] == 1
    assert found["全体", "全体", "期限超過"] == 0


def test_the_dictionary_names_every_column(book):
    words = {(r[0], r[1]) for r in rows(book["項目定義"])[1:]}
    assert words == {(d.title, c.name) for d in DATASETS.values() for c in d.columns}


@pytest.mark.parametrize("text", ["=1+1", "+81", "-cmd", "@sum", "＝1+1"])
def test_formulas_are_neutralised_everywhere(text):
    doubtful = content(actions=[action("A-1", "late", title=text, reason=text)])
    doubtful["items"][0] |= {"name": text, "short_name": text}
    book = opened(content=doubtful)
    for sheet in book.worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f", f"{sheet.title}!{cell.coordinate}"
                assert not str(cell.value or "").startswith(text), f"{sheet.title}!{cell.coordinate}"


def test_control_characters_do_not_break_the_file():
    book = opened(content=content(actions=[action("A-1", "late", title="改\x0b\ufffe\uffffめる")]))
    assert any("改める" in row for row in rows(book["データ_取組"]))


def test_an_empty_city_still_gives_a_workbook():
    bare = content(actions=[], items=[], elements=[], maturity=None, indicators=[], decisions=[], hurdles=[])
    book = opened(content=bare)
    assert rows(book["データ_取組"])[1:] == []


def test_the_file_names_nothing_outside():
    made = source()
    with zipfile.ZipFile(io.BytesIO(workbook(build(made), made.content))) as packed:
        assert not [n for n in packed.namelist() if "externalLink" in n or "vba" in n.lower()]
