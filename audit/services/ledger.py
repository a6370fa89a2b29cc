"""The only writer of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models, router, transaction
from django.utils import timezone

from audit import chain
from audit.acts import ACTS
from audit.models import ChainHead, Entry
from lib.bulk import insert_many
from lib.ledger import Event


@dataclass(slots=True)
class Line:
    """An entry on its way into the book, under the names of its fields; an import writes thousands at once."""

    seq: int
    at: dt.datetime
    actor_id: int | None
    actor: str
    act: str
    object_type: str
    object_id: str
    object_label: str
    changes: dict[str, Any]
    note: str
    origin: str
    previous_hash: str
    hash: str = ""


NAMES = tuple(Line.__slots__)


@transaction.atomic
def append(events: Sequence[Event]) -> None:
    """Chain `events` in order behind the last entry; one lock, one statement."""
    ChainHead.objects.get_or_create(pk=1, defaults={"hash": chain.GENESIS})
    head = ChainHead.objects.select_for_update(no_key=True).get(pk=1)
    now = timezone.now()
    lines = []
    for event in events:
        if event.act not in ACTS:
            raise ImproperlyConfigured(f"unknown act {event.act!r}")
        line = Line(
            seq=head.seq + 1, at=now, actor_id=event.by.user_id, actor=event.by.label,
            act=event.act, object_type=event.object_type, object_id=event.object_id,
            object_label=event.object_label, changes=event.changes, note=event.note,
            origin=event.by.origin, previous_hash=head.hash,
        )  # fmt: skip
        line.hash = chain.digest(line)
        head.seq, head.hash = line.seq, line.hash
        lines.append(line)
    _store(lines)
    head.save(update_fields=["seq", "hash"])


def _store(lines: Sequence[Line]) -> None:
    """Texts and numbers go in as they are; the day and the changes as the database writes them."""
    connection = connections[router.db_for_write(Entry)]
    at, changes = Entry._meta.get_field("at"), Entry._meta.get_field("changes")
    rows = []
    for line in lines:
        values = {name: getattr(line, name) for name in NAMES}
        values["at"] = at.get_db_prep_save(line.at, connection)
        values["changes"] = changes.get_db_prep_save(line.changes, connection)
        rows.append(list(values.values()))
    insert_many(Entry, NAMES, rows)


def last_writer(obj: models.Model) -> int | None:
    """User id of who wrote the last entry about `obj`; None for a command, and where the book has none."""
    return Entry.objects.about(obj).order_by("-seq").values_list("actor_id", flat=True).first()
