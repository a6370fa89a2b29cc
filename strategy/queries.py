"""Reads of the city's own plans that span several tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Prefetch

from lib.prepared import Prepared, PreparedRows
from strategy import board, tree
from strategy.compare import Change, Statement, compare
from strategy.models import Edition, Element, ElementLink, Layer, Plan

Pair = tuple[int, int]


def plans_with_editions(*, drafts: bool) -> list[Plan]:
    """Plans with at least one edition that the reader may see, as `shown_editions`, newest first (3 queries).

    Each edition carries its layers with the count of their elements as `counted_layers`.
    """
    layers = Layer.objects.annotate(count=Count("elements")).order_by("order", "pk")
    editions = (
        Edition.objects.visible(drafts=drafts)
        .order_by("-order", "-pk")
        .prefetch_related(Prefetch("layers", queryset=layers, to_attr="counted_layers"))
    )
    plans = Plan.objects.prefetch_related(Prefetch("editions", queryset=editions, to_attr="shown_editions"))
    return [plan for plan in plans if plan.shown_editions]


def front(editions: Sequence[Edition]) -> Edition:
    """The edition a reader opens first: the published one, else the newest."""
    return next((e for e in editions if e.status == "published"), editions[0])


class Loaded(NamedTuple):
    """A sheet, and for a draft its changes from `former`, the edition in force."""

    sheet: board.Board
    changes: list[Change]
    former: Edition | None


def load_board(edition: Edition, *, on: int | None = None) -> Loaded:
    """Three queries, two more for a draft with a predecessor."""
    elements, links = stated(edition), _links(edition)
    sheet = board.build(_LAYERS.objects(edition.pk), elements, links, on=on)
    former = predecessor(edition)
    if former is None:
        return Loaded(sheet, [], None)
    old = stated(former)
    changes = compare(statements(old, _links(former)), statements(elements, links))
    _mark(sheet, {e.lineage: e for e in old}, changes)
    return Loaded(sheet, changes, former)


STATED = ["layer__name" if name == "layer_name" else name for name in board.Stated._fields]
_STATED = Prepared(lambda edition: Element.objects.filter(edition=edition).values_list(*STATED))
_LAYERS = PreparedRows(Layer, lambda edition: Layer.objects.filter(edition=edition))
_LINKS = Prepared(
    lambda edition: ElementLink.objects.filter(source__edition=edition, target__edition=edition).values_list(
        "source_id", "target_id"
    )
)


def stated(edition: Edition) -> list[board.Stated]:
    """The elements of an edition in their order, without model instances (1 query)."""
    return list(map(board.Stated._make, _STATED.rows(edition.pk)))


class Followed(NamedTuple):
    """An element whose card shows the progress of its actions: those of `scope`."""

    pk: int
    title: str
    scope: set[int]


def followed(edition: Edition, sheet: Edition | None = None) -> list[Followed]:
    """Elements of `edition` whose cards show progress on its sheet, or on that of a draft (3 queries, or 6).

    A draft's sheet lacks the elements that it drops, and may draw the others as other cards.
    """
    elements, links = stated(edition), _links(edition)
    scopes = tree.scopes({e.pk: e.parent_id for e in elements}, links)
    if sheet is None:
        shown = board.build(_LAYERS.objects(edition.pk), elements, links)
    else:
        shown = board.build(_LAYERS.objects(sheet.pk), stated(sheet), _links(sheet))
    lines = {node.element.lineage for node in shown.nodes.values() if node.follows}
    return [Followed(e.pk, e.title, scopes[e.pk]) for e in elements if e.lineage in lines]


def predecessor(edition: Edition) -> Edition | None:
    """The edition in force that a draft is to follow."""
    if not edition.is_draft:
        return None
    return next((e for e in edition.plan.editions.all() if e.status == "published"), None)


def changes_of(edition: Edition) -> list[Change]:
    """What a draft changes against the edition in force; everything is new in a first edition."""
    former = predecessor(edition)
    old = [] if former is None else statements(stated(former), _links(former))
    return compare(old, statements(stated(edition), _links(edition)))


def statements(elements: Iterable[Element | board.Stated], links: Iterable[Pair]) -> list[Statement]:
    rows = list(elements)
    lineage: dict[int, UUID] = {e.pk: e.lineage for e in rows}
    targets: dict[int, set[UUID]] = defaultdict(set)
    for source, target in links:
        targets[source].add(lineage[target])
    return [
        Statement(
            e.lineage, e.layer_name, e.label, e.title, e.body,
            lineage.get(e.parent_id), frozenset(targets[e.pk]),
        )
        for e in rows
    ]  # fmt: skip


def _links(edition: Edition) -> list[Pair]:
    return _LINKS.rows(edition.pk)


def _mark(sheet: board.Board, old: dict[UUID, board.Stated], changes: list[Change]) -> None:
    marks = {c.lineage: c.mark for c in changes}
    for node in sheet.nodes.values():
        node.was = old.get(node.element.lineage)
        node.figure = node.was.pk if node.was else None
        node.mark = marks.get(node.element.lineage, "")


def path_to(element: Element) -> list[Element]:
    """The elements above this one, from the top (one query)."""
    found = Element.objects.filter(edition_id=element.edition_id).only("pk", "parent", "label", "title")
    rows = {e.pk: e for e in found}
    steps = tree.path(element.pk, {pk: e.parent_id for pk, e in rows.items()})
    return [rows[pk] for pk in steps[:-1]]


def same_in_other_editions(element: Element, *, drafts: bool) -> list[Element]:
    """The element as other editions of the plan print it, newest edition first."""
    editions = Edition.objects.visible(drafts=drafts).filter(plan_id=element.edition.plan_id)
    rows = Element.objects.filter(lineage=element.lineage, edition__in=editions).exclude(pk=element.pk)
    return list(rows.select_related("edition").order_by("-edition__order", "-pk"))


def in_force(element: Element) -> Element | None:
    """The same element in the edition in force of its plan."""
    rows = Element.objects.filter(edition__plan=element.edition.plan_id, edition__status="published")
    return rows.filter(lineage=element.lineage).select_related("edition").first()


def related_to(element: Element) -> list[Element]:
    """Elements that this one links to, then those that link to it, in the order of the sheet (2 queries)."""
    near = Element.objects.select_related("layer").order_by("layer__order", "order", "pk")
    return [*near.filter(linked_from=element), *near.filter(linked=element)]

