"""Plans and their editions: create, draft, publish."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from lib import ledger
from lib.writes import insert, save_versioned
from strategy import queries_editions, relink
from strategy.models import Edition, Element, ElementLink, Layer, Plan
from strategy.services.editions import carry_out
from strategy.services.layers import lock_draft

PLAN_FIELDS = ("name", "municipality", "fiscal_from", "fiscal_to", "source")
EDITION_FIELDS = ("label", "effective_on", "summary")
FIRST_LABEL = "第1.0版"


@dataclass(frozen=True)
class Publication:
    """What publishing did: the edition now archived (if any), how many actions moved, which stay without an element."""

    edition: Edition
    former: Edition | None
    moved: int
    stranded: list[relink.Use]


@transaction.atomic
def create_plan(
    *, name: str, municipality: str, layers: Sequence[Mapping[str, Any]], fiscal_from: int | None = None,
    fiscal_to: int | None = None, source: str = "", is_main: bool = False, by: Any,
) -> Edition:  # fmt: skip
    """Create a plan with the draft of its first edition; `layers` as in a preset of fixtures/plans.json."""
    if is_main and Plan.objects.filter(is_main=True).exists():
        raise ValidationError({"is_main": "取組を結び付ける計画は、すでにほかにあります。"})
    plan = Plan(
        name=name, municipality=municipality, fiscal_from=fiscal_from, fiscal_to=fiscal_to, source=source,
        is_main=is_main, order=(Plan.objects.aggregate(last=Max("order"))["last"] or 0) + 1,
    )  # fmt: skip
    _check_plan(plan)
    insert(plan)
    edition = Edition.objects.create(plan=plan, label=FIRST_LABEL, order=1)
    add_layers(edition, layers)
    names = "、".join(layer["name"] for layer in layers)
    ledger.record(by=by, act="create", obj=plan, after=ledger.state_of(plan, PLAN_FIELDS), note=f"階層：{names}")
    return edition


@transaction.atomic
def update_plan(
    *, plan: Plan, version: int, name: str, municipality: str, fiscal_from: int | None, fiscal_to: int | None,
    source: str, by: Any,
) -> Plan:  # fmt: skip
    before = ledger.state_of(plan, PLAN_FIELDS)
    plan.name, plan.municipality, plan.source = name, municipality, source
    plan.fiscal_from, plan.fiscal_to = fiscal_from, fiscal_to
    _check_plan(plan)
    save_versioned(plan, version=version, fields=PLAN_FIELDS)
    ledger.record(by=by, act="update", obj=plan, before=before, after=ledger.state_of(plan, PLAN_FIELDS))
    return plan


@transaction.atomic
def update_edition(
    *, edition: Edition, version: int, label: str, effective_on: dt.date | None, summary: str, by: Any
) -> Edition:
    lock_draft(edition.pk)
    before = ledger.state_of(edition, EDITION_FIELDS)
    edition.label, edition.effective_on, edition.summary = label, effective_on, summary
    _check_edition(edition)
    save_versioned(edition, version=version, fields=EDITION_FIELDS)
    ledger.record(by=by, act="update", obj=edition, before=before, after=ledger.state_of(edition, EDITION_FIELDS))
    return edition


@transaction.atomic
def start_draft(*, plan: Plan, by: Any) -> Edition:
    """Copy the edition in force, with layers, lineage and links, into the next draft; one draft a plan."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if draft := plan.editions.filter(status="draft").first():
        raise ValidationError(f"下書き（{draft.label}）がすでにあります。続きはその下書きで編集してください。")
    source = plan.editions.filter(status="published").first()
    if source is None:
        raise ValidationError("公開中の版がないため、次の版の下書きを作れません。")
    order = (plan.editions.aggregate(last=Max("order"))["last"] or 0) + 1
    draft = Edition.objects.create(plan=plan, label=next_edition_label(plan), order=order)
    _copy(source, draft)
    ledger.record(
        by=by, act="create", obj=draft, after=ledger.state_of(draft, EDITION_FIELDS), note=f"{source.label}から作成"
    )
    return draft


def next_edition_label(plan: Plan) -> str:
    """第2.0版 after 第1.0版 or 第1版（案）; counted where the labels carry no number."""
    labels = set(plan.editions.values_list("label", flat=True))
    numbers = [int(m[1]) for text in labels if (m := re.search(r"第([0-9]+)", text))]
    number = max([*numbers, len(labels)]) + 1
    return f"第{number}.0版"


