"""The two sides of a comparison: snapshots, or a snapshot and the present."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Department
from lib.http import number_of
from meetings import queries
from meetings.compare import Comparison, Line, Move, compare
from meetings.queries_present import Present, present
from meetings.sentence import Piece, sentence
from strategy.models import PriorityItem

NOW = "now"
# What moved beside the actions, in the order of the page; of each, so many are shown at first.
PARTS = {
    "maturity": "成熟度", "indicators": "指標", "hurdles": "課題", "decisions": "決定事項", "elements": "戦略の要素",
    "departments": "所属",
}  # fmt: skip
SHOWN = 50


@dataclass(frozen=True)
class Sides:
    """What is compared; `new` is None for the present."""

    known: list[Any]
    old: Any
    new: Any

    @property
    def new_key(self) -> str:
        return str(self.new.pk) if self.new else NOW

    @property
    def since(self) -> str:
        return "前回" if self.new is None else self.old.title if self.old else ""


@dataclass(frozen=True)
class Part:
    """One of the lists beside that of the actions; `shown` is all of it where the reader asked for that."""

    key: str
    heading: str
    total: int
    shown: Sequence[Line]

    @property
    def hidden(self) -> int:
        return self.total - len(self.shown)


def parts(found: Comparison, whole: str = "") -> list[Part]:
    """The lists beside that of the actions, each cut but the one named by `whole`."""
    lines: dict[str, list[Line]] = {key: getattr(found, key) for key in PARTS}
    return [Part(k, PARTS[k], len(of), of if k == whole else of[:SHOWN]) for k, of in lines.items()]


def sides(asked: Mapping[str, str], today: dt.date) -> Sides:
    """Which snapshots a reader asked for; by default the last one and now. Corrected ones can be asked for by name
    (1 query)."""
    keys = {name: number_of(asked.get(name, "")) for name in ("old", "new")}
    found = queries.snapshots_with_text(today, asked=[k for k in keys.values() if k is not None])
    by_key, known = {s.pk: s for s in found}, [s for s in found if s.later is None]
    new = None if asked.get("new", NOW) == NOW else by_key.get(keys["new"])
    before = new.as_of if new else today
    old = by_key.get(keys["old"]) or queries.last_snapshot([s for s in known if s != new], before)
    return Sides(known, old, new)


def compared(found: Sides, today: dt.date) -> tuple[Comparison, Present | None] | None:
    """None without an older side; raises `content.CorruptError` when a side is damaged. With the present comes what
    it names."""
    if found.old is None:
        return None
    old = queries.content_of(found.old)
    if found.new:
        return compare(old, queries.content_of(found.new)), None
    now = present(today)
    return compare(old, now.content), now


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
    both = compared(found, today)
    if both is None:
        return {"sides": found, "comparison": None}
    result, now = both
    moves = filtered(result.actions, asked)
    context = {
        "sides": found, "comparison": result, "moves": moves, "sentence": pieces(result, found.since),
        "parts": parts(result, asked.get("whole", "")),
    }  # fmt: skip
    return context | _choices({m.department for m in result.actions}, now)


def _choices(moved: set[int], now: Present | None) -> dict[str, Any]:
    """Departments and national items to filter by."""
    if now is None:
        items = PriorityItem.objects.current()
        return {"departments": Department.objects.filter(pk__in=moved), "items": items}
    return {"departments": [d for pk, d in now.departments.items() if pk in moved], "items": now.items}
