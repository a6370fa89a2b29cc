"""The meetings: the list, planning one, its page, its form, attendance."""

from __future__ import annotations

import contextlib
import datetime as dt
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import status_of
from lib.http import Request, number_of
from meetings import queries, services
from meetings.forms.meetings import AttendanceForm, MeetingForm, PlanForm
from meetings.models import Body, Meeting
from meetings.views.common import submitted

SHOWN = 30


@require_GET
@requires(Permission.READ)
def home(request: Request) -> HttpResponse:
    """What comes next, what is still open, and what was held."""
    today = timezone.localdate()
    rows = Meeting.objects.select_related("body").with_counts()
    context = {
        "today": today, "planned": rows.planned().soonest_first(), "past": rows.past()[:SHOWN],
        "open": queries.open_decisions(), "may_run": can(request.user, Permission.RUN_MEETING),
    }  # fmt: skip
    return htmx.render(request, "meetings/home.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def create(request: Request) -> HttpResponse:
    form = PlanForm(request.POST) if request.method == "POST" else PlanForm(initial=_asked(request))
    made: list[Meeting] = []
    if submitted(request, form, lambda: made.append(services.plan_meeting(by=request.user, **form.cleaned_data))):
        messages.success(request, f"「{made[0]}」を予定しました。議題の案を確かめてください。")
        return htmx.redirect(request, reverse("meetings:agenda_propose", args=[made[0].pk]))
    dates = [row for row in queries.bodies(timezone.localdate()) if row.dates]
    return htmx.render(request, "meetings/plan.html", {"form": form, "dates": dates}, status=status_of(form))


def _asked(request: Request) -> dict[str, object]:
    """Body and day that a link proposes."""
    found: dict[str, object] = {}
    if (pk := number_of(request.GET.get("body", ""))) is not None:
        found["body"] = Body.objects.filter(pk=pk).first()
    with contextlib.suppress(ValueError):
        found["held_on"] = dt.date.fromisoformat(request.GET.get("on", ""))
    return found


@require_GET
@requires(Permission.READ)
def detail(request: Request, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.select_related("body"), pk=pk)
    snapshot = queries.snapshot_of(meeting)
    context = {
        "meeting": meeting, "agenda": meeting.agenda.prefetch_related("actions"),
        "attendance": meeting.attendance.all(), "open": queries.open_decisions(meeting.held_on),
        "decisions": meeting.decisions.select_related("department", "agenda_item").prefetch_related("links__action"),
        "snapshot": snapshot, "correction": queries.correction_of(snapshot), "today": timezone.localdate(),
        "may_run": can(request.user, Permission.RUN_MEETING),
        "may_read_internal": can(request.user, Permission.READ_MINUTES),
    }  # fmt: skip
    return htmx.render(request, "meetings/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def edit(request: Request, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.select_related("body"), pk=pk)
    form = MeetingForm(request.POST if request.method == "POST" else None, instance=meeting)
    if submitted(request, form, lambda: _update(request, form, meeting)):
        messages.success(request, f"「{meeting}」を保存しました。")
        return htmx.redirect(request, reverse("meetings:detail", args=[pk]))
    return htmx.render(request, "meetings/edit.html", {"form": form, "meeting": meeting}, status=status_of(form))


def _update(request: Request, form: MeetingForm, meeting: Meeting) -> None:
    version = form.cleaned_data["version"]
    services.update_meeting(meeting=meeting, version=version, by=request.user, **form.values)


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def attendance(request: Request, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.select_related("body"), pk=pk)
    form = AttendanceForm(request.POST if request.method == "POST" else None, meeting=meeting)
    act = partial(services.record_attendance, meeting=meeting, by=request.user)
    if submitted(request, form, lambda: act(rows=form.rows)):
        messages.success(request, "出欠を保存しました。")
        return htmx.redirect(request, reverse("meetings:detail", args=[pk]))
    return htmx.render(request, "meetings/attendance.html", {"form": form, "meeting": meeting}, status=status_of(form))
