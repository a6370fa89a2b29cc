"""The hash of an entry (pure): SHA-256 over the previous hash and the canonical JSON of its fields."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any, Protocol

GENESIS = "0" * 64


class Hashable(Protocol):
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


def digest(entry: Hashable) -> str:
    """Return the hex hash that `entry` must carry, 64 characters."""
    at = entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    body = [
        entry.seq, at, entry.actor_id, entry.actor, entry.act, entry.object_type,
        entry.object_id, entry.object_label, entry.changes, entry.note, entry.origin,
    ]  # fmt: skip
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{entry.previous_hash}\n{text}".encode()).hexdigest()
