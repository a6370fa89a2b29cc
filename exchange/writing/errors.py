"""The uploaded sheets again, with a comment on every cell that keeps them from being stored."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exchange import cells
from exchange.compare import Table
from exchange.outcome import STOPS
from exchange.sheets import Book, Sheet
from exchange.writing import styles
from exchange.writing.workbook import META

FILLS = {"error": styles.ERROR_FILL, "conflict": styles.CONFLICT_FILL}


def error_workbook(
    book: Book, scope: Any, sheets: Sequence[Sheet], tables: Mapping[str, Table], outcome: Mapping[str, list[Any]]
) -> bytes:
    """Every row of the file as it was; those in error say why in a comment."""
    made = styles.book()
    for sheet in sheets:
        if table := tables.get(sheet.slug):
            _sheet(made, sheet, table, {row[0]: row for row in outcome.get(sheet.slug, ())})
    meta = made.create_sheet(META)
    meta.append([book.key, str(scope.pk if scope else 0), book.name(scope)])
    meta.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _sheet(made: Workbook, sheet: Sheet, table: Table, found: Mapping[int, list[Any]]) -> None:
    page: Worksheet = made.create_sheet(sheet.caption)
    styles.page(page, paper=styles.A3)
    page.freeze_panes = "B2"
    labels = {c.name: c.label for c in sheet.columns}
    for n, label in enumerate(table.heads, 1):
        page.column_dimensions[get_column_letter(n)].width = max(12, styles.width_of(label) + 3)
    page.append([styles.head(page, h) for h in table.heads])
    numbers = dict(table.rows)
    # Row numbers stay those of the uploaded file.
    for number in range(2, max(numbers, default=1) + 1):
        page.append(_row(page, table, numbers.get(number, []), found.get(number), labels))


def _row(
    page: Worksheet, table: Table, values: Sequence[Any], result: list[Any] | None, labels: Mapping[str, str]
) -> list[Any]:
    kind, wrong = (result[1], result[3]) if result else ("", [])
    messages = {labels.get(column, column): text for column, _, _, text in wrong if text}
    made = []
    for n, label in enumerate(table.heads):
        cell = WriteOnlyCell(page, value=_value(values[n] if n < len(values) else None))
        if label in messages:
            cell.comment = _comment(messages[label])
            if kind in STOPS:
                cell.fill = FILLS["error"]
        elif kind == "conflict":
            cell.fill = FILLS["conflict"]
        made.append(cell)
    whole = messages.get("")
    if whole and made:
        made[0].comment = _comment(whole)
    return made


def _comment(text: str) -> Comment:
    return Comment(text, styles.AUTHOR, width=320, height=90)


def _value(value: Any) -> Any:
    return cells.neutral(cells.legal(cells.unguarded(value))) if isinstance(value, str) else value
