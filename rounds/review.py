"""The review queue: what the approved replies of a round would change, heaviest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects

from rounds import sections
from rounds.models import Reply, Round
from rounds.sections import Change, Weighed, Weighing
from rounds.states import KINDS

CARDS = 5
# Changes shown on a card at once; a department with two hundred actions may move all of them.
SHOWN = 12


@dataclass(frozen=True)
class Item:
    """One reply with what it would change, the heaviest first; `shown` are those in full."""

    reply: Reply
    changes: list[Change | Weighed]
    shown: list[Change] = field(default_factory=list)

    @property
    def heaviest(self) -> Change:
        return self.shown[0]

    @property
    def hidden(self) -> int:
        return len(self.changes) - len(self.shown)

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


def build(
    round_: Round, replies: Sequence[Reply], *, kind: str = "", first: int | None = None, whole: bool = False
) -> Queue:  # fmt: skip
    """The queue among all `replies` of `round_`, filtered by a key of `KINDS` ('' for all); reply `first` is put on
    top, with `whole` all of its changes in full."""
    replies = [r for r in replies if r.state == "approved"]
    prefetch_related_objects(replies, "remarks")
    items = _items(round_, replies)
    tabs = _tabs(items, kind)
    chosen = [i for i in items if _matches(i, kind)]
    chosen.sort(key=lambda i: (i.reply.pk != first, -i.changes[0].weight, i.reply.approved_at))
    moved = {i.reply.pk for i in items}
    limits = [SHOWN] * CARDS + [1] * len(chosen)
    limits[0] = len(chosen[0].changes) if whole and chosen else SHOWN
    shown = _in_full(round_, [_cut(i, limit, kind) for i, limit in zip(chosen, limits, strict=False)])
    return Queue(kind, tabs, shown[:CARDS], shown[CARDS:], [r for r in replies if r.pk not in moved], len(replies))


def more_of(round_: Round, reply: Reply, *, kind: str = "") -> list[Change]:
    """The changes of a waiting reply that its card does not show at first."""
    items = _items(round_, [reply] if reply.state == "approved" else [])
    whole = _in_full(round_, [_cut(i, len(i.changes), kind) for i in items])
    return [change for item in whole for change in item.shown[SHOWN:]]


def _items(round_: Round, replies: Sequence[Reply]) -> list[Item]:
    found: dict[int, list[Change | Weighed]] = {r.pk: [] for r in replies}
    for section in sections.of_round(round_) if replies else ():
        read = section.weigh if isinstance(section, Weighing) else section.changes
        for pk, changes in read(replies).items():
            found[pk].extend(changes)
    return [Item(r, sorted(found[r.pk], key=lambda c: -c.weight)) for r in replies if found[r.pk]]


def _cut(item: Item, limit: int, kind: str) -> tuple[Item, list[Change | Weighed]]:
    """The changes of an item to show; where not all of them are, those of the kind asked for stand first."""
    changes, wanted = item.changes, _wanted(kind)
    if wanted and len(changes) > min(limit, SHOWN) > 1:
        changes = sorted(changes, key=lambda c: c.kind not in wanted)
    return item, changes[:limit]


def _in_full(round_: Round, cut: Sequence[tuple[Item, list[Change | Weighed]]]) -> list[Item]:
    """The items with the words of what is shown, read once a section."""
    words = _words(round_, [c for _, changes in cut for c in changes if isinstance(c, Weighed)])
    shown = [[words.get((c.section, c.key)) if isinstance(c, Weighed) else c for c in changes] for _, changes in cut]
    full = [
        Item(item.reply, item.changes, [c for c in told if c])
        for (item, _), told in zip(cut, shown, strict=True)
    ]  # fmt: skip
    return [item for item in full if item.shown]


def _words(round_: Round, asked: Iterable[Weighed]) -> dict[tuple[str, int], Change]:
    keys: dict[str, list[int]] = {}
    for change in asked:
        keys.setdefault(change.section, []).append(change.key)
    found = {}
    for section in sections.of_round(round_):
        if section.key in keys and isinstance(section, Weighing):
            found |= {(section.key, pk): change for pk, change in section.words(keys[section.key]).items()}
    return found


def _tabs(items: Sequence[Item], current: str) -> list[Tab]:
    counted = [
        Tab(k.key, k.label, sum(c.kind in k.kinds for i in items for c in i.changes), k.key == current) for k in KINDS
    ]
    everything = Tab("", "すべて", sum(len(i.changes) for i in items), not current)
    return [everything, *(t for t in counted if t.count or t.current)]


def _wanted(kind: str) -> frozenset[str] | None:
    return next((k.kinds for k in KINDS if k.key == kind), None)


def _matches(item: Item, kind: str) -> bool:
    wanted = _wanted(kind)
    return wanted is None or bool(item.kinds & wanted)
