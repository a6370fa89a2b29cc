"""The plan in force on the dashboard, counted by its leading layer; and the drafts that wait beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import FilteredRelation, OuterRef, Q, Subquery

from actions.models import Action
from actions.roll import Counts, Roll
from dashboard.queries import NO_PARAMS, BarRow, bar_of, list_url
from lib import charts
from lib.joined import joined, split
from strategy.models import Edition, Element, ElementLink
from strategy.tree import scopes


@dataclass(frozen=True)
class Visions:
    edition: Edition | None = None
    word: str = "ビジョン"
    rows: list[BarRow] = field(default_factory=list)
    drafts: list[Edition] = field(default_factory=list)


def by_vision(roll: Roll, base: Mapping[str, Any] = NO_PARAMS, *, drafts: bool = False) -> Visions:
    """Elements of the leading layer of the plan in force (its visions, pillars or changes), each with the actions of
    its branch and of what that links to, as `strategy.tree.element_scope` counts them; `drafts` only for those who
    may read them (1 query)."""
    read = list(_read(drafts))
    waiting = [row for row in read if row.is_draft]
    everything = sorted((row for row in read if not row.is_draft), key=_place)
    if not everything:
        return Visions(drafts=waiting)
    edition, leading = everything[0], _leading(everything)
    found = _behind_elements(leading, [row for row in everything if row.pk == edition.pk], roll)
    scale = charts.stack_scale(found.values())
    rows = [_row(row.e, found[row.e.pk], scale, base) for row in leading]
    return Visions(edition, leading[0].e.layer.name if leading else "ビジョン", rows, waiting)


def _place(row: Any) -> tuple[int, int, int]:
    return row.e.layer.order, row.e.order, row.e.pk


def _row(element: Element, counts: Counts, scale: int, base: Mapping[str, Any]) -> BarRow:
    url = list_url(**base, element=element.pk)
    return BarRow(sum(counts.values()), bar_of(counts, scale), url, f"v{element.pk}", element=element)


def _read(drafts: bool) -> Any:
    """The edition in force once for each element `e`, with the keys of what that links to and of the actions that
    serve it; a draft once."""
    links = ElementLink.objects.filter(source=OuterRef("e__pk"))
    serving = Action.elements.through.objects.filter(element=OuterRef("e__pk"))
    first = Element.objects.filter(edition=OuterRef("pk")).order_by("pk").values("pk")[:1]
    once = Q(status="draft") & (Q(e__isnull=True) | Q(e=Subquery(first)))
    wanted = Q(plan__is_main=True, status="published", e__isnull=False)
    rows = Edition.objects.annotate(e=FilteredRelation("elements")).filter(wanted | once if drafts else wanted)
    # The condition stands first: after an annotation it would join the elements once more.
    rows = rows.annotate(links=joined(links, "source", "target"), serving=joined(serving, "element", "action_id"))
    return rows.select_related("plan", "e__layer")


def _leading(rows: list[Any]) -> list[Any]:
    """The first layer that divides the plan: visions if there are any, else pillars or changes."""
    for role in ("vision", "pillar", "future", "measure"):
        layers = [row.e.layer_id for row in rows if row.e.layer.role == role]
        if layers:
            return [row for row in rows if row.e.layer_id == layers[0]]
    return []


def _behind_elements(leading: Iterable[Any], edition: list[Any], roll: Roll) -> dict[int, Counts]:
    links = [(row.e.pk, int(target)) for row in edition for target in split(row.links)]
    scope = scopes({row.e.pk: row.e.parent_id for row in edition}, links)
    serving = {row.e.pk: split(row.serving) for row in edition}
    return {row.e.pk: roll.counted(set().union(*(serving[pk] for pk in scope[row.e.pk]))) for row in leading}
