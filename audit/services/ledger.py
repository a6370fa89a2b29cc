"""The only writer of the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from audit import chain
from audit.acts import ACTS
from audit.models import ChainHead, Entry
from lib.ledger import Event


@transaction.atomic
def append(events: Sequence[Event]) -> None:
    """Chain `events` in order behind the last entry; one lock, one statement."""
    ChainHead.objects.get_or_create(pk=1, defaults={"hash": chain.GENESIS})
    head = ChainHead.objects.select_for_update().get(pk=1)
    now = timezone.now()
    entries = []
    for event in events:
        if event.act not in ACTS:
            raise ImproperlyConfigured(f"unknown act {event.act!r}")
        entry = Entry(
            seq=head.seq + 1, at=now, actor_id=event.by.user_id, actor=event.by.label,
            act=event.act, object_type=event.object_type, object_id=event.object_id,
            object_label=event.object_label, changes=event.changes, note=event.note,
            origin=event.by.origin, previous_hash=head.hash,
        )  # fmt: skip
        entry.hash = chain.digest(entry)
        head.seq, head.hash = entry.seq, entry.hash
        entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=500)
    head.save(update_fields=["seq", "hash"])
