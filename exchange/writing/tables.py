"""A list as a workbook, as CSV for a spreadsheet, and in long form for programs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exchange import cells
from exchange.lists import Head, Shown
from exchange.writing import styles
from lib import cp932

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV, ZIP = "text/csv; charset=utf-8", "application/zip"
SAMPLE = 200
FORMATS = {"date": '[$-ja-JP]ggge"年"m"月"d"日"', "moment": "yyyy/mm/dd hh:mm", "number": "General", "text": "@"}
KINDS = {"text": "文字", "number": "数", "date": "日付（ISO 8601）", "moment": "日時（ISO 8601、日本時間）"}


@dataclass(frozen=True)
class File:
    name: str
    content: bytes
    kind: str


def xlsx(shown: Shown) -> File:
    """One sheet with frozen heads, a filter, real dates and numbers; leading zeros stay."""
    made = styles.book()
    page: Worksheet = made.create_sheet(_sheet_name(shown.title))
    rows = iter(shown.rows)
    first = [row for _, row in zip(range(SAMPLE), rows, strict=False)]
    templates = _templates(page, shown.heads, first)
    styles.page(page, paper=styles.A3 if len(shown.heads) > 8 else styles.A4)
    page.freeze_panes = "B2"
    page.append([styles.head(page, h.label) for h in shown.heads])
    count = 0
    for row in _chained(first, rows):
        page.append(styles.put(templates, map(cell, row)))
        count += 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(shown.heads))}{count + 1}"
    out = io.BytesIO()
    made.save(out)
    return File(f"{shown.title}.xlsx", out.getvalue(), XLSX)


def _chained(first: list[Any], rest: Iterator[Any]) -> Iterator[Any]:
    yield from first
    yield from rest


def _sheet_name(title: str) -> str:
    return "".join("_" if c in "[]:*?/\\" else c for c in title)[:31] or "一覧"


def _templates(page: Worksheet, heads: Sequence[Head], sample: Sequence[Sequence[Any]]) -> list[WriteOnlyCell]:
    made = []
    for n, head in enumerate(heads):
        template = WriteOnlyCell(page)
        template.number_format, template.alignment = FORMATS[head.kind], styles.TOP
        longest = max((styles.width_of(plain(row[n])) for row in sample), default=0)
        wanted = max(longest + 2, styles.width_of(head.label) + 4)
        page.column_dimensions[get_column_letter(n + 1)].width = min(styles.WIDEST, wanted)
        made.append(template)
    return made


def cell(value: Any) -> Any:
    """A value as a workbook holds it."""
    if isinstance(value, str):
        return cells.neutral(cells.legal(value))
    if isinstance(value, dt.datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    return value


def plain(value: Any) -> str:
    """A value as programs read it: ISO dates, no words for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    return cells.legal(str(value))


def csv_utf8(shown: Shown) -> File:
    """With a byte order mark, so that a spreadsheet opens it as UTF-8."""
    content = _csv([[h.label for h in shown.heads], *shown.rows])
    return File(f"{shown.title}.csv", content.encode("utf-8-sig"), CSV)


def csv_cp932(shown: Shown) -> File:
    """For older tools (Shift_JIS). What does not fit becomes 〓; then a report of it comes along in a ZIP."""
    heads = [h.label for h in shown.heads]
    misfits: list[list[Any]] = []
    rows = [_fitted(row, number, heads, misfits) for number, row in enumerate(shown.rows, 2)]
    content = _csv([heads, *rows]).encode("cp932", "replace")
    name = f"{shown.title}_Shift_JIS"
    if not misfits:
        return File(f"{name}.csv", content, "text/csv; charset=Shift_JIS")
    report = _csv([cp932.REPORT, *misfits]).encode("utf-8-sig")
    return File(f"{name}.zip", _zip({f"{name}.csv": content, cp932.REPORT_NAME: report}), ZIP)


def _fitted(row: Sequence[Any], number: int, heads: Sequence[str], misfits: list[list[Any]]) -> list[str]:
    made = []
    for head, value in zip(heads, row, strict=True):
        text = plain(value)
        fits, wrong = cp932.fitted(text)
        misfits += cp932.reported(number, head, wrong, text)
        made.append(fits)
    return made


def long_form(shown: Shown) -> File:
    """One line a value, and a dictionary of the columns: nothing to guess for a program."""
    data: list[list[Any]] = [["row", "key", "value"]]
    for number, row in enumerate(shown.rows, 1):
        data += [[number, h.key, value] for h, value in zip(shown.heads, row, strict=True) if value not in (None, "")]
    words: list[list[Any]] = [["key", "label", "kind", "note"]]
    words += [[h.key, h.label, KINDS[h.kind], h.note] for h in shown.heads]
    files = {"data.csv": _csv(data).encode("utf-8-sig"), "dictionary.csv": _csv(words).encode("utf-8-sig")}
    return File(f"{shown.title}_機械判読用.zip", _zip(files), ZIP)


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[guarded(v) for v in row] for row in rows])
    return out.getvalue()


def guarded(value: Any) -> str:
    """A number is no formula although it may begin with a minus sign."""
    text = plain(value)
    return text if isinstance(value, int | float) or not isinstance(value, str) else cells.neutral(text)


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


WRITERS = {"xlsx": xlsx, "csv": csv_utf8, "sjis": csv_cp932, "long": long_form}
