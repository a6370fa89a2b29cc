"""The two sides of a comparison: snapshots, or a snapshot and the present."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meetings import queries
from meetings.compare import Comparison, Move, compare
from meetings.models import Snapshot
from meetings.queries_collect import collect
from meetings.sentence import Piece, sentence

NOW = "now"


@dataclass(frozen=True)
class Sides:
    """What is compared; `new` is None for the present."""

    known: list[Snapshot]
    old: Snapshot | None
    new: Snapshot | None

    @property
    def new_key(self) -> str:
        return str(self.new.pk) if self.new else NOW

    @property
    def since(self) -> str:
        return "前回" if self.new is None else self.old.title if self.old else ""


def sides(asked: Mapping[str, str], today: dt.date) -> Sides:
    """Which snapshots a reader asked for; by default the last one and now. Corrected ones can be asked for by name."""
    known = queries.snapshots()
    new = None if asked.get("new", NOW) == NOW else _by_key(asked["new"])
    before = new.as_of if new else today
    old = _by_key(asked.get("old", "")) or queries.last_snapshot([s for s in known if s != new], before)
    return Sides(known, old, new)


def _by_key(key: str) -> Snapshot | None:
    if not (key.isascii() and key.isdigit() and len(key) < 18):
        return None
    return Snapshot.objects.light().filter(pk=int(key)).first()


def compared(found: Sides, today: dt.date) -> Comparison | None:
    """None without an older side; raises `content.CorruptError` when a side is damaged."""
    if found.old is None:
        return None
    old = Snapshot.objects.get(pk=found.old.pk).read()
    new = Snapshot.objects.get(pk=found.new.pk).read() if found.new else collect(today)
    return compare(old, new)


def filtered(moves: list[Move], asked: Mapping[str, str]) -> list[Move]:
    """Moves of a kind, a department or a national item."""
    kind, department, item = (asked.get(k) or None for k in ("kind", "department", "item"))
    return [
        m for m in moves
        if (kind is None or kind in m.kinds)
        and department in (None, str(m.department))
        and (item is None or item in m.items)
    ]  # fmt: skip


def pieces(found: Comparison, since: str) -> list[Piece]:
    return sentence(found.counts, len(found.silent), since)


def context_of(found: Sides, today: dt.date, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the page of the comparison shows."""
    result = compared(found, today)
    if result is None:
        return {"sides": found, "comparison": None}
    moves = filtered(result.actions, asked)
    return {"sides": found, "comparison": result, "moves": moves, "sentence": pieces(result, found.since)}
