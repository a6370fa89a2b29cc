"""The pack as Excel: printed forms with native charts, then sheets for machines with their dictionary."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from lib.charts.text import text_width
from lib.palette import PALETTE
from meetings.content import Content
from meetings.pack import book_charts
from meetings.pack.blocks import (
    Block,
    Cell,
    Empty,
    Facts,
    Figures,
    HeatBlock,
    Lead,
    Pack,
    Page,
    Prose,
    RadarBlock,
    ScheduleBlock,
    StateBars,
    Table,
)
from meetings.pack.build import SECTIONS
from meetings.pack.data import DATASETS, DICTIONARY, Dataset, dictionary
from meetings.pack.neutral import neutral

FACE = "BIZ UDPゴシック"
A3, A4 = 8, 9
FULL = 100  # characters across a form
ROW_POINTS = 15.0
PREFIX = "データ_"


def _rgb(name: str) -> str:
    return PALETTE[name].removeprefix("#").upper()


THIN = Side(style="thin", color=_rgb("line"))
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
GREY = PatternFill("solid", fgColor=_rgb("sunken"))
WRAP = Alignment(vertical="top", wrap_text=True)
WRAP_RIGHT = Alignment(vertical="top", horizontal="right", wrap_text=True)
MIDDLE = Alignment(vertical="center", horizontal="center")
PLAIN, BOLD = Font(name=FACE, size=10), Font(name=FACE, size=10, bold=True)
TITLE = Font(name=FACE, size=16, bold=True, color=_rgb("key"))
SAY, SMALL = Font(name=FACE, size=12, bold=True), Font(name=FACE, size=9, color=_rgb("ink-2"))
INKS = {k: Font(name=FACE, size=10, bold=True, color=_rgb(k)) for k in ("done", "run", "late", "over", "todo", "stop")}
FORMATS = {"date": "yyyy-mm-dd", "decimal": "0.0##", "integer": "0"}


def workbook(pack: Pack, content: Content) -> bytes:
    """Forms in the order of the pack, then every row of the snapshot."""
    book = Workbook()
    book.remove(book.active)
    for section, pages in groupby(pack.pages, key=lambda page: page.section):
        _form(book, pack, SECTIONS[section].title, list(pages))
    for dataset in DATASETS.values():
        _data(book, dataset, content)
    _dictionary(book)
    book.properties.title, book.properties.creator = pack.title, pack.city
    book.properties.description = f"{pack.source} SHA-256 {pack.sha256}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---- forms


class Form:
    """A printed sheet under construction: blocks go down the rows, over columns that suit its widest table."""

    def __init__(self, sheet: Worksheet, widths: Sequence[float]) -> None:
        self.sheet, self.widths, self.row = sheet, widths, 1
        for n, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(n)].width = width

    @property
    def last(self) -> int:
        return len(self.widths)

    def put(self, column: int, value: Any, font: Font = PLAIN, alignment: Alignment = WRAP) -> Any:
        cell = self.sheet.cell(self.row, column, neutral(value))
        cell.font, cell.alignment = font, alignment
        return cell

    def across(self, words: str, font: Font, first: int = 1) -> None:
        """Words over all columns from `first`, as high as they need."""
        self.put(first, words, font)
        if first < self.last:
            self.sheet.merge_cells(start_row=self.row, start_column=first, end_row=self.row, end_column=self.last)
        width = sum(self.widths[first - 1 :])
        self.high(lines_of(words, width * 10 / font.size), font.size)

    def high(self, lines: int, size: float = 10) -> None:
        wanted = lines * size * 1.5 + 3
        present = self.sheet.row_dimensions[self.row].height or ROW_POINTS
        self.sheet.row_dimensions[self.row].height = max(wanted, present)


def lines_of(words: str, width: float) -> int:
    """Lines that the words take in a column of `width` characters of ten points."""
    return sum(max(1, -(-int(text_width(line, 2)) // max(int(width) - 1, 1))) for line in str(words).split("\n"))


def _form(book: Workbook, pack: Pack, title: str, pages: Sequence[Page]) -> None:
    sheet = book.create_sheet(title)
    form = Form(sheet, _widths(pages))
    for n, page in enumerate(pages):
        if n:
            sheet.row_breaks.append(Break(id=form.row - 1))
        _page(form, page)
    _set_up(sheet, pack, pages, form)


def _widths(pages: Sequence[Page]) -> list[float]:
    """Columns of the table with most of them; a schedule brings its own."""
    blocks = [block for page in pages for block in page.blocks]
    if schedule := next((b for b in blocks if isinstance(b, ScheduleBlock)), None):
        return [34, *[9] * len(schedule.halves), 8, 10]
    tables = [b for b in blocks if isinstance(b, Table)]
    widest = max(tables, key=lambda t: len(t.heads), default=None)
    if widest and len(widest.heads) > 4:
        return [share * FULL / 100 for share in widest.shares]
    return [22.0, *[13.0] * 6]


def _page(form: Form, page: Page) -> None:
    form.across(page.title, TITLE)
    form.row += 1
    for block in page.blocks:
        DRAW[type(block)](form, block)
    if page.note:
        form.across(page.note, SMALL)
        form.row += 1
    form.row += 1


def _set_up(sheet: Worksheet, pack: Pack, pages: Sequence[Page], form: Form) -> None:
    """Paper, print area, repeated rows, and the foot of every printed page."""
    wide = any(page.wide for page in pages)
    sheet.page_setup.paperSize, sheet.page_setup.orientation = (A3, "landscape") if wide else (A4, "portrait")
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_area = f"A1:{get_column_letter(form.last)}{form.row}"
    sheet.sheet_view.showGridLines = False
    tables = [b for page in pages for b in page.blocks if isinstance(b, Table)]
    if len(pages) == 1 and len(tables) == 1:
        head = next(r for r in range(1, form.row + 1) if sheet.cell(r, 1).value == tables[0].heads[0].label)
        sheet.print_title_rows = f"{head}:{head}"
    sheet.oddFooter.left.text = f"{pack.city}　{pack.source}".replace("&", "&&")
    sheet.oddFooter.right.text = "&P / &N"
    sheet.page_margins.left = sheet.page_margins.right = 0.5


def _say(font: Font) -> Any:
    def draw(form: Form, block: Any) -> None:
        form.across(block.text, font)
        form.row += 1

    return draw


def _heading(form: Form, title: str) -> None:
    if title:
        form.row += 1
        form.across(title, BOLD)
        form.row += 1


def _facts(form: Form, block: Facts) -> None:
    split = 2 if form.last > 6 else 1
    for name, value in block.pairs:
        form.put(1, name, BOLD).fill = GREY
        if split > 1:
            form.sheet.merge_cells(start_row=form.row, start_column=1, end_row=form.row, end_column=split)
        form.high(lines_of(name, sum(form.widths[:split])))
        form.across(value, PLAIN, split + 1)
        form.row += 1


def _figures(form: Form, block: Figures) -> None:
    """State, now, before as a small upright table."""
    _heading(form, block.title)
    rows = [(Cell(w, w, k), Cell(n, f"{n}"), Cell(b, "—" if b is None else f"{b}")) for k, w, n, b in block.labelled]
    _rows(form, ["状態", "今回（件）", "前回（件）"], rows)


def _table(form: Form, block: Table) -> None:
    _heading(form, block.title)
    _rows(form, [h.label for h in block.heads], block.rows, [h.numeric for h in block.heads])
    if block.cut_note:
        form.across(block.cut_note, SMALL)
        form.row += 1


def _rows(
    form: Form, heads: Sequence[str], rows: Sequence[Sequence[Cell]], numeric: Sequence[bool] = ()
) -> None:
    for n, head in enumerate(heads, 1):
        cell = form.put(n, head, BOLD)
        cell.fill, cell.border = GREY, BOX
    form.row += 1
    for row in rows:
        for n, one in enumerate(row, 1):
            _cell(form, n, one, bool(numeric) and numeric[n - 1])
        form.row += 1


def _cell(form: Form, column: int, one: Cell, right: bool) -> None:
    """Numbers and dates as such, everything else as it is printed."""
    is_number = isinstance(one.value, int | float) and not isinstance(one.value, bool)
    value = one.value if is_number else one.text
    font = INKS[one.state] if one.state else PLAIN
    cell = form.put(column, value, font, WRAP_RIGHT if right or is_number else WRAP)
    cell.border = BOX
    if is_number and one.text.endswith("%"):
        cell.number_format = '0"%"'
    form.high(lines_of(one.text, form.widths[column - 1] if column <= form.last else 12))


def _bars(form: Form, block: StateBars) -> None:
    """The counts, and under them the chart that reads them."""
    _heading(form, block.title)
    words = book_charts.words_of(block)
    rows = [
        (Cell(label, label), *(Cell(counts.get(k) or None, f"{counts.get(k) or ''}") for k in block.keys))
        for label, counts in block.rows
    ]  # fmt: skip
    top = form.row
    _rows(form, ["区分", *words], rows)
    form.row += book_charts.bars(form.sheet, block, top, form.row, sum(form.widths)) + 1


def _radar(form: Form, block: RadarBlock) -> None:
    _heading(form, block.title)
    top, values = form.row, block.values
    rows = [
        (Cell(axis, axis), *(Cell(v[i], "—" if v[i] is None else f"{v[i]}") for _, _, v in block.series))
        for i, axis in enumerate(block.axes)
    ]  # fmt: skip
    _rows(form, [h.label for h in values.heads], rows, [h.numeric for h in values.heads])
    form.row += book_charts.radar(form.sheet, block, top, form.row) + 1 if len(block.axes) >= 3 else 1


def _heat(form: Form, block: HeatBlock) -> None:
    _heading(form, block.title)
    chart = block.chart
    for n, head in enumerate(("所属", *chart.columns), 1):
        cell = form.put(n, head, BOLD)
        cell.fill, cell.border = GREY, BOX
    form.row += 1
    for line, (_, values) in zip(chart.rows, block.rows, strict=True):
        form.put(1, line.label, BOLD).border = BOX
        for n, (shown, value) in enumerate(zip(line.cells, values, strict=True), 2):
            cell = form.put(n, value if isinstance(value, int | float) else shown.text, PLAIN, MIDDLE)
            cell.border = BOX
            if shown.ground:
                cell.fill = PatternFill("solid", fgColor=shown.ground.removeprefix("#").upper())
                cell.font = Font(name=FACE, size=10, bold=True, color=shown.ink.removeprefix("#").upper())
        form.row += 1
    if block.cut_note:
        form.across(block.cut_note, SMALL)
        form.row += 1


def _schedule(form: Form, block: ScheduleBlock) -> None:
    book_charts.schedule(form, block)


DRAW: dict[type[Block], Any] = {
    Lead: _say(SAY), Prose: _say(SMALL), Empty: _say(PLAIN), Facts: _facts, Figures: _figures, Table: _table,
    StateBars: _bars, RadarBlock: _radar, HeatBlock: _heat, ScheduleBlock: _schedule,
}  # fmt: skip


# ---- sheets for machines: one table, heads in the first row, nothing merged, nothing said by colour


def _data(book: Workbook, dataset: Dataset, content: Content) -> None:
    sheet = book.create_sheet(f"{PREFIX}{dataset.title}")
    sheet.append([_with_unit(c.name, c.unit) for c in dataset.columns])
    for row in dataset.rows(content):
        sheet.append([neutral(value) for value in row])
    for n, column in enumerate(dataset.columns, 1):
        sheet.column_dimensions[get_column_letter(n)].width = 40 if column.kind == "text" and n > 5 else 16
        if column.kind in FORMATS:
            for (cell,) in sheet.iter_rows(min_row=2, min_col=n, max_col=n):
                cell.number_format = FORMATS[column.kind]
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(dataset.columns))}{max(sheet.max_row, 1)}"


def _with_unit(name: str, unit: str) -> str:
    return f"{name}（{unit}）" if unit else name


def _dictionary(book: Workbook) -> None:
    sheet = book.create_sheet("項目定義")
    sheet.append(DICTIONARY)
    for row in dictionary():
        sheet.append([neutral(value) for value in row])
    for letter, width in zip("ABCDEF", (18, 24, 20, 22, 8, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
