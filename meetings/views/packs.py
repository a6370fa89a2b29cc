"""The pack of a meeting: choose and order its sections, look at it, make its files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.http import Request, number_of
from lib.writes import StaleError
from meetings import queries_packs, storage_packs
from meetings.content import CorruptError
from meetings.models import Meeting, PackChoice, PackFile
from meetings.models.packs import format_choices
from meetings.pack.build import ALL, SECTIONS, build
from meetings.services import packs

OFFICE = "application/vnd.openxmlformats-officedocument"


def _meeting(pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.select_related("body"), pk=pk)


@require_GET
@requires(Permission.READ)
def pack(request: Request, pk: int) -> HttpResponse:
    meeting = _meeting(pk)
    context = _files(request, meeting) | {"rows": _sections(meeting), "formats": format_choices()}
    choice = PackChoice.objects.filter(meeting=meeting).first()
    context["version"] = choice.version if choice else ""
    regions = {"pack-files": "meetings/pack/_files.html"}
    return htmx.render(request, "meetings/pack/page.html", context, regions=regions)


def _files(request: Request, meeting: Meeting) -> dict[str, Any]:
    """What the list of files shows; it asks again while something is being made."""
    snapshot = queries_packs.snapshot_for(meeting)
    now = timezone.now()
    files = [(row, row.is_dead(now)) for row in queries_packs.files_of(meeting)]
    return {
        "meeting": meeting, "snapshot": snapshot, "files": files, "may_run": can(request.user, Permission.RUN_MEETING),
        "busy": any(row.is_active and not dead for row, dead in files), "dead_word": packs.STOPPED,
        "previous": queries_packs.previous_for(snapshot) if snapshot else None,
    }  # fmt: skip


def _sections(meeting: Meeting) -> list[tuple[Any, bool]]:
    """Chosen sections in their order, then the others."""
    chosen = packs.chosen(meeting)
    return [(SECTIONS[k], k in chosen) for k in [*chosen, *(k for k in ALL if k not in chosen)]]


@require_POST
@requires(Permission.RUN_MEETING)
def pack_sections(request: Request, pk: int) -> HttpResponse:
    """Store the choice; a button of a row moves it up or down on the way."""
    meeting = _meeting(pk)
    order = _moved(request.POST.getlist("order"), request.POST.get("move", ""))
    wanted = [key for key in order if key in request.POST.getlist("section")]
    version = number_of(request.POST.get("version", ""))
    try:
        packs.choose_sections(meeting=meeting, sections=wanted, version=version, by=request.user)
    except StaleError as refusal:
        words = "ほかの人が先に章を変えています。いまの並びを確かめて、もう一度保存してください。"
        messages.error(request, refusal.told(words))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "章の選択と順序を保存しました。")
    return htmx.redirect(request, reverse("meetings:pack", args=[pk]) + "#sections")


def _moved(order: list[str], move: str) -> list[str]:
    """The order with one key moved: `up:late`, `down:late`."""
    where, _, key = move.partition(":")
    if key not in order or where not in ("up", "down"):
        return order
    at = order.index(key)
    to = min(max(at + (1 if where == "down" else -1), 0), len(order) - 1)
    return [*(k for k in order[:to] if k != key), *([key] if to <= at else [order[to], key]),
            *(k for k in order[to + (to > at) :] if k != key)]  # fmt: skip


@require_GET
@requires(Permission.READ)
def pack_print(request: Request, pk: int) -> HttpResponse:
    """The pack on screen, and on paper by the browser's own printing."""
    meeting = _meeting(pk)
    snapshot = queries_packs.snapshot_for(meeting)
    context: dict[str, Any] = {"meeting": meeting, "snapshot": snapshot}
    context["may_run"] = can(request.user, Permission.RUN_MEETING)
    if snapshot:
        try:
            source = queries_packs.source_of(meeting, snapshot, queries_packs.previous_for(snapshot))
        except CorruptError as error:
            return htmx.render(request, "meetings/pack/print.html", context | {"problem": str(error)}, status=500)
        context["pack"] = build(source, packs.chosen(meeting))
    return htmx.render(request, "meetings/pack/print.html", context)


@require_POST
@requires(Permission.RUN_MEETING)
def pack_make(request: Request, pk: int) -> HttpResponse:
    meeting = _meeting(pk)
    snapshot = queries_packs.snapshot_for(meeting)
    previous = queries_packs.previous_for(snapshot) if snapshot else None
    try:
        packs.order_files(
            meeting=meeting, snapshot=snapshot, previous=previous, formats=request.POST.getlist("format"),
            by=request.user,
        )  # fmt: skip
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return htmx.redirect(request, reverse("meetings:pack", args=[pk]))


@require_GET
@requires(Permission.READ)
def pack_file(request: Request, pk: int) -> HttpResponseBase:
    row = get_object_or_404(PackFile.objects.select_related("meeting", "snapshot"), pk=pk, state="done")
    place = storage_packs.path_of(row.stored_name)
    if not place.is_file():
        raise Http404("the file is gone")
    safe = "".join("_" if c in '\\/:*?"<>|' or c < " " else c for c in row.file_name)
    response = FileResponse(place.open("rb"), content_type=CONTENT_TYPES[row.format])
    response.headers["Content-Disposition"] = content_disposition_header(True, safe) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


CONTENT_TYPES = {
    "pdf": "application/pdf", "pptx": f"{OFFICE}.presentationml.presentation", "xlsx": f"{OFFICE}.spreadsheetml.sheet",
}  # fmt: skip
