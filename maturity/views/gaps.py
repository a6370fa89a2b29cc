"""What is left to the targets: the list over the city, and one gap in full."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.models import Department
from accounts.roles import Permission
from lib import htmx, listing
from lib.http import Request
from maturity import pages, queries
from maturity.filters import GapFilter
from maturity.models import Axis, Score

COLUMNS = (
    ("department", "課"), ("axis", "軸"), ("level", "いま"), ("target", "目標"), ("size", "目標まで"),
    ("due", "目標の期日"),
)  # fmt: skip
DEPARTMENT = ("assessment__department__order", "assessment__department__code", "axis__order")
# The list stands on -size at first, so that the second key is turned round too: of equal gaps the earliest due first.
SORTS = {
    "department": DEPARTMENT, "axis": ("axis__order", *DEPARTMENT), "level": ("best", "due_key"),
    "target": ("target_level", "due_key"), "size": ("gap_size", "-due_key"), "due": ("due_key", "-gap_size"),
}  # fmt: skip


@require_GET
@requires(Permission.READ)
def gaps(request: Request) -> HttpResponse:
    """Every open gap, the largest first; filtered by department, axis and due date."""
    today = timezone.localdate()
    rows = queries.open_gaps(today)
    found = GapFilter(request.GET, queryset=rows)
    listed = listing.build(request, found.qs, columns=COLUMNS, sorts=SORTS, default="-size")
    context = {
        "filter": found,
        "listing": listed,
        "overdue": rows.filter(target_on__lt=today).count(),
        "unknown": Score.objects.latest().of_departments_on(today).without_level().count(),
        "today": today,
    }
    return htmx.render(request, "maturity/gaps.html", context, regions={"gaps": "maturity/_gaps.html"})


@require_GET
@requires(Permission.READ)
def gap(request: Request, department: int, axis: int) -> HttpResponse:
    """One department on one axis: from its level to its target, step by step."""
    found = get_object_or_404(Department, pk=department)
    asked = get_object_or_404(Axis.objects.filter(rubric__is_draft=False), pk=axis)
    page = pages.gap_page(found, asked, timezone.localdate())
    if page is None:
        raise Http404
    return htmx.render(request, "maturity/gap.html", {"page": page, "department": found})
