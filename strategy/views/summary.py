"""What the city's page of maturity shows of the national steps, loaded by address."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.roles import Permission
from lib import charts, htmx
from lib.charts import Meter
from lib.http import Request
from strategy.models import Checklist, ChecklistGroup

STEPS = "steps"


@dataclass(frozen=True)
class Step:
    """One group of a checklist with how many of its checks are done."""

    group: ChecklistGroup
    done: int
    working: int
    total: int
    meter: Meter


def _step(group: ChecklistGroup) -> Step:
    states = [item.state for item in group.items.all()]
    done = states.count("done")
    state = "done" if states and done == len(states) else "run"
    return Step(group, done, states.count("working"), len(states), charts.meter(done, len(states), state))


@require_GET
@requires(Permission.READ)
def checklist_summary(request: Request) -> HttpResponse:
    """The steps 0–3 of the national manual, each with its checks done; alone for HTMX, else on a page."""
    checklist = Checklist.objects.filter(key=STEPS).prefetch_related("groups__items").first()
    steps = [_step(group) for group in checklist.groups.all()] if checklist else []
    context = {
        "checklist": checklist, "steps": steps,
        "done": sum(s.done for s in steps), "total": sum(s.total for s in steps),
    }  # fmt: skip
    template = "strategy/national/_summary.html"
    regions = {request.htmx.target or "": template}
    return htmx.render(request, "strategy/national/summary.html", context, regions=regions)