@transaction.atomic
@ledger.gathered()
def publish_edition(
    *, edition: Edition, version: int, effective_on: dt.date | None = None, by: Any
) -> Publication:
    """Put a draft in force, archive its predecessor and let the actions follow by lineage."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=edition.plan_id)
    edition = lock_draft(edition.pk)
    if not edition.elements.exists():
        raise ValidationError("要素が一つもない版は公開できません。")
    if waiting := queries_editions.undecided(edition):
        names = "、".join(use.label for use in waiting[:3])
        raise ValidationError(
            f"上位の要素を失う取組が、あと{len(waiting)}件あります（{names}）。付け替え先を決めると公開できます。",
            code="stranded",
        )
    left = queries_editions.stranded_uses(edition)
    former = plan.editions.filter(status="published").first()
    if former is not None:
        former.status = "archived"
        save_versioned(former, version=former.version, fields=("status",))
    before = ledger.state_of(edition, ("status", "effective_on"))
    edition.status, edition.effective_on = "published", effective_on or edition.effective_on
    save_versioned(edition, version=version, fields=("status", "effective_on"))
    moved = relink.follow(successors(former, edition)) if former else 0
    left = carry_out(edition, left, by)
    _record_publication(edition, former, before, _publication_note(moved, left), by)
    return Publication(edition, former, moved, left)


def successors(former: Edition, edition: Edition) -> dict[int, int]:
    """Map each element of `former` to the element of `edition` with the same lineage, where there is one."""
    new = dict(edition.elements.order_by().values_list("lineage", "pk"))
    old = former.elements.order_by().values_list("pk", "lineage")
    return {pk: new[lineage] for pk, lineage in old if lineage in new}


def _record_publication(edition: Edition, former: Edition | None, before: dict[str, Any], note: str, by: Any) -> None:
    if former is not None:
        gone = {"before": {"status": "published"}, "after": {"status": "archived"}}
        ledger.record(by=by, act="archive", obj=former, **gone)
    after = ledger.state_of(edition, ("status", "effective_on"))
    ledger.record(by=by, act="publish", obj=edition, before=before, after=after, note=note)


@transaction.atomic
def discard_draft(*, edition: Edition, by: Any) -> None:
    """Delete a draft that follows an earlier edition and that nothing hangs on."""
    edition = lock_draft(edition.pk)
    if not Edition.objects.filter(plan_id=edition.plan_id).exclude(pk=edition.pk).exists():
        raise ValidationError("最初の版の下書きは削除できません。")
    if relink.uses(set(edition.elements.values_list("pk", flat=True))):
        raise ValidationError("この下書きの要素に取組が結び付いているため削除できません。")
    ledger.record(by=by, act="delete", obj=edition, before=ledger.state_of(edition, EDITION_FIELDS))
    for model in (Element, Layer):
        rows = model.objects.filter(edition=edition)
        rows.update(parent=None)
        rows.delete()
    edition.delete()


def add_layers(edition: Edition, layers: Sequence[Mapping[str, Any]]) -> dict[str, Layer]:
    """Store layers given as data (parents before children) and return them by key."""
    made: dict[str, Layer] = {}
    for order, row in enumerate(layers, 1):
        made[row["key"]] = Layer.objects.create(
            edition=edition, name=row["name"], role=row["role"], numbering=row["numbering"],
            note=row.get("note", ""), parent=made.get(row["parent"] or ""), order=order,
        )  # fmt: skip
    return made


def _copy(source: Edition, target: Edition) -> None:
    layers = _copied(
        Layer, source.layers.order_by("pk"), edition=target, fields=("name", "role", "numbering", "note", "order")
    )
    elements = _copied(
        Element, source.elements.order_by("pk"), edition=target, layers=layers,
        fields=("label", "title", "body", "order", "lineage"),
    )  # fmt: skip
    links = ElementLink.objects.filter(source__edition=source).order_by("pk").values_list("source_id", "target_id")
    ElementLink.objects.bulk_create(
        ElementLink(source=elements[a], target=elements[b]) for a, b in links if b in elements
    )


def _copied(
    model: Any, rows: Any, *, edition: Edition, fields: Sequence[str], layers: Mapping[int, Layer] | None = None
) -> dict[int, Any]:
    """Copy rows with their tree; the copies come back by the key of the original."""
    copies = {}
    for row in rows:
        copy = model(edition=edition, **{name: getattr(row, name) for name in fields})
        if layers is not None:
            copy.layer = layers[row.layer_id]
        copies[row.pk] = copy
    model.objects.bulk_create(copies.values())
    children = [row for row in rows if row.parent_id in copies]
    for row in children:
        copies[row.pk].parent = copies[row.parent_id]
    model.objects.bulk_update([copies[row.pk] for row in children], ["parent"])
    return copies


def _publication_note(moved: int, left: list[relink.Use]) -> str:
    note = f"取組{moved}件を新しい版の要素へ移した" if moved else ""
    if left:
        note += f"。上位の要素がなくなった取組：{'、'.join(use.label for use in left)}"
    return note.removeprefix("。")


def _check_plan(plan: Plan) -> None:
    if Plan.objects.filter(name=plan.name, municipality=plan.municipality).exclude(pk=plan.pk).exists():
        raise ValidationError({"name": "同じ名前の計画がすでにあります。"})
    if plan.fiscal_from and plan.fiscal_to and plan.fiscal_to < plan.fiscal_from:
        raise ValidationError({"fiscal_to": "最後の年度は最初の年度以後にしてください。"})
    plan.full_clean(validate_constraints=False)


def _check_edition(edition: Edition) -> None:
    if Edition.objects.filter(plan_id=edition.plan_id, label=edition.label).exclude(pk=edition.pk).exists():
        raise ValidationError({"label": "この計画には同じ名前の版がすでにあります。"})
    edition.full_clean(exclude=("plan",), validate_constraints=False)
