"""Relations of a plan to other plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from lib import ledger
from lib.writes import StaleError, save_versioned
from strategy.models import Plan, PlanRelation
from strategy.services.layers import reorder

FIELDS = ("kind", "name", "other", "basis", "note")


@transaction.atomic
def create_relation(
    *, plan: Plan, kind: str, name: str = "", other: Plan | None = None, basis: str = "", note: str = "", by: Any
) -> PlanRelation:
    """Add a relation at the end; the other plan is either named or chosen, not both."""
    _hold(plan.pk)
    row = PlanRelation(plan=plan, kind=kind, name=name, other=other, basis=basis, note=note, order=_next_order(plan))
    _check(row)
    row.save(force_insert=True)
    ledger.record(by=by, act="create", obj=row, after=ledger.state_of(row, FIELDS), note=str(plan))
    return row


@transaction.atomic
def update_relation(
    *, row: PlanRelation, version: int, kind: str, name: str, other: Plan | None, basis: str, note: str, by: Any
) -> PlanRelation:
    _hold(row.plan_id)
    before = ledger.state_of(row, FIELDS)
    row.kind, row.name, row.other, row.basis, row.note = kind, name, other, basis, note
    _check(row)
    save_versioned(row, version=version, fields=FIELDS)
    ledger.record(by=by, act="update", obj=row, before=before, after=ledger.state_of(row, FIELDS), note=str(row.plan))
    return row


@transaction.atomic
def move_relation(*, row: PlanRelation, direction: str, by: Any) -> None:
    """Swap with the relation before (`up`) or after (`down`)."""
    _hold(row.plan_id)
    reorder(list(row.plan.relations.all()), row, direction)
    ledger.record(by=by, act="move", obj=row, note="前へ" if direction == "up" else "後へ")


@transaction.atomic
def delete_relation(*, row: PlanRelation, version: int, by: Any) -> None:
    stored = PlanRelation.objects.select_for_update(no_key=True).filter(pk=row.pk, version=version).first()
    if stored is None:
        raise StaleError(PlanRelation.objects.filter(pk=row.pk).first())
    before = ledger.state_of(stored, FIELDS)
    ledger.record(by=by, act="delete", obj=stored, before=before, note=str(stored.plan))
    stored.delete()


def load_relations(*, plan: Plan, rows: Iterable[Mapping[str, Any]]) -> int:
    """Store the relations of a data file, inside the loading of its plan; return how many there are."""
    made = [
        PlanRelation(
            plan=plan, kind=row["kind"], name=row["name"], basis=row["basis"], note=row["note"], order=order
        )
        for order, row in enumerate(rows, 1)
    ]  # fmt: skip
    for relation in made:
        relation.full_clean(exclude=("plan",), validate_constraints=False)
    return len(PlanRelation.objects.bulk_create(made))


def _hold(plan: int) -> None:
    """Lock the plan: no constraint of the database knows what the same relation is."""
    Plan.objects.select_for_update(no_key=True).get(pk=plan)


def _next_order(plan: Plan) -> int:
    return (plan.relations.aggregate(last=Max("order"))["last"] or 0) + 1


def _check(row: PlanRelation) -> None:
    if bool(row.name) == (row.other is not None):
        raise ValidationError({"name": "名称を書くか、ポータルにある計画から選ぶか、どちらか一つにしてください。"})
    if row.other_id == row.plan_id:
        raise ValidationError({"other": "計画をそれ自身に結び付けることはできません。"})
    twins = PlanRelation.objects.filter(plan_id=row.plan_id, name=row.name, other=row.other, kind=row.kind)
    if twins.exclude(pk=row.pk).exists():
        raise ValidationError("同じ計画との同じ関係が、すでに登録されています。")
    row.full_clean(exclude=("plan",), validate_constraints=False)
