"""The page of one action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import can, requires
from accounts.models import User
from accounts.roles import Permission
from actions import charts, status
from actions.channel import Channel, channel_of
from actions.models import Action, ProgressReport
from actions.queries import reports_of
from actions.queries_detail import dates_of
from actions.queries_grades import grades_of
from actions.queries_hurdles import hurdles_of
from actions.views import budgets
from audit.models import Entry
from lib import charts as chart_lib
from lib import htmx
from lib.http import Request
from rounds.models import Round
from rounds.queries import expected_as_of

LEDGER_ROWS = 50


@require_GET
@requires(Permission.READ)
def detail(request: Request, pk: int) -> HttpResponse:
    today = timezone.localdate()
    rounds = list(Round.objects.all())
    expected = expected_as_of(today, rounds)
    joined = (
        "plan__plan_scale", "lead_department", "last_report__reported_by", "self_grade", "head_grade", "merged_into",
        "proposal",
    )  # fmt: skip
    rows = Action.objects.with_state(today, expected).select_related(*joined)
    action = get_object_or_404(rows.prefetch_related("phases"), pk=pk)
    reports = reports_of(action)
    official = [r for r in reports if r.accepted_at]
    context = {
        "action": action,
        "rule": status.explain(action.facts(expected), today),
        "rules": status.RULES,
        "meter": chart_lib.meter(action.percent, 100, action.state_key),
        "planned": status.planned_percent(action.starts_on, action.ends_on, today),
        "chart": charts.schedule_of(action, today),
        "official": official,
        "drafts": [r for r in reports if not r.accepted_at and _may_see(request.user, r)],
        "today": today,
        **dates_of(action),
        **grades_of(action),
        "hurdles": hurdles_of(action),
        **_acts(request.user, action, channel_of(request.user, action, today, rounds)),
        "history": _history(action, reports) if can(request.user, Permission.READ_LEDGER) else None,
        **_links(action),
        **budgets.panel(request, action),
    }
    return htmx.render(request, "actions/detail.html", context)


def _may_see(user: User, report: ProgressReport) -> bool:
    """A draft is the business of its department and 事務局 only."""
    return report.reply is not None and can(user, Permission.READ_REPLY, report.reply)


def _acts(user: User, action: Action, channel: Channel) -> dict[str, Any]:
    """What this reader may do here."""
    return {
        "may_edit": can(user, Permission.EDIT_ACTION, action),
        "may_grade": can(user, Permission.GRADE_ACTION),
        "may_merge": can(user, Permission.MERGE_ACTION),
        "may_work": can(user, Permission.WORK_HURDLE),
        "may_report": channel.allowed,
    }


def _links(action: Action) -> dict[str, Any]:
    return {
        "merged": action.merged.order_by("code", "pk"),
        "supporting": action.supporting.all(),
        "elements": action.elements.select_related("layer", "edition"),
        "items": action.items.select_related("plan"),
        "axes": action.axes.all(),
    }


def _history(action: Action, found: Sequence[ProgressReport]) -> QuerySet:
    """Entries on the action and on its reports, newest first."""
    kind, reports = Action._meta.label_lower, ProgressReport._meta.label_lower
    keys = [str(r.pk) for r in found]
    about = Q(object_type=kind, object_id=str(action.pk)) | Q(object_type=reports, object_id__in=keys)
    return Entry.objects.filter(about)[:LEDGER_ROWS]
