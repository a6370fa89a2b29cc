"""Several rows of a register at once: all are stored, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from lib import ledger
from strategy.models import RegisterEntry
from strategy.services.national import update_entry


@dataclass(frozen=True)
class EntryChange:
    """What one row shall become; `version` is the one the person saw."""

    entry: RegisterEntry
    version: int
    values: Mapping[str, Any] = field(default_factory=dict)


class RowsRefused(ValidationError):
    """Some rows cannot be stored, so none was: `rows` has the refusal of each by the row's id."""

    def __init__(self, rows: Mapping[int, ValidationError]) -> None:
        super().__init__(f"{len(rows)}行を保存できません。まだ一つも保存していません。", code="rows")
        self.rows = dict(rows)


@transaction.atomic
@ledger.gathered()
def update_entries(*, rows: Sequence[EntryChange], by: Any) -> int:
    """Store all rows of one register and return how many differed. Raises RowsRefused with every wrong row."""
    refused: dict[int, ValidationError] = {}
    changed = 0
    for row in sorted(rows, key=lambda r: r.entry.pk):
        try:
            stored = update_entry(entry=row.entry, version=row.version, by=by, **row.values)
            changed += stored.version != row.version
        except ValidationError as error:
            refused[row.entry.pk] = error
    if refused:
        raise RowsRefused(refused)
    return changed
