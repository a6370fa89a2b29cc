"""サンプル市 at a size, and in it what the pages of the table need: 300 elements, and a department with 30 actions."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from django.utils import timezone

from accounts.models import Department, Membership, User
from accounts.roles import Role
from actions.models import Action, ProgressReport
from rounds.models import Reply
from rounds.queries import current_round
from strategy.models import Edition, Element, Layer, Plan

CODE, LOGIN = "bench", "lead-bench"
OWN_ACTIONS, OWN_DRAFTS = 30, 20
LEVELS = (("柱", "pillar", 12), ("施策", "measure", 48), ("取組方針", "other", 240))


def prepare() -> SimpleNamespace:
    """Add the department and the tree once, and name the objects whose pages are measured."""
    if not Department.objects.filter(code=CODE).exists():
        _department()
        _tree()
    department = Department.objects.get(code=CODE)
    reports = Action.objects.filter(last_report__isnull=False).exclude(lead_department=department)
    return SimpleNamespace(
        department=Department.objects.get(code="0204"),
        reply=Reply.objects.get(department=department),
        edition=Edition.objects.get(plan__name=CODE),
        round=current_round(timezone.localdate()),
        action=max(reports.order_by("pk")[:200], key=lambda a: a.reports.count()),
    )


def _department() -> None:
    """A department whose head has thirty actions to answer for, twenty of them begun."""
    day = dt.date(2020, 4, 1)
    department = Department.objects.create(code=CODE, name="計測課", short_name="計測課", order=999, valid_from=day)
    like = User.objects.get(login_id="lead-tax")
    lead = User.objects.create(login_id=LOGIN, display_name="計測課長", password=like.password)
    Membership.objects.create(
        user=lead, department=department, role=Role.LEAD, valid_from=day, valid_until=dt.date(2099, 3, 31)
    )
    keys = list(Action.objects.reportable().order_by("-pk").values_list("pk", flat=True)[:OWN_ACTIONS])
    Action.objects.filter(pk__in=keys).update(lead_department=department)
    now = timezone.now()
    reply = Reply.objects.create(round=current_round(now.date()), department=department, started_at=now)
    ProgressReport.objects.bulk_create(
        ProgressReport(action_id=pk, reply=reply, as_of=reply.round.period_end, lifecycle="running", percent=60,
                       done="手順を見直し、窓口で試した。")
        for pk in keys[:OWN_DRAFTS]
    )  # fmt: skip


def _tree() -> None:
    """A second plan of three layers; every action serves one of the lowest elements."""
    plan = Plan.objects.create(name=CODE, municipality="サンプル市", order=99)
    edition = Edition.objects.create(plan=plan, label="第1.0版", status="published", order=1)
    above, rows = None, []
    for order, (name, role, size) in enumerate(LEVELS, 1):
        layer = Layer.objects.create(edition=edition, name=name, role=role, order=order, parent=above and above.layer)
        rows = [_element(layer, n, rows) for n in range(size)]
        Element.objects.bulk_create(rows)
        above = rows[0]
    through = Action.elements.through
    keys = Action.objects.order_by("pk").values_list("pk", flat=True)
    through.objects.bulk_create(
        (through(action_id=pk, element=rows[n % len(rows)]) for n, pk in enumerate(keys)), batch_size=500
    )


def _element(layer: Layer, n: int, parents: list[Element]) -> Element:
    title = f"{layer.name}{n + 1} 市民の手続を便利にする"
    parent = parents[n % len(parents)] if parents else None
    return Element(edition=layer.edition, layer=layer, parent=parent, label=str(n + 1), title=title, order=n + 1)
