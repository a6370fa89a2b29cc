"""The list of actions and its schedule, under the same filter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import can, department_scope, requires
from accounts.roles import Permission
from actions import charts, figures
from actions.filters import ActionFilter
from actions.models import Action
from actions.queries import LiveRows
from actions.queries_schedule import Planned, phases_of
from lib import htmx, listing
from lib.http import Request
from rounds.queries import expected_as_of

COLUMNS = (
    ("state", "状態"), ("code", "取組"), ("department", "担当"),
    ("percent", "進捗"), ("ends_on", "終了予定"), ("reported", "最後の報告"),
)  # fmt: skip
SORTS = {
    "code": ["code"],
    "title": ["title"],
    "department": ["lead_department__order", "lead_department__code"],
    "state": ["state_key"],
    "percent": ["percent"],
    "ends_on": ["ends_on"],
    "pushes": ["pushes"],
    "reported": [listing.blanks_last("reported_as_of")],
}
SCHEDULE_ROWS = 100


def found_actions(request: Request) -> ActionFilter:
    """What the address asks for, with the states of today."""
    today = timezone.localdate()
    return _found(request, today, expected_as_of(today))


def _found(request: Request, today: dt.date, expected: dt.date | None) -> ActionFilter:
    return ActionFilter(request.GET, request=request, queryset=Action.objects.with_state(today, expected))


def _context(request: Request, found: ActionFilter, rows: listing.Listing) -> dict[str, Any]:
    return {
        "filter": found, "listing": rows, "query": rows.query,
        "may_create": can(request.user, Permission.EDIT_ACTION), "editable": _editable(request),
    }  # fmt: skip


def _editable(request: Request) -> set[int] | None:
    """Departments whose actions the reader may tick for a common change; None means all."""
    may = can(request.user, Permission.EDIT_ACTION)
    return department_scope(request.user, Permission.EDIT_ACTION) if may else set()


@require_GET
@requires(Permission.READ)
def index(request: Request) -> HttpResponse:
    today = timezone.localdate()
    found = _found(request, today, expected := expected_as_of(today))
    shown = found.qs.for_rows() if found.active or expected is None else LiveRows(today, expected)
    counts = _counts(found, today, expected)
    total = sum(counts.values())
    rows = listing.build(request, shown, columns=COLUMNS, sorts=SORTS, default="code", total=total)
    context = _context(request, found, rows) | {
        "rows": charts.meter_rows(rows.page), "bar": charts.state_bar(counts),
        "legend": charts.legend_of(counts),
    }  # fmt: skip
    return htmx.render(request, "actions/list.html", context, regions={"actions": "actions/_list.html"})


def _counts(found: ActionFilter, today: dt.date, expected: dt.date | None) -> figures.Counts:
    """By state, in the quickest way for what is asked."""
    if expected is not None and not found.active:
        return figures.live_counts(today, expected)
    text = found.only("q")
    if expected is not None and text:
        return figures.found_counts(text, today, expected)
    return figures.state_counts(found.qs)


@require_GET
@requires(Permission.READ)
def schedule(request: Request) -> HttpResponse:
    found = found_actions(request)
    shown = found.qs.values_list(*Planned._fields)
    rows = listing.build(request, shown, columns=(), sorts=SORTS, default="code", per_page=SCHEDULE_ROWS)
    actions = list(map(Planned._make, rows.page))
    phases = phases_of(a.pk for a in actions)
    context = _context(request, found, rows) | {"chart": charts.schedule(actions, phases, timezone.localdate())}
    return htmx.render(request, "actions/schedule.html", context, regions={"actions": "actions/_schedule.html"})
