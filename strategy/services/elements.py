"""Elements of a draft: text, place in the tree and links across it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from lib import ledger
from lib.writes import StaleError, save_versioned
from strategy import numbering, relink, tree
from strategy.models import DeletedElement, Element, ElementLink, Layer, PlannedRelink
from strategy.services.layers import lock_draft, reorder

TEXT = ("label", "title", "body")
FIELDS = ("layer", "parent", *TEXT)


@transaction.atomic
def create_element(
    *, layer: Layer, title: str, body: str = "", label: str | None = None, parent: Element | None = None, by: Any
) -> Element:
    """Add an element at the end of its siblings; without a label the next printed number is given."""
    edition = lock_draft(layer.edition_id)
    _check_parent(layer, parent)
    last = edition.elements.aggregate(last=Max("order"))["last"] or 0
    element = Element(
        edition=edition, layer=layer, parent=parent, title=title, body=body, order=last + 1,
        label=next_label(layer, parent) if label is None else label,
    )  # fmt: skip
    element.full_clean(exclude=("edition", "layer", "parent"), validate_constraints=False)
    element.save(force_insert=True)
    ledger.record(by=by, act="create", obj=element, after=ledger.state_of(element, FIELDS))
    return element


def next_label(layer: Layer, parent: Element | None = None) -> str:
    """Printed number after the highest of the layer (among those under `parent`, if numbered by it).

    An element that was moved may still print a number of its former parent, so all of the layer are read.
    """
    above = parent.label if parent else ""
    labels = layer.elements.order_by().values_list("label", flat=True)
    highest = max((numbering.number_in(layer.numbering, text, above) for text in labels), default=0)
    return numbering.label(layer.numbering, highest + 1, above)


@transaction.atomic
def update_element(*, element: Element, version: int, label: str, title: str, body: str, by: Any) -> Element:
    lock_draft(element.edition_id)
    before = ledger.state_of(element, TEXT)
    element.label, element.title, element.body = label, title, body
    element.full_clean(exclude=("edition", "layer", "parent"), validate_constraints=False)
    save_versioned(element, version=version, fields=TEXT)
    ledger.record(by=by, act="update", obj=element, before=before, after=ledger.state_of(element, TEXT))
    return element


@transaction.atomic
def move_element(*, element: Element, direction: str, by: Any) -> None:
    """Swap with the sibling before (`up`) or after (`down`)."""
    lock_draft(element.edition_id)
    reorder(list(siblings(element)), element, direction)
    ledger.record(by=by, act="move", obj=element, note={"up": "前へ", "down": "後へ"}[direction])


@transaction.atomic
def place_element(*, element: Element, beside: Element, side: str, version: int, by: Any) -> Element:
    """Put the element, with all below it, `before` or `after` another one of its layer, under that one's parent.

    Raises StaleError when the parent would change and the element has moved on since `version`.
    """
    lock_draft(element.edition_id)
    if (element.edition_id, element.layer_id) != (beside.edition_id, beside.layer_id):
        raise ValidationError(f"「{element.layer.name}」の要素の前か後にだけ置けます。")
    if element.pk == beside.pk:
        return element
    if beside.parent_id in _branch(element):
        raise ValidationError("自分自身や下位の要素を上位にはできません。")
    before = ledger.state_of(element, ("parent",))
    if element.parent_id != beside.parent_id:
        element.parent = beside.parent
        save_versioned(element, version=version, fields=("parent",))
    rows = [e for e in siblings(beside) if e.pk != element.pk]
    rows.insert(next(i for i, e in enumerate(rows) if e.pk == beside.pk) + (side == "after"), element)
    _number_orders(rows)
    after = ledger.state_of(element, ("parent",))
    note = f"「{beside}」の{'後' if side == 'after' else '前'}へ"
    ledger.record(by=by, act="move", obj=element, before=before, after=after, note=note)
    return element


def _number_orders(rows: list[Element]) -> None:
    """Store orders that rise in the sequence of `rows`; like any order they leave the version alone."""
    lowest = min(row.order for row in rows)
    changed = [row for place, row in enumerate(rows, lowest) if row.order != place]
    for place, row in enumerate(rows, lowest):
        row.order = place
    Element.objects.bulk_update(changed, ["order"])


@transaction.atomic
def reparent_element(*, element: Element, parent: Element | None, version: int, by: Any) -> Element:
    """Hang the element, with all below it, under another parent, behind its children."""
    edition = lock_draft(element.edition_id)
    if parent is not None and parent.pk in _branch(element):
        raise ValidationError({"parent": "自分自身や下位の要素を上位にはできません。"})
    _check_parent(element.layer, parent)
    before = ledger.state_of(element, ("parent",))
    element.parent = parent
    element.order = (edition.elements.aggregate(last=Max("order"))["last"] or 0) + 1
    save_versioned(element, version=version, fields=("parent", "order"))
    ledger.record(by=by, act="move", obj=element, before=before, after=ledger.state_of(element, ("parent",)))
    return element


@transaction.atomic
def set_links(*, element: Element, targets: Collection[Element], version: int, by: Any) -> None:
    """Make `targets` exactly what the element links to."""
    lock_draft(element.edition_id)
    _check_targets(element, targets)
    before = list(element.linked.all())
    wanted = {t.pk for t in targets}
    if {t.pk for t in before} == wanted:
        return
    save_versioned(element, version=version, fields=())
    element.links_out.exclude(target_id__in=wanted).delete()
    kept = set(element.links_out.values_list("target_id", flat=True))
    ElementLink.objects.bulk_create(ElementLink(source=element, target_id=pk) for pk in sorted(wanted - kept))
    after = list(element.linked.all())
    ledger.record(
        by=by, act="link" if len(after) >= len(before) else "unlink", obj=element,
        before={"linked": ledger.plain(before)}, after={"linked": ledger.plain(after)},
    )  # fmt: skip


@transaction.atomic
def delete_element(*, element: Element, version: int, by: Any) -> DeletedElement:
    """Remove an element without children and without actions; `restore_element` takes what is returned."""
    edition = lock_draft(element.edition_id)
    if element.children.exists():
        raise ValidationError("下位の要素があるため削除できません。先に下位の要素を移すか削除してください。")
    if found := relink.uses({element.pk}):
        names = "、".join(use.label for use in found[:3])
        raise ValidationError(f"取組{len(found)}件が結び付いているため削除できません（{names}）。")
    if not Element.objects.select_for_update(no_key=True).filter(pk=element.pk, version=version).exists():
        raise StaleError(Element.objects.filter(pk=element.pk).first())
    before = ledger.state_of(element, FIELDS) | {"linked": ledger.plain(element.linked.all())}
    ledger.record(by=by, act="delete", obj=element, before=before)
    kept = DeletedElement.objects.create(edition=edition, label=str(element), content=_content(element))
    element.delete()
    return kept


def _content(element: Element) -> dict[str, Any]:
    """All that `restore_element` needs, by lineage where the row itself may come and go."""
    values = {name: getattr(element, name) for name in (*TEXT, "order", "version")}
    ends = {"out": element.linked, "in": element.linked_from}
    return values | {
        "layer": element.layer_id, "parent": str(element.parent.lineage) if element.parent else None,
        "lineage": str(element.lineage), **{k: [str(e.lineage) for e in rows.all()] for k, rows in ends.items()},
        "relinks": list(element.planned_relinks.values("key", "label")),
    }  # fmt: skip


@transaction.atomic
def restore_element(*, deleted: DeletedElement, by: Any) -> Element:
    """Put a removed element back where it stood, with its links and what was to be re-linked to it."""
    edition = lock_draft(deleted.edition_id)
    deleted = DeletedElement.objects.select_for_update(no_key=True).filter(pk=deleted.pk).first()
    if deleted is None:
        raise ValidationError("この削除は、すでに元に戻されています。")
    kept = deleted.content
    rows = {str(e.lineage): e for e in edition.elements.all()}
    layer = edition.layers.filter(pk=kept["layer"]).first()
    parent = rows.get(kept["parent"] or "")
    if layer is None or (kept["parent"] and parent is None):
        raise ValidationError("元の場所（階層か上位の要素）がないため、元に戻せません。追加し直してください。")
    values = {name: kept[name] for name in (*TEXT, "order", "version")}
    element = Element.objects.create(
        edition=edition, layer=layer, parent=parent, lineage=uuid.UUID(kept["lineage"]), **values
    )
    pairs = [(element, rows[x]) for x in kept["out"] if x in rows]
    pairs += [(rows[x], element) for x in kept["in"] if x in rows]
    ElementLink.objects.bulk_create(ElementLink(source=a, target=b) for a, b in pairs)
    planned = set(edition.planned_relinks.values_list("key", flat=True))
    PlannedRelink.objects.bulk_create(
        PlannedRelink(edition=edition, target=element, **row) for row in kept["relinks"] if row["key"] not in planned
    )
    deleted.delete()
    after = ledger.state_of(element, FIELDS) | {"linked": ledger.plain(element.linked.all())}
    ledger.record(by=by, act="restore", obj=element, after=after)
    return element


def siblings(element: Element) -> Any:
    """Elements beside this one, itself included, in their order."""
    return Element.objects.filter(
        edition_id=element.edition_id, layer_id=element.layer_id, parent_id=element.parent_id
    )


def layers_above(layer: Layer) -> list[int]:
    """Layers in which a parent may be sought: from the next above to the top."""
    parents = dict(Layer.objects.filter(edition_id=layer.edition_id).values_list("pk", "parent_id"))
    return tree.path(layer.pk, parents)[-2::-1]


def _check_parent(layer: Layer, parent: Element | None) -> None:
    above = layers_above(layer)
    if parent is None:
        if above:
            raise ValidationError({"parent": f"「{layer.name}」の上位の要素を選んでください。"})
        return
    if parent.edition_id != layer.edition_id:
        raise ValidationError({"parent": "上位の要素は同じ版から選んでください。"})
    if parent.layer_id == layer.pk or parent.layer_id not in above:
        raise ValidationError({"parent": f"「{layer.name}」は「{parent.layer.name}」の下には置けません。"})


def _branch(element: Element) -> set[int]:
    parents = dict(Element.objects.filter(edition_id=element.edition_id).values_list("pk", "parent_id"))
    return tree.branches(parents)[element.pk]


def _check_targets(element: Element, targets: Collection[Element]) -> None:
    if any(t.edition_id != element.edition_id for t in targets):
        raise ValidationError({"targets": "関連する要素は同じ版から選んでください。"})
    parents = dict(Element.objects.filter(edition_id=element.edition_id).values_list("pk", "parent_id"))
    family = tree.branches(parents)[element.pk] | set(tree.path(element.pk, parents))
    if own := [t for t in targets if t.pk in family]:
        raise ValidationError({"targets": f"「{own[0]}」は自分自身か上下の要素のため、関連にはできません。"})
