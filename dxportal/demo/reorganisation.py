"""Reorganisations of サンプル市: in the past 広報室 went into 企画政策課, and one is prepared for next April."""

from __future__ import annotations

import datetime as dt

from accounts import services_reorganisation as services
from accounts.models import Department
from accounts.queries_reorganisation import preview
from accounts.roles import Role
from accounts.services import create_department, grant_membership
from dxportal.demo.clock import moment, telling
from dxportal.demo.people import People
from lib import fiscal

HEIR, SPLIT = "0101", "0302"
OLD = {"code": "0190", "name": "広報室", "short_name": "広報", "kind": "section", "order": 25}
PARTS = (("0312", "国保年金課", "国保年金"), ("0313", "医療給付課", "医療給付"))


def tell_reorganisation(today: dt.date, posts: People) -> None:
    this = fiscal.fiscal_year(today)
    _past(fiscal.Period(str(this - 1)).start, posts)
    with telling(moment(today - dt.timedelta(days=3), 11)):
        _prepared(fiscal.Period(str(this + 1)).start, posts)


def _past(day: dt.date, posts: People) -> None:
    """広報室 ended the day before; its head and its 推進員 were those of 企画政策課 already."""
    admin, heir = posts.actor("admin"), posts.departments[HEIR]
    with telling(moment(day - dt.timedelta(days=400))):
        founded = day - dt.timedelta(days=400)
        old = create_department(by=admin, parent=heir.parent, valid_from=founded, **OLD)
        for login, role in ((f"lead-{HEIR}", Role.LEAD), (f"member-{HEIR}", Role.MEMBER)):
            grant_membership(
                user=posts.users[login], role=role, department=old, by=admin, valid_from=founded,
                valid_until=fiscal.fiscal_year_end(day),
            )  # fmt: skip
    with telling(moment(day, 8, 30)):
        row = services.create_reorganisation(
            by=admin, title=f"{fiscal.Period(str(day.year)).label}の組織改編", effective_on=day,
            note="広報の仕事を企画政策課にまとめる",
        )  # fmt: skip
        services.add_change(
            reorganisation=row, kind="merge", sources=[old, Department.objects.get(pk=heir.pk)],
            targets=[{"id": heir.pk}], by=admin,
        )  # fmt: skip
        services.apply_reorganisation(reorganisation=row, digest=preview(row).digest, by=admin)


def _prepared(day: dt.date, posts: People) -> None:
    admin, old = posts.actor("admin"), posts.departments[SPLIT]
    row = services.create_reorganisation(
        by=admin, title=f"{fiscal.Period(str(day.year)).label}の組織改編（案）", effective_on=day,
        note="保険年金課を2つに分ける案",
    )  # fmt: skip
    place = {"kind": "section", "order": old.order, "parent": old.parent_id}
    targets = [
        {"code": code, "name": name, "short_name": short, **place}
        for code, name, short in PARTS
    ]
    services.add_change(reorganisation=row, kind="split", sources=[old], targets=targets, by=admin)
