"""The ledger as a file: CSV and a workbook for people (JSON lines for programs: `services.lines`)."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook

from audit.models import Entry
from audit.querysets import EntryQuerySet
from lib import cp932, formulas

HEADS = ("番号", "日時", "だれが", "経路", "操作", "対象の種類", "対象の番号", "対象", "変更", "備考", "ハッシュ")
# XML has no place for them.
ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
# A sheet ends here, and so does a cell.
MOST_ROWS = 1_048_575
LONGEST = 32_000


def csv_of(entries: EntryQuerySet) -> Iterator[str]:
    """Lines of a CSV with CRLF, written as they are read."""
    yield "\ufeff" + _line(HEADS)
    for entry in _read(entries):
        yield _line(_row(entry))


def sjis_of(entries: EntryQuerySet) -> IO[bytes]:
    """A ZIP with the CSV in Shift_JIS and the report of what did not fit, put together on disk."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it when it is sent
    with tempfile.TemporaryFile("w+", encoding="utf-8-sig", newline="") as misfits:
        misfits.write(_line(cp932.REPORT))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("操作の記録_Shift_JIS.csv", "w", force_zip64=True) as sheet:
                for number, row in enumerate(itertools.chain([HEADS], map(_row, _read(entries))), 1):
                    sheet.write(_fitted(number, row, misfits).encode("cp932"))
            misfits.seek(0)
            archive.writestr(cp932.REPORT_NAME, misfits.read().encode("utf-8-sig"))
    out.seek(0)
    return out


def _fitted(number: int, row: Sequence[Any], misfits: IO[str]) -> str:
    made = []
    for head, value in zip(HEADS, row, strict=True):
        fits, wrong = cp932.fitted(str(value))
        misfits.writelines(_line(told) for told in cp932.reported(number, head, wrong, str(value)))
        made.append(fits)
    return _line(made)


def workbook_of(entries: EntryQuerySet) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("操作の記録")
    sheet.freeze_panes = "A2"
    for number, width in enumerate((8, 18, 26, 10, 14, 22, 12, 30, 60, 30, 20)):
        sheet.column_dimensions["ABCDEFGHIJK"[number]].width = width
    sheet.append(list(HEADS))
    for entry in _read(entries):
        sheet.append([_short(cell) for cell in _row(entry)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def attachment_header(name: str) -> str:
    return content_disposition_header(True, name) or "attachment"


def _read(entries: EntryQuerySet) -> Iterator[Entry]:
    return entries.order_by("seq").iterator(chunk_size=2000)


def _row(entry: Entry) -> list[Any]:
    changes = json.dumps(entry.changes, ensure_ascii=False) if entry.changes else ""
    return [
        entry.seq, f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}", entry.actor, entry.get_origin_display(),
        entry.act_label, entry.object_type, entry.object_id, entry.object_label, changes, entry.note, entry.hash,
    ]  # fmt: skip


def _line(cells: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_neutral(c) for c in cells])
    return out.getvalue()


def _neutral(value: Any) -> Any:
    """A cell that no spreadsheet reads as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(formulas.STARTS) else value


def _short(value: Any) -> Any:
    safe = _neutral(value)
    if isinstance(safe, str):
        safe = ILLEGAL.sub("", safe)
        return safe if len(safe) <= LONGEST else f"{safe[:LONGEST]}…"
    return safe
