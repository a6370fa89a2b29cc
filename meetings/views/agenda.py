"""The agenda of a meeting: proposed from what changed, then edited and put in order."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import status_of
from lib.http import Request
from meetings import services
from meetings.forms.meetings import AgendaForm
from meetings.models import AgendaItem, Meeting
from meetings.queries_proposals import proposed
from meetings.views.common import done, submitted


def _url(meeting_id: int) -> str:
    return reverse("meetings:detail", args=[meeting_id])


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def propose(request: Request, pk: int) -> HttpResponse:
    """Choose among the items proposed from what changed since the last meeting."""
    meeting = get_object_or_404(Meeting, pk=pk)
    found = proposed(meeting, timezone.localdate())
    if request.method == "POST":
        chosen = set(request.POST.getlist("title"))
        rows = [
            {"kind": p.kind, "title": p.title, "note": p.note, "actions": p.actions}
            for p in found.rows if p.title in chosen
        ]  # fmt: skip
        word = f"議題を{len(rows)}件加えました。" if rows else "選ばれた議題はありません。"
        return done(request, lambda: services.add_agenda(meeting=meeting, rows=rows, by=request.user), word, _url(pk))
    return htmx.render(request, "meetings/propose.html", {"meeting": meeting, "found": found})


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def create(request: Request, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting, pk=pk)
    form = AgendaForm(request.POST if request.method == "POST" else None, instance=AgendaItem(meeting=meeting))
    act = partial(services.add_agenda, meeting=meeting, by=request.user)
    if submitted(request, form, lambda: act(rows=[form.values])):
        messages.success(request, f"議題「{form.values['title']}」を加えました。")
        return htmx.redirect(request, _url(pk))
    context = {"form": form, "meeting": meeting, "heading": "議題の追加"}
    return htmx.render(request, "meetings/agenda_form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def edit(request: Request, pk: int) -> HttpResponse:
    item = get_object_or_404(AgendaItem.objects.select_related("meeting"), pk=pk)
    form = AgendaForm(request.POST if request.method == "POST" else None, instance=item)
    if submitted(request, form, lambda: _update(request, form, item)):
        messages.success(request, "議題を保存しました。")
        return htmx.redirect(request, _url(item.meeting_id))
    context = {"form": form, "meeting": item.meeting, "item": item, "heading": "議題の編集"}
    return htmx.render(request, "meetings/agenda_form.html", context, status=status_of(form))


def _update(request: Request, form: AgendaForm, item: AgendaItem) -> None:
    version = form.cleaned_data["version"] or 0
    services.update_agenda_item(item=item, version=version, by=request.user, **form.values)


@require_POST
@requires(Permission.RUN_MEETING)
def remove(request: Request, pk: int) -> HttpResponse:
    item = get_object_or_404(AgendaItem.objects.select_related("meeting"), pk=pk)
    word = f"議題「{item}」を外しました。"
    return done(request, lambda: services.remove_agenda_item(item=item, by=request.user), word, _url(item.meeting_id))


@require_POST
@requires(Permission.RUN_MEETING)
def move(request: Request, pk: int) -> HttpResponse:
    """One place up, or down with `down`."""
    item = get_object_or_404(AgendaItem.objects.select_related("meeting"), pk=pk)
    down = request.POST.get("to") == "down"
    url = f"{_url(item.meeting_id)}#agenda"
    return done(request, lambda: services.move_agenda_item(item=item, down=down, by=request.user), "", url)
