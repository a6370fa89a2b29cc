"""What the page of a gap in maturity shows of actions: those that close it, and linking one more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.access import can, check, requires
from accounts.models import Department
from accounts.roles import Permission
from actions import charts, figures
from actions.models import Action
from actions.prefill import axis_in_use
from actions.queries import live_with_state
from actions.services.axes import link_axis as store_link
from lib import htmx
from lib.forms import PortalForm, status_of
from lib.http import Request, number_of
from maturity.models import Axis

LATE = ("late", "over")
SHOWN = 20


class LinkForm(PortalForm):
    """An action of the department that does not serve the axis yet."""

    action = forms.ModelChoiceField(
        label="結び付ける取組", queryset=Action.objects.none(), empty_label="選んでください"
    )

    def __init__(self, *args: Any, department: Department, line: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="gap-%s", **kwargs)
        rows = _led(department)
        self.fields["action"].queryset = rows.exclude(pk__in=rows.on_line(line).values("pk")).order_by("code", "pk")
        self.fields["action"].error_messages["invalid_choice"] = "この課の取組から選んでください。"


def _led(department: Department) -> QuerySet:
    return Action.objects.live().filter(lead_department=department)


@require_GET
@requires(Permission.READ)
def gap_actions(request: Request) -> HttpResponse:
    """The actions of `department` that serve `axis`, with their state; 404 if either is not there."""
    department, axis = _named(request.GET)
    return _render(request, department, axis, None)


@require_POST
@requires(Permission.READ)
def link_axis(request: Request) -> HttpResponse:
    """Link one more action of the department to the axis."""
    department, axis = _named(request.POST)
    check(request.user, Permission.EDIT_ACTION, department)
    form = LinkForm(request.POST, department=department, line=axis.line)
    if form.is_valid() and _linked(request, form, axis):
        messages.success(request, "取組を結び付けました。")
        if not htmx.wants_fragment(request):
            return htmx.redirect(request, reverse("maturity:gap", args=[department.pk, axis.pk]))
        form = None
    return _render(request, department, axis, form)


def _linked(request: Request, form: LinkForm, axis: Axis) -> bool:
    """Link to the axis of the rubric in use that continues `axis`; a refusal ends on the form."""
    try:
        store_link(action=form.cleaned_data["action"], axis=axis_in_use(axis.line) or axis, by=request.user)
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return False
    return True


def _named(query: Any) -> tuple[Department, Axis]:
    department, axis = number_of(query.get("department", "")), number_of(query.get("axis", ""))
    if department is None or axis is None:
        raise Http404
    return (
        get_object_or_404(Department, pk=department),
        get_object_or_404(Axis.objects.filter(rubric__is_draft=False), pk=axis),
    )


def _render(request: Request, department: Department, axis: Axis, form: LinkForm | None) -> HttpResponse:
    rows = live_with_state(timezone.localdate()).filter(lead_department=department).on_line(axis.line)
    counts = figures.state_counts(rows)
    may_edit = can(request.user, Permission.EDIT_ACTION, department)
    query = urlencode({"department": department.pk, "axis": axis.pk})
    context = {
        "department": department, "axis": axis, "may_edit": may_edit, "title": f"{department}の「{axis}」の取組",
        "rows": charts.meter_rows(rows.for_rows().order_by("code", "pk")[:SHOWN]),
        "total": sum(counts.values()), "late": sum(counts.get(key, 0) for key in LATE), "shown": SHOWN,
        "bar": charts.state_bar(counts), "legend": charts.legend_of(counts),
        "url": f"{reverse('actions:list')}?{query}", "create_url": f"{reverse('actions:create')}?{query}",
        "form": (form or LinkForm(department=department, line=axis.line)) if may_edit else None,
    }  # fmt: skip
    template = "actions/_gap_actions.html"
    page = context | {"part_template": template, "page_title": context["title"]}
    regions = {request.htmx.target or "": template}
    return htmx.render(request, "actions/part.html", page, regions=regions, status=status_of(form) if form else 200)
