"""Changes of a draft: its heads, its axes and their levels. A version that was published is never changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from lib import ledger
from lib.writes import save_versioned
from maturity.models import Axis, Level, Rubric

RUBRIC_FIELDS = ("name", "label", "source", "as_of", "lowest", "highest", "target_level", "uses_weights", "note")
AXIS_FIELDS = ("name", "description", "weight")
CLOSED = "「{label}」は公開した版のため変えられません。次の版の下書きで変更してください。"


def lock_draft(pk: int) -> Rubric:
    """Return the draft, locked until the end of the transaction; refuses a version that was published."""
    rubric = Rubric.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if rubric is None:
        raise ValidationError("この下書きは、ほかの人が先に削除しています。")
    if not rubric.is_draft:
        raise ValidationError(CLOSED.format(label=rubric.label))
    return rubric


@transaction.atomic
def update_rubric(
    *, rubric: Rubric, version: int, name: str, label: str, source: str, as_of: dt.date | None, lowest: int,
    highest: int, target_level: int | None, uses_weights: bool, note: str, by: Any,
) -> Rubric:  # fmt: skip
    """Store the heads of a draft. A wider range adds blank levels to every axis; a narrower one drops blank
    levels, and is refused while a level that would go has a text."""
    rubric = lock_draft(rubric.pk)
    before = ledger.state_of(rubric, RUBRIC_FIELDS)
    rubric.name, rubric.label, rubric.source, rubric.as_of, rubric.note = name, label, source, as_of, note
    rubric.lowest, rubric.highest, rubric.target_level = lowest, highest, target_level
    rubric.uses_weights = uses_weights
    rubric.full_clean(exclude=("follows",), validate_constraints=False)
    save_versioned(rubric, version=version, fields=RUBRIC_FIELDS)
    _fit_levels(rubric)
    ledger.record(by=by, act="update", obj=rubric, before=before, after=ledger.state_of(rubric, RUBRIC_FIELDS))
    return rubric


def _fit_levels(rubric: Rubric) -> None:
    outside = Level.objects.filter(axis__rubric=rubric).exclude(number__in=rubric.numbers)
    if written := outside.exclude(descriptor="").select_related("axis").order_by("axis__order", "number").first():
        side = "lowest" if written.number < rubric.lowest else "highest"
        raise ValidationError(
            {side: f"「{written.axis}」の{written}に文章があります。消してから範囲を狭めてください。"}
        )
    outside.delete()
    for axis in rubric.axes.prefetch_related("levels"):
        has = {level.number for level in axis.levels.all()}
        Level.objects.bulk_create(Level(axis=axis, number=n) for n in rubric.numbers if n not in has)


@transaction.atomic
def create_axis(
    *, rubric: Rubric, name: str, description: str, weight: Decimal, descriptors: Mapping[int, str], by: Any
) -> Axis:
    """Add an axis at the end of a draft, with a level for each number of its range."""
    rubric = lock_draft(rubric.pk)
    last = rubric.axes.aggregate(last=Max("order"))["last"] or 0
    # A key of its own: the same key in two versions would mean that they are the same axis.
    axis = Axis(rubric=rubric, key=f"a{uuid.uuid4().hex[:10]}", name=name, description=description,
                weight=weight, order=last + 1)  # fmt: skip
    _check_axis(axis)
    axis.save(force_insert=True)
    _store_levels(axis, descriptors)
    ledger.record(by=by, act="create", obj=axis, after=axis_state(axis), note=str(rubric))
    return axis


@transaction.atomic
def update_axis(
    *, axis: Axis, version: int, name: str, description: str, weight: Decimal, descriptors: Mapping[int, str],
    by: Any,
) -> Axis:  # fmt: skip
    """Store name, weight and the texts of an axis of a draft."""
    rubric = lock_draft(axis.rubric_id)
    axis = Axis.objects.select_related("rubric").get(pk=axis.pk)
    before = axis_state(axis)
    axis.name, axis.description, axis.weight = name, description, weight
    _check_axis(axis)
    save_versioned(axis, version=version, fields=AXIS_FIELDS)
    _store_levels(axis, descriptors)
    ledger.record(by=by, act="update", obj=axis, before=before, after=axis_state(axis), note=str(rubric))
    return axis


def _check_axis(axis: Axis) -> None:
    if axis.rubric.axes.filter(name=axis.name).exclude(pk=axis.pk).exists():
        raise ValidationError({"name": "同じ名前の軸がすでにあります。"})
    axis.full_clean(exclude=("rubric", "line"), validate_constraints=False)


def _store_levels(axis: Axis, descriptors: Mapping[int, str]) -> None:
    stored = {level.number: level for level in axis.levels.all()}
    for number in axis.rubric.numbers:
        level = stored.get(number) or Level(axis=axis, number=number)
        level.descriptor = descriptors.get(number, "").strip()
        level.full_clean(exclude=("axis",), validate_unique=False, validate_constraints=False)
        level.save()


def axis_state(axis: Axis) -> dict[str, Any]:
    """Values of an axis as the ledger keeps them, each level by its own name."""
    levels = axis.levels.order_by("number").values_list("number", "descriptor")
    heads = ledger.state_of(axis, AXIS_FIELDS) | {"weight": f"{axis.weight:.1f}"}
    return heads | {f"level_{n}": text for n, text in levels}


@transaction.atomic
def move_axis(*, axis: Axis, direction: str, by: Any) -> None:
    """Swap an axis of a draft with its neighbour; at the end of the list nothing happens."""
    rubric = lock_draft(axis.rubric_id)
    axes = list(rubric.axes.all())
    names = [a.name for a in axes]
    at = next(i for i, a in enumerate(axes) if a.pk == axis.pk)
    to = at + (-1 if direction == "up" else 1)
    if not 0 <= to < len(axes):
        return
    axes[at], axes[to] = axes[to], axes[at]
    for order, one in enumerate(axes, 1):
        Axis.objects.filter(pk=one.pk).update(order=order)
    ledger.record(
        by=by, act="move", obj=axis, before={"order": names}, after={"order": [a.name for a in axes]}, note=str(rubric)
    )


@transaction.atomic
def delete_axis(*, axis: Axis, by: Any) -> None:
    """Remove an axis with its levels from a draft; the ledger keeps its texts."""
    rubric = lock_draft(axis.rubric_id)
    ledger.record(by=by, act="delete", obj=axis, before=axis_state(axis), note=str(rubric))
    axis.delete()
