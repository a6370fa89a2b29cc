"""Checklists made from the guidelines of a plan, e.g. the ten of 職員のDX行動指針."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lib import ledger
from lib.writes import insert
from strategy.models import Checklist, ChecklistGroup, ChecklistItem, Element, Layer

# Roles of layers whose elements can be answered with 済 or 未着手.
GUIDING = ("guideline", "principle", "value")
LONGEST = ChecklistItem._meta.get_field("text").max_length


def checklist_key(layer: Layer) -> str:
    return f"layer-{layer.pk}"


@transaction.atomic
def create_checklist_from_layer(*, layer: Layer, title: str = "", by: Any) -> Checklist:
    """Make a checklist whose checks are the elements of `layer`, grouped by their parents."""
    edition = layer.edition
    if layer.role not in GUIDING:
        raise ValidationError(f"「{layer.name}」は指針・理念・価値の階層ではないため、点検表にできません。")
    if edition.is_draft:
        raise ValidationError("下書きの版からは点検表を作れません。公開してから作ってください。")
    if Checklist.objects.filter(key=checklist_key(layer)).exists():
        raise ValidationError(f"「{layer.name}」の点検表は、すでにあります。")
    elements = list(layer.elements.select_related("parent"))
    if not elements:
        raise ValidationError(f"「{layer.name}」には要素がないため、点検表にできません。")
    checklist = Checklist(
        key=checklist_key(layer), title=title or layer.name,
        source=f"{edition.plan} {edition.label}「{layer.name}」", as_of=timezone.localdate(),
    )  # fmt: skip
    checklist.full_clean()
    insert(checklist)
    _fill(checklist, layer, elements)
    ledger.record(
        by=by, act="create", obj=checklist, after=ledger.state_of(checklist, ("title", "source")),
        note=f"{len(elements)}項目",
    )  # fmt: skip
    return checklist


def _fill(checklist: Checklist, layer: Layer, elements: Iterable[Element]) -> None:
    ordered = sorted(elements, key=lambda e: (e.parent.order if e.parent else 0, e.parent_id or 0, e.order, e.pk))
    number = 0
    for place, (_, found) in enumerate(groupby(ordered, key=lambda e: e.parent_id), 1):
        rows = list(found)
        name = rows[0].parent.title if rows[0].parent else layer.name
        group = ChecklistGroup.objects.create(checklist=checklist, number=place, title=name[:100])
        for row in rows:
            # Numbers run through the groups, as ①〜⑩ of a printed list do.
            number += 1
            check = ChecklistItem(group=group, number=number, text=row.title[:LONGEST])
            check.full_clean()
            check.save(force_insert=True)
