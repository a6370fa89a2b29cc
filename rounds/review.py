"""The review queue: what the approved replies of a round would change, heaviest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from rounds import sections
from rounds.models import Reply, Round
from rounds.sections import Change
from rounds.states import KINDS

CARDS = 5


@dataclass(frozen=True)
class Item:
    """One reply with what it would change, the heaviest first."""

    reply: Reply
    changes: list[Change]

    @property
    def heaviest(self) -> Change:
        return self.changes[0]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(c.kind for c in self.changes)


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True)
class Queue:
    """`cards` are shown in full, `rest` as lines of a table; `quiet` replies would change nothing."""

    kind: str
    tabs: list[Tab]
    cards: list[Item]
    rest: list[Item]
    quiet: list[Reply]
    waiting: int


def build(round_: Round, replies: Sequence[Reply], *, kind: str = "", first: int | None = None) -> Queue:
    """The queue among all `replies` of `round_`, filtered by a key of `KINDS` ('' for all); reply `first` is put on
    top."""
    replies = [r for r in replies if r.state == "approved"]
    prefetch_related_objects(replies, "remarks")
    items = _items(round_, replies)
    tabs = _tabs(items, kind)
    chosen = [i for i in items if _matches(i, kind)]
    chosen.sort(key=lambda i: (i.reply.pk != first, -i.heaviest.weight, i.reply.approved_at))
    moved = {i.reply.pk for i in items}
    return Queue(kind, tabs, chosen[:CARDS], chosen[CARDS:], [r for r in replies if r.pk not in moved], len(replies))


def _items(round_: Round, replies: Sequence[Reply]) -> list[Item]:
    found: dict[int, list[Change]] = {r.pk: [] for r in replies}
    for section in sections.of_round(round_) if replies else ():
        for pk, changes in section.changes(replies).items():
            found[pk].extend(changes)
    return [Item(r, sorted(found[r.pk], key=lambda c: -c.weight)) for r in replies if found[r.pk]]


def _tabs(items: Sequence[Item], current: str) -> list[Tab]:
    counted = [
        Tab(k.key, k.label, sum(c.kind in k.kinds for i in items for c in i.changes), k.key == current) for k in KINDS
    ]
    everything = Tab("", "すべて", sum(len(i.changes) for i in items), not current)
    return [everything, *(t for t in counted if t.count or t.current)]


def _matches(item: Item, kind: str) -> bool:
    wanted = next((k.kinds for k in KINDS if k.key == kind), None)
    return wanted is None or bool(item.kinds & wanted)
