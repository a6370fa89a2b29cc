"""The workbook of a book: locked keys, drop-down lists of today's values, instructions, ready to print."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exchange import cells
from exchange.sheets import ACT, FIXED, Book, Column, Sheet
from exchange.widgets import Day
from exchange.writing import styles

META, CHOICES, HELP = "_dxportal", "選択肢", "使い方"
CHUNK = 2000
# Rows below the last one that take drop-down lists, for new entries.
SPARE = 500
RULES = (
    "色の付いた列（ID・版数など）は変えないでください。保護にパスワードはありません。",
    "空欄にしても、登録ずみの値は消えません。消すときは、そのセルに「（空欄にする）」と入力します。",
    "行を加えるときは、表の下の行に入力します。IDと版数は空欄のままにします。",
    "日付は 令和8年11月1日、R8.11.1、2026-11-01 のどれでも読み取ります。",
    "取り込むと、まず何が変わるかをセルごとに表示します。確認するまで何も登録しません。",
    "書き出したあとにほかの人が変えた行は、取り込まずに知らせます。",
)


def workbook(book: Book, scope: Any, sheets: Sequence[Sheet], *, with_rows: bool = True) -> bytes:
    """The rows that the reader of `sheets` may change, as an .xlsx; an empty form without `with_rows`."""
    made = styles.book()
    _help(made.create_sheet(HELP), book, scope, sheets)
    lists = _Lists()
    for sheet in sheets:
        _sheet(made, sheet, lists, with_rows)
    lists.write(made.create_sheet(CHOICES))
    meta = made.create_sheet(META)
    meta.append([book.key, str(scope.pk if scope else 0), book.name(scope), timezone.now().isoformat()])
    for name in (CHOICES, META):
        made[name].sheet_state = "hidden"
    made.active = 1
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


class _Lists:
    """The values of all drop-down lists, a column each on a hidden sheet."""

    def __init__(self) -> None:
        self.columns: list[list[str]] = []

    def formula(self, values: Sequence[str]) -> str:
        wanted = list(values)
        if wanted not in self.columns:
            self.columns.append(wanted)
        letter = get_column_letter(self.columns.index(wanted) + 1)
        return f"'{CHOICES}'!${letter}$1:${letter}${len(wanted)}"

    def write(self, sheet: Worksheet) -> None:
        longest = max((len(c) for c in self.columns), default=0)
        for n in range(longest):
            sheet.append([cells.neutral(c[n]) if n < len(c) else None for c in self.columns])


def _sheet(made: Workbook, sheet: Sheet, lists: _Lists, with_rows: bool) -> None:
    page: Worksheet = made.create_sheet(sheet.caption)
    templates = _columns(page, sheet)
    styles.page(page, paper=styles.A3 if len(sheet.columns) > 9 else styles.A4)
    page.freeze_panes = f"{get_column_letter(len(FIXED) + len(sheet.named) + 1)}2"
    _protect(page)
    page.append([styles.head(page, t, locked=_is_locked(sheet, t)) for t in sheet.heads])
    count = _rows(page, sheet, templates) if with_rows else 0
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.heads))}{count + 1}"
    for number, options in _dropdowns(sheet):
        letter = get_column_letter(number)
        rule = DataValidation("list", formula1=lists.formula(options), allow_blank=True)
        rule.errorTitle, rule.error = "入力できる値", "一覧から選んでください。"
        rule.add(f"{letter}2:{letter}{count + SPARE + 1}")
        page.data_validations.append(rule)


def _rows(page: Worksheet, sheet: Sheet, templates: list[WriteOnlyCell]) -> int:
    query = sheet.rows()
    sheet.sets = sheet.load_sets(None)
    count = 0
    for line in sheet.lines(query if query._prefetch_related_lookups else query.iterator(chunk_size=CHUNK)):
        page.append(styles.put(templates, line))
        count += 1
    for values in sheet.spare():
        page.append(styles.put(templates, sheet.spare_line(values)))
        count += 1
    return count


def _is_locked(sheet: Sheet, label: str) -> bool:
    column = sheet.by_label.get(label)
    return label in FIXED[:2] or (column is not None and column.locked)


def _columns(page: Worksheet, sheet: Sheet) -> list[WriteOnlyCell]:
    """Widths and styles by column, so that empty cells below the last row may be filled in as well."""
    made = []
    for n, label in enumerate(sheet.heads, 1):
        column = sheet.by_label.get(label)
        cell = WriteOnlyCell(page)
        cell.alignment = styles.TOP
        if _is_locked(sheet, label):
            cell.fill = styles.LOCKED_FILL
        else:
            cell.protection = styles.OPEN
        if column:
            cell.number_format = column.widget.number_format
        dimension = page.column_dimensions[get_column_letter(n)]
        dimension.width = _width(column, label)
        if not _is_locked(sheet, label):
            dimension.protection, dimension.number_format = styles.OPEN, cell.number_format
        made.append(cell)
    return made


def _width(column: Column | None, label: str) -> int:
    if column is None:
        return 10
    if column.width:
        return column.width
    if column.widget.options:
        wanted = max(styles.width_of(o) for o in column.widget.options) + 4
    elif isinstance(column.widget, Day):
        wanted = 18
    else:
        longest = getattr(column.widget, "max_length", None) or 12
        wanted = 12 if column.widget.numeric else min(longest, 40)
    return max(styles.NARROWEST, min(styles.WIDEST, max(wanted, styles.width_of(label) + 3)))


def _protect(page: Worksheet) -> None:
    """Guard the keys against a slip; what people need to work with a sheet stays possible."""
    page.protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "sort", "autoFilter"):
        setattr(page.protection, allowed, False)


def _dropdowns(sheet: Sheet) -> list[tuple[int, list[str]]]:
    found = []
    if sheet.deletes:
        found.append((FIXED.index(ACT) + 1, [cells.DELETE]))
    for n, column in enumerate(sheet.columns, len(FIXED) + 1):
        if column.widget.options and not column.locked:
            clear = [] if column.required else [cells.CLEAR]
            found.append((n, [*column.widget.options, *clear]))
    return found


def _help(page: Worksheet, book: Book, scope: Any, sheets: Sequence[Sheet]) -> None:
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 24, 24
    page.column_dimensions["C"].width, page.column_dimensions["D"].width = 46, 46
    styles.page(page)
    title = WriteOnlyCell(page, value=book.name(scope))
    title.font = Font(bold=True, size=14)
    page.append([title])
    page.append([f"{cells.shown(timezone.localdate())}に書き出しました。"])
    page.append([])
    for n, rule in enumerate((*RULES, *filter(None, [book.note])), 1):
        page.append([f"{n}. {rule}"])
    page.append([])
    page.append([styles.head(page, t) for t in ("シート", "列", "入力できる値", "説明")])
    for sheet in sheets:
        if sheet.deletes:
            page.append(_wrapped(page, [sheet.caption, ACT, cells.DELETE, sheet.deletes]))
        for column in sheet.columns:
            page.append(_wrapped(page, [sheet.caption, column.label, _allowed(column), column.note]))


def _wrapped(page: Worksheet, texts: Sequence[str]) -> list[WriteOnlyCell]:
    made = [WriteOnlyCell(page, value=cells.neutral(t)) for t in texts]
    for cell in made:
        cell.alignment = styles.TOP
    return made


def _allowed(column: Column) -> str:
    if column.locked:
        return "（変えられません）"
    words = column.widget.allowed
    if column.required:
        return f"{words}。必ず入力します"
    return f"{words}。新しい行でだけ入力します" if column.once else words
