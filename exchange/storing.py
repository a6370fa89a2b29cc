"""Sheets whose rows are checked in memory and stored in a few statements, with one ledger event a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from exchange.sheets import Row, Sheet, model_field
from lib import ledger
from lib.bulk import swap_many, update_many

BATCH = 500


class BulkSheet(Sheet):
    """What a row must satisfy is said by its columns, the model's `clean` and `check`; nothing is asked a row."""

    checked_here = True

    def write(self, rows: Sequence[Row], by: Any) -> None:
        new, changed = ([r for r in rows if r.kind == kind] for kind in ("new", "changed"))
        self.settle([*new, *changed])
        self.create(new)
        swap_many([(r.obj, r.version) for r in changed], fields=self.stored_fields(changed))
        self._store_links([*new, *changed])
        self.remove([r for r in rows if r.kind == "removed"], by)
        events = [self.event(r, "create", by) for r in new] + [self.event(r, "update", by) for r in changed]
        ledger.record_many(events)

    def settle(self, rows: Sequence[Row]) -> None:
        """Set what follows from the changed values, before they are stored."""

    def derived_fields(self) -> Iterable[str]:
        """Fields that `settle` sets."""
        return ()

    def remove(self, rows: Sequence[Row], by: Any) -> None:
        """Take rows away, where the sheet allows it."""

    def create(self, rows: Sequence[Row]) -> None:
        """Store new rows in the order of the sheet; those that hang on another new row of it learn its key then."""
        waiting = [r for r in rows if self._waits(r)]
        late = set(map(id, waiting))
        for row in rows:
            if id(row) not in late:
                self._point(row)
        self.model._default_manager.bulk_create([r.obj for r in rows], batch_size=BATCH)
        for row in waiting:
            self._point(row)
        update_many([r.obj for r in waiting], fields=(self.follows[0],))

    def _waits(self, row: Row) -> bool:
        parent = row.values.get(self.follows[0]) if self.follows_itself else None
        return isinstance(parent, int) and parent < 0

    def _point(self, row: Row) -> None:
        name = self.follows[0]
        if name and isinstance(row.values.get(name), int):
            setattr(row.obj, self.model._meta.get_field(name).attname, self.parent_of(row.values[name]))

    def stored_fields(self, rows: Sequence[Row]) -> list[str]:
        """Model fields that any of the rows changes."""
        names = {n for r in rows for n in r.values if not self.fields[n].is_many}
        known = [n for n in self.fields if n in names and model_field(self.model, n)]
        for row in rows:
            self._point(row)
        return [*known, *(n for n in self.derived_fields() if n not in known)] if rows else []

    def _store_links(self, rows: Sequence[Row]) -> None:
        for column in self.columns:
            if column.is_many:
                self._store_set(column.name, [r for r in rows if column.name in r.values])

    def _store_set(self, name: str, rows: Sequence[Row]) -> None:
        """Make the related rows of each object exactly what its cell says."""
        if not rows:
            return
        relation: Any = self.model._meta.get_field(name)
        through: type[models.Model] = relation.remote_field.through
        own, other = relation.m2m_column_name(), relation.m2m_reverse_name()
        made = []
        for row in rows:
            added = set(row.values[name]) - set(row.before.get(name) or ())
            made += [through(**{own: row.obj.pk, other: pk}) for pk in sorted(added)]
        _delete(through, own, other, rows, name)
        through._default_manager.bulk_create(made, batch_size=BATCH)

    def event(self, row: Row, act: str, by: Any) -> ledger.Event:
        return ledger.Event(
            by=ledger.actor(by), act=act, object_type=self.model._meta.label_lower, object_id=str(row.obj.pk),
            object_label=(row.label or self.label_of(row.obj))[:200], changes=row.changes(),
        )  # fmt: skip


def _delete(through: type[models.Model], own: str, other: str, rows: Sequence[Row], name: str) -> None:
    """Remove the links that no cell names any more: one read, one statement a batch."""
    lost = {(r.obj.pk, pk) for r in rows for pk in set(r.before.get(name) or ()) - set(r.values[name])}
    if not lost:
        return
    owners = sorted({owner for owner, _ in lost})
    doomed: list[int] = []
    for start in range(0, len(owners), BATCH):
        part = through._default_manager.filter(**{f"{own}__in": owners[start : start + BATCH]})
        doomed += [pk for pk, a, b in part.order_by().values_list("pk", own, other) if (a, b) in lost]
    for start in range(0, len(doomed), BATCH):
        through._default_manager.filter(pk__in=doomed[start : start + BATCH]).delete()
