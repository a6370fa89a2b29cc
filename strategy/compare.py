"""What differs between two editions of a plan (pure). Elements are matched by lineage, never by number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

ASPECTS = (
    ("label", "番号"), ("title", "表題"), ("body", "説明"),
    ("layer", "階層"), ("parent", "上位"), ("links", "関連"),
)  # fmt: skip
KINDS = {
    "added": "追加", "dropped": "削除", "moved": "移動", "renumbered": "番号", "reworded": "字句修正", "linked": "関連",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """One element as an edition prints it; `parent` and `links` are lineages."""

    lineage: UUID
    layer: str
    label: str
    title: str
    body: str = ""
    parent: UUID | None = None
    links: frozenset[UUID] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.label} {self.title}".strip()


@dataclass(frozen=True)
class Change:
    """`kind` is added, dropped, changed or same; `aspects` names in Japanese what a changed one differs in."""

    kind: str
    before: Statement | None
    after: Statement | None
    aspects: tuple[str, ...] = ()

    @property
    def lineage(self) -> UUID:
        return self.shown.lineage

    @property
    def shown(self) -> Statement:
        """The newer of the two statements."""
        shown = self.after or self.before
        assert shown is not None
        return shown

    @property
    def mark(self) -> str:
        return {"added": "新", "dropped": "削", "changed": "改"}[self.kind]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Keys of KINDS. A number that changes with the place belongs to the move."""
        if self.kind in ("added", "dropped"):
            return (self.kind,)
        moved = {"階層", "上位"} & set(self.aspects)
        found = {
            "moved": bool(moved), "renumbered": "番号" in self.aspects and not moved,
            "reworded": bool({"表題", "説明"} & set(self.aspects)), "linked": "関連" in self.aspects,
        }  # fmt: skip
        return tuple(kind for kind, holds in found.items() if holds)


@dataclass(frozen=True)
class Group:
    """Changes of one layer; `former` is its name before it was renamed."""

    layer: str
    former: str
    changes: list[Change]


def compare(old: Iterable[Statement], new: Iterable[Statement]) -> list[Change]:
    """Return the changes from `old` to `new` in the order of `new`, what was dropped last.

    Neither the order of elements alone nor a new name of their layer is a change.
    """
    changes = [c for c in _all(list(old), list(new)) if c.kind != "same"]
    return sorted(changes, key=lambda c: c.kind == "dropped")


def table(
    old: Sequence[Statement], new: Sequence[Statement], *, layers: Sequence[str], former: Sequence[str]
) -> list[Group]:
    """Return every element of both editions under its layer, what was dropped where it stood.

    `layers` and `former` name the layers of the new and the old edition in their order.
    """
    names = renamed(old, new)
    was = {new_name: old_name for old_name, new_name in names.items()}
    dropped = [name for name in former if name not in layers and name not in names]
    rows: dict[str, list[Change]] = {name: [] for name in [*layers, *dropped]}
    for change in _all(old, new):
        name = change.shown.layer
        rows[names.get(name, name) if change.after is None else name].append(change)
    return [Group(name, was.get(name, ""), changes) for name, changes in rows.items() if changes]


def _all(old: Sequence[Statement], new: Sequence[Statement]) -> list[Change]:
    """Every element once: in the order of `new`, each dropped one behind the one it followed in its layer."""
    names = renamed(old, new)
    before = {s.lineage: s for s in old}
    kept = {s.lineage for s in new}
    both = kept & set(before)
    changes = [_change(before.get(s.lineage), s, names, both) for s in new]
    last: dict[str, UUID] = {}
    for statement in old:
        if statement.lineage not in kept:
            at = _place(changes, last.get(statement.layer), names.get(statement.layer, statement.layer))
            changes.insert(at, Change("dropped", statement, None))
        last[statement.layer] = statement.lineage
    return changes


def _place(changes: list[Change], behind: UUID | None, layer: str) -> int:
    """Index behind the named element, else in front of the first of the layer."""
    for at, change in enumerate(changes):
        if change.lineage == behind:
            return at + 1
    return next((at for at, c in enumerate(changes) if c.shown.layer == layer), len(changes))


def _change(was: Statement | None, now: Statement, names: Mapping[str, str], both: set[UUID]) -> Change:
    """Compare the statements; links to what only one edition holds follow from that, and are no change."""
    if was is None:
        return Change("added", None, now)
    old = replace(was, layer=names.get(was.layer, was.layer), links=was.links & both)
    new = replace(now, links=now.links & both)
    aspects = tuple(word for name, word in ASPECTS if getattr(old, name) != getattr(new, name))
    return Change("changed" if aspects else "same", was, now, aspects)


def renamed(old: Sequence[Statement], new: Sequence[Statement]) -> dict[str, str]:
    """Map the old name of a layer to the new one, where most of its elements stand in a layer of a new name."""
    now = {s.lineage: s.layer for s in new}
    known, present = {s.layer for s in old}, set(now.values())
    votes: dict[str, Counter[str]] = {}
    for statement in old:
        layer = now.get(statement.lineage)
        if layer is not None and layer not in known and statement.layer not in present:
            votes.setdefault(statement.layer, Counter())[layer] += 1
    return {name: count.most_common(1)[0][0] for name, count in votes.items()}


def tally(groups: Iterable[Group]) -> dict[str, int]:
    """Count the elements by kind, with `different`, `same` and `all`; one that differs twice counts in both kinds."""
    changes = [c for group in groups for c in group.changes]
    counts = {kind: sum(kind in c.kinds for c in changes) for kind in KINDS}
    same = sum(c.kind == "same" for c in changes)
    return counts | {"different": len(changes) - same, "same": same, "all": len(changes)}


def swaps(changes: Iterable[Change]) -> set[UUID]:
    """Lineages of elements that exchanged their numbers with one another."""
    moves = {
        (c.before.layer, c.before.label, c.after.label): c.lineage
        for c in changes
        if c.before and c.after and c.before.label != c.after.label
    }
    return {line for (layer, a, b), line in moves.items() if (layer, b, a) in moves}
