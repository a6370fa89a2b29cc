"""Everything that an action is linked to, in one statement of plain rows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from django.db.models import CharField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from accounts.models import Department
from actions.models import Action, merge_choices
from lib.prepared import Prepared
from maturity.models import Axis
from strategy.models import Element, PriorityItem
from strategy.models.national import tag_of

KINDS = ("supporting", "merged", "elements", "items", "axes")
MERGES = dict(merge_choices())
_TEXT, _NUMBER = CharField(), IntegerField()
NOTHING, ZERO = Value("", _TEXT), Value(0, _NUMBER)


class Link(NamedTuple):
    """One thing. `tag` is its layer, its category or how it was merged; `label` its printed number or its code."""

    pk: int
    key: str
    tag: str
    number: int
    label: str
    name: str

    def __str__(self) -> str:
        return f"{self.label} {self.name}".strip()

    @property
    def merge_word(self) -> str:
        return MERGES[self.tag]

    @property
    def item_tag(self) -> str:
        return tag_of(self.tag, self.number)


def _kind(rows: QuerySet[Any], kind: str, order: list[Any], *columns: Any) -> QuerySet[Any]:
    """Rows of one kind: its number, four values to sort by, and the columns of a `Link`."""
    return rows.order_by().values_list(Value(KINDS.index(kind), _NUMBER), *order, "pk", *columns)


def _links(action: int) -> QuerySet[Any]:
    published = Coalesce(Cast("plan__published_on", CharField()), NOTHING)
    departments = Department.objects.filter(supported_actions=action)
    elements, items = Element.objects.filter(actions=action), PriorityItem.objects.filter(actions=action)
    merged, axes = Action.objects.filter(merged_into=action), Axis.objects.filter(actions=action)
    by_order = [F("order"), NOTHING, ZERO, ZERO]
    parts = [
        _kind(departments, "supporting", [F("order"), F("code"), ZERO, ZERO], NOTHING, NOTHING, ZERO, NOTHING, "name"),
        _kind(merged, "merged", [ZERO, F("code"), ZERO, ZERO], NOTHING, "merge_kind", ZERO, "code", "title"),
        _kind(elements, "elements", by_order, NOTHING, "layer__name", ZERO, "label", "title"),
        _kind(items, "items", [ZERO, published, F("plan_id"), F("order_key")], "key", "category", "number", NOTHING,
              "name"),
        _kind(axes, "axes", by_order, NOTHING, NOTHING, ZERO, NOTHING, "name"),
    ]  # fmt: skip
    return parts[0].union(*parts[1:], all=True)


_LINKS = Prepared(_links)


def links_of(action: Action) -> dict[str, list[Link]]:
    """What the action is linked to by kind, each kind in its order (1 query)."""
    found: dict[str, list[Link]] = defaultdict(list)
    for row in sorted(_LINKS.rows(action.pk), key=lambda r: (r[:5], r[8], r[5])):
        found[KINDS[row[0]]].append(Link._make(row[5:]))
    return {kind: found[kind] for kind in KINDS}
