"""Reads behind the 新旧対照表 and the re-linking of what lost its element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from strategy import compare, relink, tree
from strategy.candidates import candidates
from strategy.diffing import Piece, sides
from strategy.models import Edition, Element, Layer, PlannedRelink
from strategy.queries import predecessor, statements
from strategy.queries_sheets import Sheets, links_of

SHOWN = 100  # stranded things that are listed at once


@dataclass(frozen=True)
class Side:
    """An element in one column: number, title and, where it matters, the explanation, in pieces."""

    label: str
    title: list[Piece]
    body: list[Piece]
    links: str = ""


@dataclass(frozen=True)
class Line:
    """A row of the table; `trail` says from where to where a moved or renumbered element went."""

    change: compare.Change
    new: Side | None
    old: Side | None
    trail: str
    note: str

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(kind, compare.KINDS[kind]) for kind in self.change.kinds]


@dataclass(frozen=True)
class Contrast:
    """Two editions side by side; `groups` holds (layer, its former name, lines) as far as they are asked for."""

    new: Edition
    old: Edition
    counts: dict[str, int]
    groups: list[tuple[str, str, list[Line]]]
    notes: dict[UUID, str] = field(default_factory=dict)  # reasons of the newer one's changes


def other_edition(edition: Edition, asked: int | None) -> Edition | None:
    """The edition to compare with: the one asked for, else the one before; None when there is none."""
    others = [e for e in edition.plan.editions.all() if e.pk != edition.pk]
    if asked is not None:
        return next((e for e in others if e.pk == asked), None)
    before = [e for e in others if (e.order, e.pk) < (edition.order, edition.pk)]
    after = [e for e in others if e not in before]
    return before[-1] if before else (after[0] if after else None)


def contrast(one: Edition, other: Edition, *, kind: str = "different", sheets: Sheets | None = None) -> Contrast:
    """Compare two editions of a plan, the newer on the left (4 queries). `kind` is a key of KINDS, different or all."""
    old, new = sorted((one, other), key=lambda e: (e.order, e.pk))
    before, after = _in_order([old, new], sheets or Sheets())
    layers = list(Layer.objects.filter(edition__in=[old, new]).values_list("edition_id", "name"))
    now, former = ([name for pk, name in layers if pk == e.pk] for e in (new, old))
    groups = compare.table(before, after, layers=now, former=former)
    names = {s.lineage: s for s in [*before, *after]}
    notes = dict(new.change_notes.values_list("lineage", "text"))
    swapped = compare.swaps(c for g in groups for c in g.changes)
    shown = [
        (g.layer, g.former, [_line(c, names, notes, swapped) for c in g.changes if _wanted(c, kind)]) for g in groups
    ]
    return Contrast(new, old, compare.tally(groups), [group for group in shown if group[2]], notes)


def _wanted(change: compare.Change, kind: str) -> bool:
    return kind == "all" or (change.kind != "same" if kind == "different" else kind in change.kinds)


def _in_order(editions: Sequence[Edition], sheets: Sheets) -> list[list[compare.Statement]]:
    """Statements of each edition in the order of its sheet: down the tree, then by order (2 queries)."""
    sheets.read(editions)
    links = links_of(editions)
    return [statements(_down(sheets.elements(e)), links[e.pk]) for e in editions]


def _down(elements: Iterable[Element]) -> list[Element]:
    rows = {e.pk: e for e in elements}
    parents = {pk: e.parent_id for pk, e in rows.items()}
    ranks = {pk: [(rows[p].order, p) for p in tree.path(pk, parents) if p in rows] for pk in rows}
    return sorted(rows.values(), key=lambda e: ranks[e.pk])


def changes_of(edition: Edition, sheets: Sheets) -> list[compare.Change]:
    """What a draft changes against the edition in force; everything is new in a first edition (2 queries)."""
    editions = [e for e in (predecessor(edition), edition) if e]
    sheets.read(editions)
    links = links_of(editions)
    *old, new = (statements(sheets.elements(e), links[e.pk]) for e in editions)
    return compare.compare(old[0] if old else [], new)


Names = dict[UUID, compare.Statement]


def _line(change: compare.Change, names: Names, notes: dict[UUID, str], swapped: set[UUID]) -> Line:
    old, new = _sides(change, names)
    return Line(change, new, old, _trail(change, names, swapped), notes.get(change.lineage, ""))


def _sides(change: compare.Change, names: Names) -> tuple[Side | None, Side | None]:
    was, now = change.before, change.after
    if was is None or now is None:
        kind = "new" if was is None else "gone"
        side = Side(change.shown.label, _whole(kind, change.shown.title), _whole(kind, change.shown.body))
        return (None, side) if was is None else (side, None)
    titles = sides(was.title, now.title)
    bodies = sides(was.body, now.body) if was.body != now.body else ([], [])
    links = [_linked(s, names) if was.links != now.links else "" for s in (was, now)]
    old, new = (Side(s.label, t, b, n) for s, t, b, n in zip((was, now), titles, bodies, links, strict=True))
    return old, new


def _whole(kind: str, text: str) -> list[Piece]:
    return [Piece(kind, text)] if text else []


def _linked(statement: compare.Statement, names: Names) -> str:
    found = sorted(names[line].label or names[line].title for line in statement.links if line in names)
    return "、".join(found) or "なし"


def _trail(change: compare.Change, names: Names, swapped: set[UUID]) -> str:
    was, now = change.before, change.after
    if not was or not now or not {"moved", "renumbered"} & set(change.kinds):
        return ""
    if was.label != now.label:
        sign = "⇄" if change.lineage in swapped else "→"
        return f"{was.label or '番号なし'} {sign} {now.label or '番号なし'}"
    above = [names[s.parent].name if s.parent in names else s.layer for s in (was, now)]
    return f"{above[0]} → {above[1]}" if above[0] != above[1] else f"{was.layer} → {now.layer}"


@dataclass(frozen=True)
class Orphan:
    """Something that loses, or lost, its element; `offers` are the candidates, the best first."""

    use: relink.Use
    lost: list[Element]
    offers: list[Element]
    planned: PlannedRelink | None
    decided: bool


@dataclass(frozen=True)
class Orphans:
    edition: Edition
    rows: list[Orphan] = field(default_factory=list)
    targets: list[tuple[str, list[Element]]] = field(default_factory=list)

    @property
    def open(self) -> list[Orphan]:
        return [row for row in self.rows if not row.decided]

    @property
    def ready(self) -> list[Orphan]:
        """Undecided ones with a candidate."""
        return [row for row in self.open if row.offers]

    @property
    def done(self) -> int:
        return len(self.rows) - len(self.open)

    @property
    def listed(self) -> list[Orphan]:
        return self.rows[:SHOWN]

    @property
    def unlisted(self) -> int:
        return max(0, len(self.rows) - SHOWN)


def stranded_uses(edition: Edition) -> list[relink.Use]:
    """What a draft would strand when published now, or what the edition in force has stranded and re-linked."""
    return _stranded(edition, _elements(edition), edition.planned_relinks.all())


# Key, lineage and edition of an element.
Place = tuple[int, UUID, int]


def _elements(edition: Edition) -> list[Place]:
    """The elements of an edition and of those whose users it may strand (1 query)."""
    status = "published" if edition.is_draft else "archived"
    wanted = Q(edition=edition) | Q(edition__plan=edition.plan_id, edition__status=status)
    return list(Element.objects.filter(wanted).order_by().values_list("pk", "lineage", "edition_id"))


def _stranded(edition: Edition, places: Sequence[Place], planned: Iterable[PlannedRelink]) -> list[relink.Use]:
    if edition.status == "archived":
        return []
    relinked = set() if edition.is_draft else {p.key for p in planned if p.target_id is not None}
    return relink.stranded(*_dropped_and_kept(edition, places), relinked)


def _dropped_and_kept(edition: Edition, rows: Sequence[Place]) -> tuple[set[int], set[int]]:
    """Elements of the editions before that this one leaves out, and those that it keeps: in a draft the former
    ones themselves, for nothing has moved yet."""
    own = {pk: line for pk, line, at in rows if at == edition.pk}
    before = {pk: line for pk, line, at in rows if at != edition.pk}
    if not edition.is_draft:
        return set(before), set(own)
    lines = set(own.values())
    kept = {pk for pk, line in before.items() if line in lines}
    return set(before) - kept, kept


def undecided(edition: Edition) -> list[relink.Use]:
    """Stranded things for which nobody has chosen an element, or to go without one."""
    planned = {p.key: p for p in edition.planned_relinks.all()}
    uses = _stranded(edition, _elements(edition), planned.values())
    return [use for use in uses if not _decided(edition, use, planned.get(use.key))]


def _decided(edition: Edition, use: relink.Use, planned: PlannedRelink | None) -> bool:
    if planned is None:
        return False
    return edition.is_draft or planned.target_id is None or use.held


def orphans(edition: Edition, sheets: Sheets | None = None, notes: dict[UUID, str] | None = None) -> Orphans:
    """Everything stranded by the edition with its candidates (a constant number of queries). `sheets` and `notes`
    are what the caller has read already."""
    planned = {p.key: p for p in edition.planned_relinks.select_related("target")}
    places, sheets = _elements(edition), sheets or Sheets()
    uses = _stranded(edition, places, planned.values())
    if not uses:
        return Orphans(edition)
    keys = {pk for use in uses for pk in use.elements}
    lost = _lost(edition, {pk: at for pk, _, at in places if pk in keys}, sheets)
    if notes is None:
        notes = dict(edition.change_notes.values_list("lineage", "text"))
    offers = _offers(sheets.elements(edition), list(lost.values()), sheets, notes)
    rows = [
        Orphan(
            use, [lost[pk] for pk in use.elements],
            list(dict.fromkeys(e for pk in use.elements for e in offers[pk])),
            planned.get(use.key), _decided(edition, use, planned.get(use.key)),
        )
        for use in uses
    ]  # fmt: skip
    return Orphans(edition, rows, _by_layer(sheets.elements(edition)))


def _lost(edition: Edition, places: dict[int, int], sheets: Sheets) -> dict[int, Element]:
    """The elements that things hung on, by the edition of each, with all of those editions in `sheets`."""
    before = [e for e in edition.plan.editions.all() if e.pk in places.values()]
    sheets.read([edition, *before])
    return {e.pk: e for one in before for e in sheets.elements(one) if e.pk in places}


def _by_layer(elements: Iterable[Element]) -> list[tuple[str, list[Element]]]:
    groups: dict[str, list[Element]] = {}
    for element in sorted(elements, key=lambda e: (e.layer.order, e.order, e.pk)):
        groups.setdefault(element.layer.name, []).append(element)
    return list(groups.items())


def _offers(
    targets: list[Element], lost: list[Element], sheets: Sheets, notes: dict[UUID, str]
) -> dict[int, list[Element]]:  # fmt: skip
    """Candidates for each lost element by its key."""
    by_line = {e.lineage: e for e in targets}
    by_layer: dict[str, list[compare.Statement]] = {}
    for statement in statements(targets, []):
        by_layer.setdefault(statement.layer, []).append(statement)
    everything = [s for group in by_layer.values() for s in group]
    editions = {e.edition_id: e.edition for e in lost}.values()
    gone = sorted((e for one in editions for e in sheets.elements(one)), key=lambda e: (e.order, e.pk))
    former = {s.lineage: s for s in statements(gone, [])}
    above = {line: s.parent for line, s in former.items()}
    found = {}
    for element in lost:
        was = former[element.lineage]
        lines = candidates(was, by_layer.get(was.layer, everything), note=notes.get(was.lineage, ""), above=above)
        if not lines:
            lines = [line for line in candidates(was, everything, above=above) if line == was.parent]
        found[element.pk] = [by_line[line] for line in lines]
    return found
