"""Snapshots: freezing, the list, one of them as it was, its correction, its file."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import status_of
from lib.http import Request
from meetings import panels, queries, services
from meetings.content import CorruptError
from meetings.forms.decisions import CorrectForm
from meetings.models import Meeting, Snapshot
from meetings.views.common import submitted
from rounds.models import Reply, Round


@require_GET
@requires(Permission.READ)
def listing(request: Request) -> HttpResponse:
    rows = Snapshot.objects.light()
    context = {"rows": rows, "may_run": can(request.user, Permission.RUN_MEETING)}
    return htmx.render(request, "meetings/snapshots.html", context)


@require_GET
@requires(Permission.READ)
def detail(request: Request, pk: int) -> HttpResponse:
    """The snapshot as it was frozen: nothing on this page is read from live rows."""
    snapshot = get_object_or_404(Snapshot.objects.select_related("corrects"), pk=pk)
    context: dict[str, Any] = {
        "snapshot": snapshot, "correction": queries.correction_of(snapshot),
        "may_run": can(request.user, Permission.RUN_MEETING),
    }  # fmt: skip
    try:
        context |= panels.page(snapshot.read(), request.GET)
    except CorruptError as error:
        return htmx.render(request, "meetings/snapshot_corrupt.html", context | {"problem": str(error)}, status=500)
    return htmx.render(request, "meetings/snapshot.html", context)


@require_GET
@requires(Permission.READ)
def download(request: Request, pk: int) -> HttpResponse:
    """The frozen text itself, byte for byte; its hash stands on the page."""
    snapshot = get_object_or_404(Snapshot, pk=pk)
    response = HttpResponse(snapshot.content, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="snapshot-{snapshot.pk}.json"'
    return response


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def freeze_meeting(request: Request, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.select_related("body"), pk=pk)
    if request.method == "POST":
        return _frozen(request, partial(services.freeze_meeting, meeting=meeting, by=request.user), meeting)
    return _ask(
        request, meeting, reverse("meetings:detail", args=[pk]), Snapshot.objects.filter(kind="meeting", meeting=pk)
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def freeze_round(request: Request, pk: int) -> HttpResponse:
    round_ = get_object_or_404(Round, pk=pk)
    if request.method == "POST":
        return _frozen(request, partial(services.freeze_round, round_=round_, by=request.user), round_)
    found = Snapshot.objects.filter(kind="round", round=pk)
    return _ask(request, round_, reverse("rounds:detail", args=[pk]), found)


def _frozen(request: Request, freeze: Any, thing: Meeting | Round) -> HttpResponse:
    try:
        snapshot, taken = freeze()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return htmx.redirect(request, reverse("meetings:snapshots"))
    word = f"「{thing}」の資料を確定しました。" if taken else f"「{thing}」の資料は、すでに確定しています。"
    messages.success(request, word)
    return htmx.redirect(request, reverse("meetings:snapshot", args=[snapshot.pk]))


def _ask(request: Request, thing: Meeting | Round, back: str, found: Any) -> HttpResponse:
    """What freezing does, and which replies are still on their way."""
    context = {
        "thing": thing, "back": back, "snapshot": found.light().first(),
        "waiting": Reply.objects.awaiting().select_related("department", "round"),
    }  # fmt: skip
    return htmx.render(request, "meetings/freeze.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def correct(request: Request, pk: int) -> HttpResponse:
    snapshot = get_object_or_404(Snapshot.objects.light(), pk=pk)
    form = CorrectForm(request.POST if request.method == "POST" else None)
    made: list[Snapshot] = []
    act = partial(services.correct_snapshot, snapshot=snapshot, by=request.user)
    if submitted(request, form, lambda: made.append(act(reason=form.cleaned_data["reason"]))):
        messages.success(request, "訂正した資料を確定しました。訂正前の資料には、その旨が表示されます。")
        return htmx.redirect(request, reverse("meetings:snapshot", args=[made[0].pk]))
    return htmx.render(request, "meetings/correct.html", {"form": form, "snapshot": snapshot}, status=status_of(form))
