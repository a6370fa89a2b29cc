"""Plans and glossary from data files; loading twice changes nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from lib import ledger, wareki
from strategy.models import Edition, Element, ElementLink, Plan, Term
from strategy.services.plans import add_layers
from strategy.services.relations import load_relations
from strategy.services.terms import FIELDS

# Fixed, so that a loaded element has the same lineage on every machine and can be named by its key.
_NAMESPACE = uuid.UUID("085cb6ef-867f-5570-8306-7d4434e89c76")


def lineage_of(plan_key: str, element_key: str) -> uuid.UUID:
    """Return the lineage that `load_plan` gives to an element of a data file."""
    return uuid.uuid5(_NAMESPACE, f"{plan_key}/{element_key}")


@transaction.atomic
def load_plan(*, data: Mapping[str, Any], is_main: bool, by: Any) -> Edition:
    """Store one entry of fixtures/plans.json as a published edition and return it.

    A plan of that name is left as it is; its published (else latest) edition is returned.
    """
    if plan := Plan.objects.filter(name=data["name"], municipality=data["municipality"]).first():
        editions = plan.editions.order_by("-order")
        return editions.filter(status="published").first() or editions[0]
    plan = Plan.objects.create(
        name=data["name"], municipality=data["municipality"], municipality_code=data["municipality_code"],
        fiscal_from=data.get("fiscal_from"), fiscal_to=data.get("fiscal_to"), source=data["source"], is_main=is_main,
        order=(Plan.objects.aggregate(last=Max("order"))["last"] or 0) + 1,
    )  # fmt: skip
    edition = Edition.objects.create(
        plan=plan, label=data["edition"]["label"], status="published", order=1,
        effective_on=_day(data["edition"]["effective_on"]), summary=_summary(data),
    )  # fmt: skip
    layers = add_layers(edition, data["layers"])
    elements: dict[str, Element] = {}
    for order, row in enumerate(data["elements"], 1):
        elements[row["key"]] = Element.objects.create(
            edition=edition, layer=layers[row["layer"]], parent=elements[row["parent"]] if row["parent"] else None,
            label=row["label"], title=row["title"], body=row["body"], order=order,
            lineage=lineage_of(data["key"], row["key"]),
        )  # fmt: skip
    ElementLink.objects.bulk_create(
        ElementLink(source=elements[source], target=elements[target]) for source, target in data["links"]
    )
    others = load_relations(plan=plan, rows=data.get("relations", ()))
    note = f"階層{len(layers)}、要素{len(elements)}、つながり{len(data['links'])}、ほかの計画{others}"
    ledger.record(by=by, act="load", obj=edition, note=note)
    return edition


@transaction.atomic
def load_terms(*, data: Mapping[str, Any], by: Any) -> int:
    """Add the terms of fixtures/glossary.json that are missing; return how many were added."""
    known = set(Term.objects.values_list("term", flat=True))
    new = [
        Term.objects.create(**{name: row[name] for name in FIELDS})
        for row in data["terms"]
        if row["term"] not in known
    ]
    ledger.record_many([ledger.event(by=by, act="load", obj=t, after=ledger.state_of(t, FIELDS)) for t in new])
    return len(new)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _summary(data: Mapping[str, Any]) -> str:
    """What the file says about the edition that has no column: when it appeared, as of when, remarks."""
    as_of = wareki.format_date(dt.date.fromisoformat(data["as_of"]))
    lines = [f"公表 {data['edition']['published_label']}。{as_of}時点の内容です。", data.get("note", "")]
    return "\n".join(line for line in lines if line)
