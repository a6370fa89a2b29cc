"""The 新旧対照表 as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Font, PatternFill

from rounds.resources import neutral
from strategy.diffing import Piece
from strategy.queries_editions import Contrast, Side

WIDTHS = (16, 14, 52, 52, 30)
FONTS = {"new": InlineFont(b=True, u="single", color="FF00602B"), "gone": InlineFont(strike=True, color="FFC00000")}
MISSING = {"new": "（削除）", "old": "（新設）"}


def workbook(shown: Contrast) -> bytes:
    """One sheet, A3 landscape with repeated heads; changed words underlined and struck out as on the page."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("新旧対照表")
    for letter, width in zip("ABCDE", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "1:2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.append([_cell(sheet, f"{shown.new.plan.name} 新旧対照表", Font(bold=True, size=14))])
    heads = ("階層", "種別", shown.new.label, shown.old.label, "理由")
    sheet.append([_cell(sheet, text, Font(bold=True), PatternFill("solid", fgColor="E8F1FE")) for text in heads])
    for layer, _, lines in shown.groups:
        for line in lines:
            kinds = "・".join(word for _, word in line.kinds) or "変更なし"
            first = "\n".join(filter(None, (kinds, line.trail)))
            texts = (layer, first, _rich(line.new, "new"), _rich(line.old, "old"), line.note)
            sheet.append([_cell(sheet, text) for text in texts])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, value: object, font: Font | None = None, fill: PatternFill | None = None) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=neutral(value))
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if font:
        cell.font = font
    if fill:
        cell.fill = fill
    return cell


def _rich(side: Side | None, column: str) -> CellRichText | str:
    """The text with its marks; as plain text where it could be read as a formula."""
    if side is None:
        return MISSING[column]
    parts = [Piece("same", f"{side.label} ")] if side.label else []
    parts += [*side.title, *([Piece("same", "\n"), *side.body] if side.body else [])]
    parts += [Piece("same", f"\n関連 {side.links}")] if side.links else []
    plain = "".join(p.text for p in parts)
    return str(neutral(plain)) if neutral(plain) != plain else CellRichText(*_blocks(parts))


def _blocks(parts: Iterable[Piece]) -> Iterable[TextBlock | str]:
    return (TextBlock(FONTS[p.kind], p.text) if p.kind in FONTS else p.text for p in parts)
