"""The page of one action."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import can, requires
from accounts.models import User
from accounts.roles import Permission
from actions import charts, queries_detail, status
from actions.channel import may_report
from actions.models import Action
from actions.phasing import pairs
from actions.queries_detail import Report
from actions.queries_history import history_of
from actions.queries_links import links_of
from actions.views import budgets
from lib import charts as chart_lib
from lib import htmx
from lib.http import Request
from lib.prepared import PreparedRows
from lib.reads import mark_draft
from lib.unchanged import kept
from rounds.models import Round
from rounds.queries import expected_as_of

_ROUNDS = PreparedRows(Round, lambda: Round.objects.order_by())


@require_GET
@requires(Permission.READ)
def detail(request: Request, pk: int) -> HttpResponse:
    if (found := queries_detail.action_of(pk)) is None:
        raise Http404
    (action, around), today, rounds = found, timezone.localdate(), _rounds()
    reports = queries_detail.reports_of(action)
    context = {
        "action": action,
        "around": around,
        "today": today,
        **_standing(action, today, rounds),
        **_dates(action, today),
        **_reports(request, action, reports),
        **queries_detail.grades_of(action, around),
        "hurdles": queries_detail.hurdles_of(action),
        **_acts(request.user, action),
        "may_report": may_report(request.user, action, today, rounds),
        "history": history_of(action) if can(request.user, Permission.READ_LEDGER) else None,
        **links_of(action),
        **budgets.panel(request, action),
    }
    return htmx.render(request, "actions/detail.html", context)


@kept
def _rounds() -> list[Round]:
    return _ROUNDS.objects()


def _standing(action: Action, today: dt.date, rounds: list[Round]) -> dict[str, Any]:
    """The state of the action and how it follows from the rules."""
    facts = action.facts(expected_as_of(today, rounds))
    key = status.state(facts, today)
    action.state_key = key  # type: ignore[attr-defined]
    return {
        "state_key": key, "rule": status.explain(facts, today), "rules": status.RULES,
        "meter": chart_lib.meter(action.percent, 100, key),
        "planned": status.planned_percent(action.starts_on, action.ends_on, today),
    }  # fmt: skip


def _dates(action: Action, today: dt.date) -> dict[str, Any]:
    """Bars, milestones, and every move of a date."""
    bars, marks = queries_detail.steps_of(action)
    changes = queries_detail.changes_of(action)
    return {
        "chart": charts.schedule_of(action, bars, today), "pairs": pairs(bars),
        "stones": queries_detail.stones_of(marks, changes), "changes": changes[::-1],
        "end_changes": [c for c in changes if c.kind == "end"],
    }  # fmt: skip


def _reports(request: Request, action: Action, reports: Sequence[Report]) -> dict[str, Any]:
    drafts = [r for r in reports if not r.accepted_at and _may_see(request.user, r)]
    for report in drafts[:1]:
        mark_draft(request, report.department or 0, f"{action} {report.round}")
    return {
        "official": [r for r in reports if r.accepted_at],
        "drafts": drafts,
        "last": next((r for r in reports if r.pk == action.last_report_id), None),
    }


def _may_see(user: User, report: Report) -> bool:
    """A draft is the business of its department and 事務局 only."""
    return report.reply is not None and can(user, Permission.READ_REPLY, report)


def _acts(user: User, action: Action) -> dict[str, Any]:
    """What this reader may do here."""
    return {
        "may_edit": can(user, Permission.EDIT_ACTION, action),
        "may_grade": can(user, Permission.GRADE_ACTION),
        "may_merge": can(user, Permission.MERGE_ACTION),
        "may_work": can(user, Permission.WORK_HURDLE),
    }
