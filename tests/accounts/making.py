"""Builders of reorganisations."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from accounts import services_reorganisation as services
from accounts.models import Department, DepartmentChange, Reorganisation
from accounts.queries_reorganisation import preview
from tests import builders as make


def make_reorganisation(**kw: Any) -> Reorganisation:
    values = {"title": "令和8年度の組織改編", "effective_on": make.today() - dt.timedelta(days=10)}
    return Reorganisation.objects.create(**values | kw)


def new(code: str, name: str, **kw: Any) -> dict[str, Any]:
    values = {"code": code, "name": name, "short_name": name, "kind": "section", "order": 5, "parent": None}
    return values | kw


def change(
    row: Reorganisation, kind: str, sources: list[Department], targets: list[dict[str, Any]], by: Any
) -> DepartmentChange:
    return services.add_change(reorganisation=row, kind=kind, sources=sources, targets=targets, by=by)


def apply(row: Reorganisation, by: Any) -> Reorganisation:
    return services.apply_reorganisation(reorganisation=row, digest=preview(row).digest, by=by)


def build(world: SimpleNamespace) -> None:
    world.reorganisation = make_reorganisation()
    targets = [new("9001", "税務一課"), new("9002", "税務二課")]
    world.change = change(world.reorganisation, "split", [world.own], targets, world.cast.admin)


def grow_reorganisations(world: SimpleNamespace) -> None:
    make_reorganisation()
    code = str(9100 + Reorganisation.objects.count())
    change(world.reorganisation, "rename", [make.make_department()], [new(code, f"新{code}")], world.cast.admin)


def grow_orphans(world: SimpleNamespace) -> None:
    gone = make.make_department(valid_to=make.today() - dt.timedelta(days=1))
    make.make_action(plan=world.plan, lead_department=gone)
    make.make_register_entry(register=world.register, department=gone)
    make.make_membership(user=world.cast.lead, role="lead", department=gone)
    make.make_department()
