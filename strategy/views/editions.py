"""Two editions side by side, the reasons of their differences, and the re-linking of what lost its element."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.http import Request, number_of
from rounds.resources import attachment_header
from strategy import compare as kinds
from strategy import queries, queries_editions, services
from strategy.forms.editions import ChangeNoteForm, RelinkForm
from strategy.models import ChangeNote, Edition, Element
from strategy.queries_sheets import Sheets
from strategy.resources_editions import workbook
from strategy.views.common import attempt, closed, find_edition, form_status, posted

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@requires(Permission.READ)
def compare(request: Request, pk: int) -> HttpResponse:
    """新旧対照表 of the edition and `?with=` another of its plan; `?kind=` shows one kind of difference."""
    edition = find_edition(request, pk)
    other = queries_editions.other_edition(edition, _asked(request))
    if other is None and "with" in request.GET:
        raise Http404
    context: dict[str, Any] = {"edition": edition, "others": [e for e in edition.plan.editions.all() if e != edition]}
    if other:
        sheets = Sheets()
        shown = queries_editions.contrast(edition, other, kind=_kind(request), sheets=sheets)
        context |= {"shown": shown, "other": other, "segments": _segments(shown.counts, _kind(request))}
        context |= _editing(request, shown, sheets)
    return htmx.render(request, "strategy/compare.html", context)


def _editing(request: Request, shown: queries_editions.Contrast, sheets: Sheets) -> dict[str, Any]:
    """What only those who edit see: reasons in place, and what the edition strands."""
    may_edit, edition = can(request.user, Permission.EDIT_STRATEGY), shown.new
    orphans = queries_editions.Orphans(edition)
    if may_edit:
        orphans = queries_editions.orphans(edition, sheets, shown.notes)
    return {"can_note": may_edit and edition.is_draft, "may_edit": may_edit, "orphans": orphans, "back": "compare"}


def _asked(request: Request) -> int | None:
    return number_of(request.GET.get("with", ""))


def _kind(request: Request) -> str:
    kind = request.GET.get("kind", "different")
    return kind if kind in kinds.KINDS or kind == "all" else "different"


def _segments(counts: dict[str, int], chosen: str) -> list[tuple[str, str, int, bool]]:
    """Filters with their counts; links across the tree only where some differ."""
    rows = [("different", "違いのあるもの", counts["different"])]
    rows += [(k, word, counts[k]) for k, word in kinds.KINDS.items() if k != "linked" or counts[k]]
    rows.append(("all", "変更なしも表示", counts["all"]))
    return [(key, word, count, key == chosen) for key, word, count in rows]


@require_GET
@requires(Permission.READ)
def compare_excel(request: Request, pk: int) -> HttpResponse:
    edition = find_edition(request, pk)
    other = queries_editions.other_edition(edition, _asked(request))
    if other is None:
        raise Http404
    shown = queries_editions.contrast(edition, other, kind=_kind(request))
    name = f"新旧対照表_{shown.new.plan.name}_{shown.new.label}.xlsx"
    headers = {"Content-Disposition": attachment_header(name)}
    return HttpResponse(workbook(shown), content_type=XLSX, headers=headers)


@require_http_methods(("GET", "HEAD", "POST"))
@requires(Permission.EDIT_STRATEGY)
def change_note(request: Request, pk: int, lineage: UUID) -> HttpResponse:
    """The reason of one change, edited in its cell or on a page of its own."""
    edition = find_edition(request, pk)
    if refusal := closed(request, edition):
        return refusal
    same = Element.objects.filter(edition__plan_id=edition.plan_id, lineage=lineage)
    element = same.order_by("-edition__order").first()
    if element is None:
        raise Http404
    note = ChangeNote.objects.filter(edition=edition, lineage=lineage).first()
    form = ChangeNoteForm(posted(request), note=note)
    ok, _ = attempt(form, services.set_change_note, edition=edition, lineage=lineage, by=request.user)
    cell = f"why-{lineage}"
    context = {"edition": edition, "element": element, "lineage": lineage, "form": form, "can_note": True}
    if ok and not htmx.wants_fragment(request):
        messages.success(request, "変更の理由を保存しました。")
        return redirect(_url("compare", edition))
    if ok or (htmx.wants_fragment(request) and "close" in request.GET):
        saved = ChangeNote.objects.filter(edition=edition, lineage=lineage).first()
        context["note"] = saved.text if saved else ""
        return htmx.render(request, "strategy/note.html", context, regions={cell: "strategy/_note.html"})
    regions = {cell: "strategy/_note_form.html"}
    return htmx.render(request, "strategy/note.html", context, regions=regions, status=form_status(form))


@require_GET
@requires(Permission.EDIT_STRATEGY)
def orphans(request: Request, pk: int) -> HttpResponse:
    edition = _open_edition(request, pk)
    context = {"edition": edition, "orphans": queries_editions.orphans(edition), "back": "orphans"}
    return htmx.render(request, "strategy/orphans.html", context | {"former": queries.predecessor(edition)})


@require_POST
@requires(Permission.EDIT_STRATEGY)
def orphan_relink(request: Request, pk: int) -> HttpResponse:
    """Decide for one stranded thing."""
    edition = _open_edition(request, pk)
    form = RelinkForm(request.POST, edition=edition)
    if not form.is_valid():
        messages.error(request, " ".join(text for texts in form.errors.values() for text in texts))
        return _back(request, edition)
    choices = {form.cleaned_data["key"]: form.cleaned_data["target"]}
    return _decide(request, edition, choices)


@require_POST
@requires(Permission.EDIT_STRATEGY)
def orphan_relink_all(request: Request, pk: int) -> HttpResponse:
    """Let everything with a candidate go to the candidate that the person saw."""
    edition = _open_edition(request, pk)
    by_pk = {str(e.pk): e for e in edition.elements.all()}
    offers = [text.rpartition(":") for text in request.POST.getlist("offer")]
    choices = {key: by_pk.get(target) for key, _, target in offers}
    if None in choices.values():
        messages.error(request, "一覧が変わりました。確かめてから、もう一度押してください。")
        return _back(request, edition)
    return _decide(request, edition, choices)


def _decide(request: Request, edition: Edition, choices: dict[str, Element | None]) -> HttpResponse:
    try:
        count = services.decide_relinks(edition=edition, choices=choices, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        when = "公開のときに移ります。" if edition.is_draft else ""
        messages.success(request, f"{count}件の付け替え先を決めました。{when}")
    return _back(request, edition)


@require_POST
@requires(Permission.EDIT_STRATEGY)
def orphan_undo(request: Request, pk: int) -> HttpResponse:
    edition = _open_edition(request, pk)
    try:
        services.undo_relink(edition=edition, key=request.POST.get("key", ""), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "付け替えを元に戻しました。")
    return _back(request, edition)


def _open_edition(request: Request, pk: int) -> Edition:
    edition = find_edition(request, pk)
    if edition.status == "archived":
        raise Http404
    return edition


def _back(request: Request, edition: Edition) -> HttpResponse:
    name = "compare" if request.POST.get("back") == "compare" else "orphans"
    return redirect(f"{_url(name, edition)}#orphan")


def _url(name: str, edition: Edition) -> str:
    return reverse(f"strategy:{name}", args=[edition.pk])
