"""The ledger as JSON lines, with every field that the hash covers."""

from __future__ import annotations

import json
from collections.abc import Iterator

from audit.querysets import EntryQuerySet

FIELDS = (
    "seq", "at", "actor_id", "actor", "act", "object_type", "object_id", "object_label", "changes", "note",
    "origin", "previous_hash", "hash",
)  # fmt: skip


def lines_of(entries: EntryQuerySet) -> Iterator[bytes]:
    """One JSON object a line, in the order of the book."""
    for entry in entries.order_by("seq").iterator(chunk_size=2000):
        values = {name: getattr(entry, name) for name in FIELDS}
        values["at"] = entry.at.isoformat()
        yield json.dumps(values, ensure_ascii=False).encode() + b"\n"
