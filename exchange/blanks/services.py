"""Writes of 様式, and a filled one."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from exchange.blanks import filling, mapping
from exchange.blanks.models import Blank
from exchange.parsing.limits import MEGABYTE, Limits
from exchange.reading import Workbook, read_workbook
from lib import ledger
from lib.writes import insert, save_versioned

log = logging.getLogger(__name__)
FIELDS = ("title", "source", "sheet", "row", "cells")
# A form is a sheet of paper; openpyxl reads it in the portal's own process.
LIMITS = Limits(
    file_bytes=2 * MEGABYTE, unpacked_bytes=30 * MEGABYTE, sheets=20, rows=3000, columns=300, cells=100_000,
    memory_bytes=512 * MEGABYTE, seconds=20,
)  # fmt: skip
BROKEN = "この様式は開けません。Excelで開いて保存し直し、登録し直してください。"


def opened(data: bytes, file_name: str) -> Workbook:
    """The sheets of an uploaded 様式. Raises ValidationError unless it is a harmless .xlsx."""
    book = read_workbook(data, file_name, limits=LIMITS)
    if book.kind != "xlsx":
        raise ValidationError("様式はExcelブック（.xlsx）で登録してください。")
    return book


@transaction.atomic
def create_blank(
    *, title: str, source: str, labels: Sequence[str], about: Sequence[str] = (), file_name: str, data: bytes, by: Any
) -> Blank:  # fmt: skip
    """Store a 様式 with the cells that its {{…}} propose; `about` are words of the object that its list belongs to."""
    book = opened(data, file_name)
    marked = next((s for s in book.sheets if mapping.placeholders(s.rows)), (book.visible or book.sheets)[0])
    found = mapping.placeholders(marked.rows)
    blank = Blank(
        title=title, source=source, file_name=file_name[-200:], content=data, sheet=marked.name,
        row=mapping.proposed_row(found, labels, about), made_by_id=ledger.actor(by).user_id,
        cells=[[cell, name, mapping.proposed(name, [*labels, *about])] for cell, name in found],
    )  # fmt: skip
    _try(blank)
    blank.full_clean(exclude=["content"])
    insert(blank)
    ledger.record(by=by, act="create", obj=blank, after=ledger.state_of(blank, FIELDS))
    return blank


def _try(blank: Blank) -> None:
    """Fill it once with nothing: what openpyxl cannot open is refused at once."""
    fill(blank=blank, common={}, rows=[])


@transaction.atomic
def update_blank(
    *, blank: Blank, version: int, title: str, row: int | None, cells: Sequence[tuple[str, str, str]], by: Any
) -> Blank:  # fmt: skip
    """Change what a 様式 is called and which cell takes which column."""
    before = ledger.state_of(Blank.objects.get(pk=blank.pk), FIELDS)
    blank.title, blank.row, blank.cells = title, row, [list(c) for c in cells]
    blank.full_clean(exclude=["content"])
    save_versioned(blank, version=version, fields=["title", "row", "cells"])
    ledger.record(by=by, act="update", obj=blank, before=before, after=ledger.state_of(blank, FIELDS))
    return blank


@transaction.atomic
def delete_blank(*, blank: Blank, by: Any) -> None:
    """Take a 様式 away; files that were filled in are in other hands already."""
    gone = ledger.event(by=by, act="delete", obj=blank, before=ledger.state_of(blank, FIELDS))
    if blank.delete()[0]:
        ledger.record_many([gone])


def fill(*, blank: Blank, common: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The 様式 with its values. Raises ValidationError when it cannot be opened or there are too many rows."""
    if len(rows) > filling.MOST:
        raise ValidationError(
            f"{len(rows):,}件あります。様式に書けるのは{filling.MOST:,}件までです。絞り込んでください。"
        )
    cells = [(cell, place, name) for cell, place, name in blank.cells]
    try:
        return filling.filled(bytes(blank.content), blank.sheet, cells, blank.row, common, rows)
    except Exception as error:
        # Whatever a strange workbook does to openpyxl, the reader gets a sentence and the log the reason.
        log.warning("filling %s failed: %r", blank.pk, error)
        raise ValidationError(BROKEN) from error
