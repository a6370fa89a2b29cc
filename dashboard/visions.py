"""The plan in force on the dashboard, counted by its leading layer; and the drafts that wait beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery

from actions.models import Action
from actions.roll import Counts, Roll
from dashboard.queries import NO_PARAMS, BarRow, bar_of, lists
from lib import charts
from lib.joined import joined, split
from lib.prepared import Prepared
from strategy.models import Edition, Element, ElementLink
from strategy.tree import scopes


class Stated(NamedTuple):
    """An element of an edition, with its layer, what it links to and the actions that serve it; a draft stands once,
    with or without its first one."""

    edition: int
    plan: str
    label: str
    status: str
    pk: int | None
    title: str | None
    parent: int | None
    order: int | None
    layer: int | None
    layer_name: str | None
    role: str | None
    layer_order: int | None
    links: str | None
    serving: str | None


@dataclass(frozen=True)
class Visions:
    """`edition` and `drafts` are keys of editions, the drafts with their names."""

    edition: int | None = None
    word: str = "ビジョン"
    rows: list[BarRow] = field(default_factory=list)
    drafts: list[tuple[int, str]] = field(default_factory=list)


def by_vision(roll: Roll, base: Mapping[str, Any] = NO_PARAMS, *, drafts: bool = False) -> Visions:
    """Elements of the leading layer of the plan in force (its visions, pillars or changes), each with the actions of
    its branch and of what that links to, as `strategy.tree.element_scope` counts them; `drafts` only for those who
    may read them (1 query)."""
    read = [Stated._make(row) for row in (WITH_DRAFTS if drafts else IN_FORCE).rows()]
    waiting = [(row.edition, f"{row.plan} {row.label}") for row in read if row.status == "draft"]
    everything = sorted((r for r in read if r.status != "draft"), key=lambda r: (r.layer_order, r.order, r.pk))
    if not everything:
        return Visions(drafts=waiting)
    edition, leading = everything[0].edition, _leading(everything)
    found = _behind_elements(leading, [row for row in everything if row.edition == edition], roll)
    scale, url = charts.stack_scale(found.values()), lists(base)
    rows = [_row(row, found[row.pk], scale, url(element=row.pk)) for row in leading]
    return Visions(edition, leading[0].layer_name if leading else "ビジョン", rows, waiting)


def _row(element: Stated, counts: Counts, scale: int, url: str) -> BarRow:
    return BarRow(sum(counts.values()), bar_of(counts, scale), url, f"v{element.pk}", element=element)


READ = (
    "pk", "plan__name", "label", "status", "e__pk", "e__title", "e__parent_id", "e__order", "e__layer_id",
    "e__layer__name", "e__layer__role", "e__layer__order", "links", "serving",
)  # fmt: skip


def _read(drafts: bool) -> QuerySet[Any]:
    links = ElementLink.objects.filter(source=OuterRef("e__pk"))
    serving = Action.elements.through.objects.filter(element=OuterRef("e__pk"))
    first = Element.objects.filter(edition=OuterRef("pk")).order_by("pk").values("pk")[:1]
    once = Q(status="draft") & (Q(e__isnull=True) | Q(e=Subquery(first)))
    wanted = Q(plan__is_main=True, status="published", e__isnull=False)
    rows = Edition.objects.annotate(e=FilteredRelation("elements")).filter(wanted | once if drafts else wanted)
    # The condition stands first: after an annotation it would join the elements once more.
    rows = rows.annotate(links=joined(links, "source", "target"), serving=joined(serving, "element", "action_id"))
    return rows.values_list(*READ)


IN_FORCE, WITH_DRAFTS = Prepared(lambda: _read(False)), Prepared(lambda: _read(True))


def _leading(rows: list[Stated]) -> list[Stated]:
    """The first layer that divides the plan: visions if there are any, else pillars or changes."""
    for role in ("vision", "pillar", "future", "measure"):
        layers = [row.layer for row in rows if row.role == role]
        if layers:
            return [row for row in rows if row.layer == layers[0]]
    return []


def _behind_elements(leading: Iterable[Stated], edition: list[Stated], roll: Roll) -> dict[Any, Counts]:
    links = [(row.pk, int(target)) for row in edition for target in split(row.links)]
    scope = scopes({row.pk: row.parent for row in edition}, links)
    serving = {row.pk: split(row.serving) for row in edition}
    return {row.pk: roll.counted(set().union(*(serving[pk] for pk in scope[row.pk]))) for row in leading}
