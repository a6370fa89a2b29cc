"""様式: list, upload, mapping of cells, and the filled file."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from exchange import lists
from exchange.blanks import services
from exchange.blanks.filling import MOST
from exchange.blanks.forms import BlankUploadForm, MappingForm, ObjectForm, RowForm
from exchange.blanks.models import Blank
from exchange.lists import ListExport, Shown, keys
from exchange.views.common import attachment
from exchange.writing.tables import XLSX
from lib import htmx
from lib.fold import asked, fold
from lib.forms import status_of
from lib.http import Request, number_of

# More objects than this are found by a word.
OBJECTS = 300


def _sources(request: Request) -> list[tuple[str, str]]:
    """Every list that this reader may take along, those of one object too."""
    found = [lists.get(key) for key in keys()]
    return [(entry.key, entry.title) for entry in found if entry and entry.allows(request.user)]


def _list_of(request: Request, key: str) -> ListExport:
    entry = lists.get(key)
    if entry is None:
        raise Http404
    if not entry.allows(request.user):
        raise PermissionDenied
    return entry


def _objects(request: Request, entry: ListExport) -> list[tuple[int, str]]:
    """The objects that a list may belong to, narrowed by the words of the page."""
    wanted = fold(asked(request.GET.get("find", "")))
    return [(pk, name) for pk, name in (entry.objects(request) if entry.objects else ()) if wanted in fold(name)]


def _shown(request: Request, key: str, pk: int | None = None) -> Shown:
    """The list, of the object `pk` where it belongs to one."""
    entry = _list_of(request, key)
    shown = entry.shown(request) if pk is None else entry.shown(request, pk)
    if shown is None:
        raise Http404
    return shown


def _words(request: Request, key: str) -> tuple[list[str], list[str]]:
    """What cells may say: the columns of the list, and the words of the object that it belongs to."""
    entry = _list_of(request, key)
    pk = None
    if entry.objects is not None:
        pk = next((pk for pk, _ in entry.objects(request)), None)
        if pk is None:
            return [], []
    shown = _shown(request, key, pk)
    return [h.label for h in shown.heads], list(shown.about)


def _asked(request: Request) -> int | None:
    return number_of(request.GET.get("object", ""))


@require_GET
@requires(Permission.READ)
def blanks(request: Request) -> HttpResponse:
    """Every 様式 that this reader may fill."""
    titles = dict(_sources(request))
    rows = Blank.objects.filter(source__in=titles).defer("content", "cells").select_related("made_by")
    context = {
        "rows": [(row, titles[row.source]) for row in rows], "may_edit": can(request.user, Permission.MANAGE_BLANKS)
    }  # fmt: skip
    return htmx.render(request, "exchange/blanks/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_BLANKS)
def blank_create(request: Request) -> HttpResponse:
    """Upload a 様式."""
    posted = request.method == "POST"
    sent = (request.POST, request.FILES) if posted else ()
    form = BlankUploadForm(*sent, sources=_sources(request))
    if posted and form.is_valid():
        data = form.cleaned_data
        labels, about = _words(request, data["source"])
        try:
            blank = services.create_blank(
                title=data["title"], source=data["source"], labels=labels, about=about,
                file_name=data["file"].name, data=data["file"].read(), by=request.user,
            )  # fmt: skip
        except ValidationError as refusal:
            form.add_refusal(refusal if hasattr(refusal, "error_dict") else ValidationError({"file": refusal.messages}))
        else:
            messages.success(request, f"様式「{blank}」を登録しました。セルの対応を確かめてください。")
            return htmx.redirect(request, reverse("blanks:edit", args=[blank.pk]))
    return htmx.render(request, "exchange/blanks/create.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_BLANKS)
def blank_edit(request: Request, pk: int) -> HttpResponse:
    """Choose which cell takes which column."""
    blank = get_object_or_404(Blank, pk=pk)
    sent = request.POST if request.method == "POST" else None
    labels, about = _words(request, blank.source)
    form = MappingForm(sent, blank=blank, labels=[*labels, *about])
    if request.method == "POST" and _changed(form, blank, request.user):
        messages.success(request, f"様式「{blank}」を保存しました。")
        return htmx.redirect(request, reverse("blanks:use", args=[blank.pk]))
    context = {"form": form, "blank": blank, "source": _list_of(request, blank.source).title}
    return htmx.render(request, "exchange/blanks/edit.html", context, status=status_of(form))


def _changed(form: MappingForm, blank: Blank, user: Any) -> bool:
    if not form.is_valid():
        return False
    data = form.cleaned_data
    try:
        services.update_blank(
            blank=blank, version=data["version"], title=data["title"], row=data["row"], cells=form.cells(), by=user
        )
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return False
    return True


@require_POST
@requires(Permission.MANAGE_BLANKS)
def blank_delete(request: Request, pk: int) -> HttpResponse:
    blank = get_object_or_404(Blank, pk=pk)
    services.delete_blank(blank=blank, by=request.user)
    messages.success(request, f"様式「{blank}」を削除しました。")
    return htmx.redirect(request, reverse("blanks:list"))


@require_GET
@requires(Permission.READ)
def blank_file(request: Request, pk: int) -> HttpResponse:
    """The 様式 as it was uploaded."""
    blank = get_object_or_404(Blank, pk=pk)
    _list_of(request, blank.source)
    return attachment(blank.file_name, bytes(blank.content), XLSX)


@require_GET
@requires(Permission.READ)
def blank_use(request: Request, pk: int) -> HttpResponse:
    """Choose the object of a list that belongs to one, the row for a card, or take all rows along."""
    blank = get_object_or_404(Blank.objects.defer("content"), pk=pk)
    entry, chosen = _list_of(request, blank.source), _asked(request)
    context = {
        "blank": blank, "source": entry.title, "query": request.GET.urlencode(),
        "may_edit": can(request.user, Permission.MANAGE_BLANKS),
    }  # fmt: skip
    if entry.objects is not None:
        objects = _objects(request, entry)
        first = {"object": chosen, "find": request.GET.get("find", "")}
        context["objects"] = ObjectForm(names=objects[:OBJECTS], initial=first) if objects else None
        context["more"] = max(0, len(objects) - OBJECTS)
        if chosen is None:
            return htmx.render(request, "exchange/blanks/use.html", context | {"waits": True})
    shown = _shown(request, blank.source, chosen if entry.objects else None)
    rows = [row for row, _ in zip(shown.rows, range(MOST), strict=False)]
    context |= {
        "count": len(rows), "note": shown.note, "chosen": chosen,
        "form": RowForm(names=[_name(row) for row in rows]) if blank.is_card else None,
    }  # fmt: skip
    return htmx.render(request, "exchange/blanks/use.html", context)


def _name(row: list[Any]) -> str:
    return " ".join(str(v) for v in row[:2] if v not in (None, ""))[:80]


@require_GET
@requires(Permission.READ)
def blank_fill(request: Request, pk: int) -> HttpResponse:
    """The filled 様式; `at` is the row of a card, the other parameters narrow the list."""
    blank = get_object_or_404(Blank, pk=pk)
    entry, chosen = _list_of(request, blank.source), _asked(request)
    if entry.objects is not None and chosen is None:
        return htmx.redirect(request, reverse("blanks:use", args=[blank.pk]))
    shown = _shown(request, blank.source, chosen if entry.objects else None)
    labels = [h.label for h in shown.heads]
    rows = [dict(zip(labels, row, strict=False)) for row in shown.rows]
    common = {
        "今日": timezone.localdate(), "市町村": settings.SITE_MUNICIPALITY, "件数": len(rows), "表題": blank.title,
        "絞り込み": shown.note, **shown.about,
    }  # fmt: skip
    if blank.is_card:
        at = number_of(request.GET.get("at", "0"))
        rows = rows[at : at + 1] if at is not None else []
        if not rows:
            raise Http404
    try:
        content = services.fill(blank=blank, common=common, rows=rows)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return htmx.redirect(request, reverse("blanks:use", args=[blank.pk]))
    day = timezone.localdate().strftime("%Y%m%d")
    return attachment(f"{blank.title}_{day}.xlsx", content, XLSX)
