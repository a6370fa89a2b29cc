"""Versions of the national plan as data: the version, its items and their targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone

from lib import ledger
from lib.models import Versioned
from lib.writes import insert, save_versioned
from strategy import relink_items
from strategy.models import NationalPlan, NationalTarget, PriorityItem
from strategy.models.national import MOST_TEXT, category_choices
from strategy.services.national import CATEGORY_ORDER, TARGET_FIELDS, change, target_refusals

PLAN_FIELDS = ("name", "label", "published_on", "period_from", "period_to", "source", "as_of", "note", "verified")
ITEM_FIELDS = ("category", "number", "name", "short_name", "description", "verified")
GONE = "ほかの人が先に削除しています。"
Errors = dict[str, str]


@transaction.atomic
def create_version(*, by: Any, **values: Any) -> NationalPlan:
    """Add a version without items; the city does not follow it yet."""
    plan = NationalPlan(**values)
    return _create(plan, PLAN_FIELDS, _version_refusals(plan, plan), by)


@transaction.atomic
def update_version(*, plan: NationalPlan, version: int, by: Any, **values: Any) -> NationalPlan:
    return change(plan, PLAN_FIELDS, _version_refusals, version, by, values)


@transaction.atomic
def delete_version(*, plan: NationalPlan, by: Any) -> None:
    """Remove a version that holds nothing; what was followed or mapped stays."""
    plan = NationalPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.is_current:
        raise ValidationError("本市が従う版は削除できません。")
    if plan.items.exists():
        raise ValidationError(f"「{plan.label}」には項目があるため削除できません。先に項目を削除してください。")
    if plan.moves_in.exists() or plan.moves_out.exists():
        raise ValidationError(f"「{plan.label}」は本市が従ったことのある版のため、削除できません。")
    _delete(plan, PLAN_FIELDS, by)


@transaction.atomic
def create_item(*, plan: NationalPlan, by: Any, **values: Any) -> PriorityItem:
    """Add an item to a version, with a key made from the version, the category and the number."""
    plan = NationalPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    item = PriorityItem(plan=plan, **values)
    item.order_key = CATEGORY_ORDER.get(item.category, 0)
    item.key = _free_key(item)
    return _create(item, ITEM_FIELDS, _item_refusals(item, item), by)


@transaction.atomic
def update_item(*, item: PriorityItem, version: int, by: Any, **values: Any) -> PriorityItem:
    """Change an item; in another category it stands where that category stands."""
    NationalPlan.objects.select_for_update(no_key=True).get(pk=item.plan_id)
    changed = change(item, ITEM_FIELDS, _item_refusals, version, by, values)
    order = CATEGORY_ORDER.get(changed.category, 0)
    PriorityItem.objects.filter(pk=item.pk).exclude(order_key=order).update(order_key=order)
    return changed


@transaction.atomic
def move_item(*, item: PriorityItem, direction: str, by: Any) -> None:
    """Swap numbers with the item above (`up`) or below (`down`) in its category."""
    NationalPlan.objects.select_for_update(no_key=True).get(pk=item.plan_id)
    rows = list(PriorityItem.objects.filter(plan_id=item.plan_id, category=item.category))
    other = _neighbour(rows, item, direction)
    if other is None:
        return
    item = next(r for r in rows if r.pk == item.pk)
    # Numbers are unique, so one of the two steps aside for a moment.
    spare = max(r.number for r in rows) + 1
    mine, theirs = item.number, other.number
    for row, number in ((item, spare), (other, mine), (item, theirs)):
        row.number = number
        save_versioned(row, version=row.version, fields=("number",))
    for row, before in ((item, mine), (other, theirs)):
        ledger.record(by=by, act="move", obj=row, before={"number": before}, after={"number": row.number})


@transaction.atomic
def delete_item(*, item: PriorityItem, by: Any) -> None:
    """Remove an item that nothing refers to; the refusal names what does."""
    NationalPlan.objects.select_for_update(no_key=True).get(pk=item.plan_id)
    if held := holds(item):
        words = "、".join(held)
        raise ValidationError(f"「{item.name}」は、{words}があるため削除できません。先にそれぞれを外してください。")
    _delete(item, ITEM_FIELDS, by)


def holds(item: PriorityItem) -> list[str]:
    """What refers to an item, in words with its number: 取組3件、登録簿1件."""
    linked = [(noun, len(found)) for noun, found in relink_items.holders({item.pk}).items()]
    own = [
        ("登録簿", item.registers.count()), ("目標", item.targets.count()),
        ("ほかの版との対応", item.mapped_to.count() + item.mapped_from.count()),
    ]  # fmt: skip
    return [f"{noun}{n}件" for noun, n in [*linked, *own] if n]


@transaction.atomic
def create_target(*, item: PriorityItem, by: Any, **values: Any) -> NationalTarget:
    """Add a target at the end of an item."""
    rows = PriorityItem.objects.select_for_update(of=("self",), no_key=True)
    item = rows.select_related("plan").get(pk=item.pk)
    last = item.targets.aggregate(last=Max("order"))["last"] or 0
    target = NationalTarget(item=item, order=last + 1, **values)
    return _create(target, TARGET_FIELDS, target_refusals(target, target), by)


@transaction.atomic
def move_target(*, target: NationalTarget, direction: str, by: Any) -> None:
    PriorityItem.objects.select_for_update(no_key=True).get(pk=target.item_id)
    rows = list(NationalTarget.objects.filter(item_id=target.item_id))
    other = _neighbour(rows, target, direction)
    if other is None:
        return
    here, there = (next(i for i, r in enumerate(rows) if r.pk == t.pk) for t in (target, other))
    rows[here], rows[there] = rows[there], rows[here]
    for order, row in enumerate(rows, 1):
        if row.order != order:
            row.order = order
            save_versioned(row, version=row.version, fields=("order",))
    ledger.record(by=by, act="move", obj=target, note={"up": "前へ", "down": "後へ"}[direction])


@transaction.atomic
def delete_target(*, target: NationalTarget, by: Any) -> None:
    _delete(target, TARGET_FIELDS, by)


def _create(obj: Any, fields: Sequence[str], errors: Errors, by: Any) -> Any:
    obj.full_clean()
    if errors:
        raise ValidationError(errors)
    insert(obj)
    ledger.record(by=by, act="create", obj=obj, after=ledger.state_of(obj, fields))
    return obj


def _delete(obj: models.Model, fields: Sequence[str], by: Any) -> None:
    gone = ledger.event(by=by, act="delete", obj=obj, before=ledger.state_of(obj, fields))
    if not obj.delete()[0]:
        raise ValidationError(GONE)
    ledger.record_many([gone])


def _neighbour(rows: Sequence[Versioned], row: Versioned, direction: str) -> Any:
    step = {"up": -1, "down": 1}[direction]
    place = next((i for i, r in enumerate(rows) if r.pk == row.pk), None)
    if place is None:
        raise ValidationError(GONE)
    return rows[place + step] if 0 <= place + step < len(rows) else None


def _free_key(item: PriorityItem) -> str:
    """n3-priority-2 shortened to fit, with a tail where another item has it."""
    letter = {key: key[0] for key, _ in category_choices()}.get(item.category, "x")
    stem = f"n{item.plan_id}-{letter}{item.number}"[:16]
    taken = set(PriorityItem.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 3) if (key := stem if n == 1 else f"{stem}-{n}") not in taken)


def _version_refusals(plan: NationalPlan, stored: NationalPlan) -> Errors:
    errors: Errors = {}
    today = timezone.localdate()
    if isinstance(plan.as_of, dt.date) and plan.as_of > today:
        errors["as_of"] = "出典を確かめた日に、先の日付は入れられません。"
    if plan.published_on and plan.verified and plan.published_on > today:
        errors["published_on"] = "公表日が先の版は、確認済みにできません。"
    return errors | _too_long(plan, "note")


def _item_refusals(item: PriorityItem, stored: PriorityItem) -> Errors:
    return _too_long(item, "description")


def _too_long(obj: models.Model, name: str) -> Errors:
    """A text column has no limit of its own, so a megabyte would go through."""
    length = len(getattr(obj, name))
    return {name: f"{MOST_TEXT:,}字以内にしてください（いまは{length:,}字）。"} if length > MOST_TEXT else {}


