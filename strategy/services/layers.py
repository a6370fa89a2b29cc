"""Layers of a draft: their names, numbering and order."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from lib import ledger
from lib.writes import save_versioned
from strategy import numbering
from strategy.models import Edition, Element, Layer

FIELDS = ("name", "role", "numbering", "note")


def lock_draft(edition_id: int) -> Edition:
    """Hold the edition for this transaction; refuse unless it may be edited."""
    edition = Edition.objects.select_for_update(no_key=True).get(pk=edition_id)
    if not edition.is_draft:
        raise ValidationError(
            f"{edition.label}は「{edition.get_status_display()}」のため編集できません。次の版の下書きで変更してください。"
        )
    return edition


@transaction.atomic
def create_layer(
    *, edition: Edition, name: str, role: str, numbering: str, note: str = "", parent: Layer | None = None, by: Any
) -> Layer:
    """Add a layer at the end, under `parent` (a layer of the same edition) or at the top."""
    lock_draft(edition.pk)
    if parent is not None and parent.edition_id != edition.pk:
        raise ValidationError({"parent": "上位の階層は同じ版から選んでください。"})
    last = edition.layers.aggregate(last=Max("order"))["last"] or 0
    layer = Layer(
        edition=edition, name=name, role=role, numbering=numbering, note=note, parent=parent, order=last + 1
    )
    _check(layer)
    layer.save(force_insert=True)
    ledger.record(by=by, act="create", obj=layer, after=ledger.state_of(layer, (*FIELDS, "parent")))
    return layer


@transaction.atomic
def update_layer(
    *, layer: Layer, version: int, name: str, role: str, numbering: str, note: str, by: Any
) -> Layer:
    lock_draft(layer.edition_id)
    before = ledger.state_of(layer, FIELDS)
    layer.name, layer.role, layer.numbering, layer.note = name, role, numbering, note
    _check(layer)
    save_versioned(layer, version=version, fields=FIELDS)
    ledger.record(by=by, act="update", obj=layer, before=before, after=ledger.state_of(layer, FIELDS))
    return layer


@transaction.atomic
def move_layer(*, layer: Layer, direction: str, by: Any) -> None:
    """Swap with the layer above (`up`) or below (`down`) in the order of the sheet."""
    lock_draft(layer.edition_id)
    rows = list(Layer.objects.filter(edition_id=layer.edition_id))
    reorder(rows, layer, direction)
    ledger.record(by=by, act="move", obj=layer, note={"up": "前へ", "down": "後へ"}[direction])


@transaction.atomic
def delete_layer(*, layer: Layer, by: Any) -> None:
    lock_draft(layer.edition_id)
    if layer.elements.exists():
        raise ValidationError(f"「{layer.name}」には要素があるため削除できません。先に要素を削除してください。")
    if layer.children.exists():
        raise ValidationError(f"「{layer.name}」には下位の階層があるため削除できません。先にそちらを削除してください。")
    ledger.record(by=by, act="delete", obj=layer, before=ledger.state_of(layer, (*FIELDS, "parent")))
    layer.delete()


@transaction.atomic
def renumber_layer(*, layer: Layer, by: Any) -> int:
    """Print new numbers on the elements in their order; return how many changed."""
    lock_draft(layer.edition_id)
    rows = list(layer.elements.select_related("parent"))
    rows.sort(key=lambda e: (e.parent.order if e.parent else 0, e.parent_id or 0, e.order, e.pk))
    within: dict[int | None, int] = {}
    events = []
    for number, element in enumerate(rows, 1):
        within[element.parent_id] = within.get(element.parent_id, 0) + 1
        decimal = layer.numbering == "decimal"
        label = numbering.label(
            layer.numbering, within[element.parent_id] if decimal else number, _label(element.parent)
        )
        if label != element.label:
            events.append(_relabel(element, label, by))
    ledger.record_many(events)
    return len(events)


def _relabel(element: Element, label: str, by: Any) -> ledger.Event:
    before = ledger.state_of(element, ("label",))
    element.label = label
    save_versioned(element, version=element.version, fields=("label",), force=True)
    return ledger.event(by=by, act="update", obj=element, before=before, after={"label": label})


def _label(element: Element | None) -> str:
    return element.label if element else ""


def reorder(rows: list[Any], moved: Any, direction: str) -> None:
    """Swap `moved` with its neighbour in `rows` and store orders that say so; a refusal at either end."""
    at = next(i for i, row in enumerate(rows) if row.pk == moved.pk)
    to = at + {"up": -1, "down": 1}[direction]
    if not 0 <= to < len(rows):
        raise ValidationError("これより前には動かせません。" if to < 0 else "これより後には動かせません。")
    orders = [row.order for row in rows]
    for i in range(1, len(orders)):  # equal orders (loaded rows may have them) become distinct
        orders[i] = max(orders[i], orders[i - 1] + 1)
    rows[at], rows[to] = rows[to], rows[at]
    changed = [row for row, order in zip(rows, orders, strict=True) if row.order != order]
    for row, order in zip(rows, orders, strict=True):
        row.order = order
    # The order carries no text that a person typed, so it leaves the version, and open forms, alone.
    type(moved)._default_manager.bulk_update(changed, ["order"])


def _check(layer: Layer) -> None:
    twin = Layer.objects.filter(edition_id=layer.edition_id, name=layer.name).exclude(pk=layer.pk)
    if twin.exists():
        raise ValidationError({"name": "この版には同じ名前の階層があります。"})
    layer.full_clean(exclude=("edition", "parent"), validate_constraints=False)
