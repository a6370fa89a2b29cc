"""What every sheet that goes out looks like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.worksheet import Worksheet

AUTHOR = "DX推進ポータル"
WIDEST, NARROWEST = 60, 8
HEAD_FILL = PatternFill("solid", fgColor="E8F1FE")
LOCKED_FILL = PatternFill("solid", fgColor="F1F1F4")
ERROR_FILL = PatternFill("solid", fgColor="FDE7E9")
CONFLICT_FILL = PatternFill("solid", fgColor="FFF4D6")
LINE = Border(bottom=Side("thin", color="D8D8DB"))
OPEN = Protection(locked=False)
TOP = Alignment(vertical="top", wrap_text=True)
A4, A3 = 9, 8


def width_of(text: Any) -> int:
    """Columns of a half-width character that a text needs; its longest line counts."""
    lines = str("" if text is None else text).split("\n")
    return max(sum(2 if ord(c) > 0xFF else 1 for c in line) for line in lines)


def head(sheet: Worksheet, text: str, *, locked: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font, cell.fill = Font(bold=True), LOCKED_FILL if locked else HEAD_FILL
    cell.alignment, cell.border = Alignment(vertical="center", wrap_text=True), LINE
    return cell


def page(sheet: Worksheet, *, paper: int = A4) -> None:
    """Print on landscape pages as wide as the sheet, the heads again on each."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = paper
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.center.text = "&P / &N"
    sheet.oddFooter.left.text = "&A"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6


def book() -> Workbook:
    made = Workbook(write_only=True)
    made.properties.creator = made.properties.lastModifiedBy = AUTHOR
    return made


def put(cells: list[WriteOnlyCell], values: Iterable[Any]) -> list[WriteOnlyCell | None]:
    """Fill the cells of one row; a cell and its style serve every row of its column."""
    filled: list[WriteOnlyCell | None] = []
    for cell, value in zip(cells, values, strict=True):
        if value is None or value == "":
            filled.append(None)
        else:
            cell.value = value
            filled.append(cell)
    return filled
