"""Fills a 様式 with openpyxl: one row in a card, or a row repeated for all; nothing that is written runs."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.formula.translate import Translator
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exchange.blanks.mapping import PLACE, row_of
from exchange.cells import legal, neutral, shown
from exchange.writing.tables import cell as plain_cell

MOST = 5000
_REFERENCE = re.compile(r"(?<![A-Za-z0-9_!'\"])(\$?[A-Z]{1,3}\$?)([0-9]{1,7})(?![0-9A-Za-z(_])")

Values = Mapping[str, Any]


def filled(
    content: bytes,
    sheet: str,
    cells: Sequence[tuple[str, str, str]],
    row: int | None,
    common: Values,
    rows: Sequence[Values],
) -> bytes:
    """The workbook with its values: `cells` are (address, placeholder or '', column), `common` goes everywhere."""
    book: Workbook = load_workbook(io.BytesIO(content))
    page: Worksheet = book[sheet] if sheet in book.sheetnames else book.active
    if row is None:
        _put_all(page, cells, {**common, **(rows[0] if rows else {})})
    else:
        _repeat(page, row, max(1, len(rows)))
        others = [c for c in cells if row_of(c[0]) != row]
        _put_all(page, [(_moved(a, row, len(rows)), p, f) for a, p, f in others], common)
        for n, values in enumerate(rows or [{}]):
            mine = [(_at(a, row + n), p, f) for a, p, f in cells if row_of(a) == row]
            _put_all(page, mine, {**common, "番号": n + 1 if rows else None, **values})
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _at(address: str, row: int) -> str:
    return re.sub(r"[0-9]+$", str(row), address)


def _moved(address: str, row: int, count: int) -> str:
    at = row_of(address)
    return _at(address, at + max(0, count - 1)) if at > row else address


# ---- values


def _put_all(page: Worksheet, cells: Sequence[tuple[str, str, str]], values: Values) -> None:
    for address, place, name in cells:
        _put(_anchor(page, address), place, values.get(name))


def _anchor(page: Worksheet, address: str) -> Cell:
    """The cell itself, or the first of the merged cells that it is part of."""
    found = page[address]
    if isinstance(found, MergedCell):
        area = next(a for a in page.merged_cells.ranges if address in a)
        return page.cell(area.min_row, area.min_col)
    return found


def _put(cell: Cell, place: str, value: Any) -> None:
    """The value itself where the placeholder stands alone, else its words within the text."""
    now = cell.value
    if place and isinstance(now, str) and not PLACE.fullmatch(now.strip()):
        said = shown(value.date() if isinstance(value, dt.datetime) else value)
        value = PLACE.sub(lambda m: said if m[1] == place else m[0], now)
    value = plain_cell(value)
    if isinstance(value, str):
        _put_text(cell, value)
    else:
        cell.value = value


def _put_text(cell: Cell, text: str) -> None:
    """Text stays text: Excel's own mark says so where the words would run as a formula."""
    bare = text[1:] if text.startswith("'") and neutral(text[1:]) == text else text
    cell.value = legal(bare) or None
    if cell.value is not None:
        cell.data_type = "s"
        cell.quotePrefix = neutral(bare) != bare


# ---- rows


def _repeat(page: Worksheet, row: int, count: int) -> None:
    """Make `count` rows of one: heights, styles, fixed texts and merged cells come along, what is below moves down."""
    more = count - 1
    if more < 1:
        return
    areas = [(a.min_row, a.min_col, a.max_row, a.max_col) for a in page.merged_cells.ranges]
    for top, left, bottom, right in areas:
        page.unmerge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    heights = {n: d.height for n, d in page.row_dimensions.items() if d.height is not None}
    page.insert_rows(row + 1, more)
    _move_formulas(page, row, more)
    for column in range(1, page.max_column + 1):
        _copy_down(page, row, column, more)
    for n, height in sorted(heights.items(), reverse=True):
        if n > row:
            page.row_dimensions[n].height = None
            page.row_dimensions[n + more].height = height
    for n in range(row, row + count):
        page.row_dimensions[n].height = heights.get(row)
    _merge(page, areas, row, more)
    _move_print_area(page, row, more)


def _copy_down(page: Worksheet, row: int, column: int, more: int) -> None:
    source = page.cell(row, column)
    for n in range(1, more + 1):
        target = page.cell(row + n, column)
        target._style = copy(source._style)
        target.value = source.value
        if source.data_type == "f":
            target.value = Translator(source.value, source.coordinate).translate_formula(target.coordinate)


def _merge(page: Worksheet, areas: Sequence[tuple[int, int, int, int]], row: int, more: int) -> None:
    for top, left, bottom, right in areas:
        steps = range(more + 1) if top == bottom == row else (more if top > row else 0,)
        longer = more if top <= row <= bottom and top != bottom else 0
        for step in steps:
            page.merge_cells(
                start_row=top + step, start_column=left, end_row=bottom + step + longer, end_column=right
            )  # fmt: skip


def _move_formulas(page: Worksheet, row: int, more: int) -> None:
    """References below the row move with it; a sum over the row alone becomes a sum over all of them."""
    alone = re.compile(rf"(\$?[A-Z]{{1,3}}\$?){row}:(\$?[A-Z]{{1,3}}\$?){row}(?![0-9])")
    for cells in page.iter_rows():
        for cell in cells:
            if cell.data_type == "f" and isinstance(cell.value, str):
                moved = _REFERENCE.sub(lambda m: f"{m[1]}{int(m[2]) + (more if int(m[2]) > row else 0)}", cell.value)
                cell.value = alone.sub(lambda m: f"{m[1]}{row}:{m[2]}{row + more}", moved)


def _move_print_area(page: Worksheet, row: int, more: int) -> None:
    if not page.print_area:
        return
    areas = []
    for part in str(page.print_area).split(","):
        left, top, right, bottom = range_boundaries(part.rpartition("!")[2].replace("$", ""))
        down = more if bottom >= row else 0
        areas.append(f"{page.cell(top, left).coordinate}:{page.cell(bottom + down, right).coordinate}")
    page.print_area = ",".join(areas)
