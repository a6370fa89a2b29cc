"""前回会議から: two snapshots, or a snapshot and now, side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.roles import Permission
from lib import htmx, listing
from lib.http import Request
from meetings.compare import KINDS
from meetings.content import CorruptError
from meetings.queries_compare import context_of, sides


@require_GET
@requires(Permission.READ)
def compare(request: Request) -> HttpResponse:
    today = timezone.localdate()
    found = sides(request.GET, today)
    context: dict[str, Any] = {"asked": request.GET, "today": today, "kinds": KINDS}
    try:
        context |= context_of(found, today, request.GET)
        context["listing"] = listing.paged(request, context.get("moves", []))
    except CorruptError as error:
        context |= {"sides": found, "comparison": None, "problem": str(error)}
    return htmx.render(request, "meetings/compare.html", context, regions={"moves": "meetings/_moves.html"})
