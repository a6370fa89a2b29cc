"""取り込みウィザード: each step is a page of its own, so that a reload or a break loses nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange.wizard import heading, services, targets
from exchange.wizard.cleaning import plain
from exchange.wizard.forms import ColumnsForm, SheetForm, StartForm, ValuesForm
from exchange.wizard.models import Draft, Layout
from exchange.wizard.shown import Preview, step_links
from exchange.wizard.targets import Opened
from exchange.wizard.transform import Table
from lib import htmx
from lib.forms import status_of
from lib.http import Request

HEAD_ROWS, HEAD_COLUMNS = 25, 14


def _offered(request: Request) -> list[targets.Target]:
    found = list(targets.targets(request.user))
    if not found:
        raise PermissionDenied
    return found


def _draft(request: Request, key: UUID) -> tuple[Draft, Opened]:
    """The draft of this reader, and where it goes; 404 for anybody else."""
    draft = get_object_or_404(Draft.objects.select_related("handed"), pk=key, made_by=request.user)
    target = targets.find(draft.target, request.user)
    if target is None:
        raise Http404
    return draft, Opened(target, request.user)


@require_http_methods(["GET", "POST"])
def start(request: Request) -> HttpResponse:
    """Choose a file and the workbook that its rows belong to."""
    offered = _offered(request)
    posted = request.method == "POST"
    asked = {"target": request.GET.get("target", "")}
    sent = (request.POST, request.FILES) if posted else ()
    form = StartForm(*sent, offered=offered, initial=asked)
    if posted and form.is_valid():
        target = targets.find(form.cleaned_data["target"], request.user)
        file = form.cleaned_data["file"]
        try:
            if target is None:
                raise ValidationError("取り込み先を選び直してください。")
            draft = services.start(target=target, file_name=file.name, data=file.read(), by=request.user)
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return htmx.redirect(request, reverse("wizard:sheet", args=[draft.pk]))
    books = {t.book.key for t in offered}
    recent = Draft.objects.filter(made_by=request.user, book__in=books).defer("content", "choices")[:5]
    context = {"form": form, "recent": recent, "layouts": Layout.objects.filter(book__in=books).count()}
    return htmx.render(request, "exchange/wizard/start.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def sheet(request: Request, key: UUID) -> HttpResponse:
    """Choose the sheet and the rows of its heads; both are proposed."""
    draft, opened = _draft(request, key)
    sheets, chosen = draft.sheets(), draft.chosen()
    asked = request.POST.get("sheet") or request.GET.get("sheet") or chosen.sheet
    shown = next((s for s in sheets if s["name"] == asked), sheets[0])
    head = chosen.head if shown["name"] == chosen.sheet else heading.propose(shown["rows"], shown["merged"])
    first = {"sheet": shown["name"], "first": head.first + 1, "depth": head.depth}
    form = SheetForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and _chosen(form, draft, opened, request.user):
        return htmx.redirect(request, reverse("wizard:columns", args=[draft.pk]))
    context = {
        "draft": draft, "target": opened.target, "steps": step_links(draft, "sheet"), "form": form, "shown": shown,
        "sheets": sheets, "head": head, "rows": _head_rows(shown["rows"], head),
    }  # fmt: skip
    return htmx.render(request, "exchange/wizard/sheet.html", context, status=status_of(form))


def _chosen(form: SheetForm, draft: Draft, opened: Opened, user: Any) -> bool:
    if not form.is_valid():
        return False
    data = form.cleaned_data
    try:
        services.choose_sheet(
            draft=draft, opened=opened, sheet=data["sheet"], first=data["first"] - 1, depth=data["depth"], by=user
        )
    except ValidationError as refusal:
        form.add_error("first", refusal)
        return False
    return True


def _head_rows(rows: heading.Rows, head: heading.Head) -> list[tuple[int, bool, list[str]]]:
    """The rows around the heads, as plain words."""
    start = max(0, head.first - HEAD_ROWS // 2)
    return [
        (at + 1, head.first <= at < head.body, [plain(v) for v in row[:HEAD_COLUMNS]])
        for at, row in enumerate(rows[start : start + HEAD_ROWS], start)
    ]


def _table(draft: Draft) -> Table:
    return services.table_of(draft)


@require_http_methods(["GET", "POST"])
def columns(request: Request, key: UUID) -> HttpResponse:
    """Choose which column is which field."""
    draft, opened = _draft(request, key)
    table = _table(draft)
    posted = request.method == "POST"
    form = ColumnsForm(request.POST if posted else None, table=table, opened=opened, draft=draft)
    if posted and form.is_valid():
        services.choose_columns(draft=draft, by=request.user, **form.choices())
        return htmx.redirect(request, reverse(_after_columns(draft, opened), args=[draft.pk]))
    context = {
        "draft": draft, "target": opened.target, "steps": step_links(draft, "columns"), "form": form, "table": table
    }  # fmt: skip
    return htmx.render(request, "exchange/wizard/columns.html", context, status=status_of(form))


def _after_columns(draft: Draft, opened: Opened) -> str:
    """The page of values is left out where there is nothing to choose."""
    names = draft.chosen().columns.values()
    return "wizard:values" if any(opened.specs[n].has_options for n in names if n in opened.specs) else "wizard:preview"


@require_http_methods(["GET", "POST"])
def values(request: Request, key: UUID) -> HttpResponse:
    """Choose which word is which choice, department or row."""
    draft, opened = _draft(request, key)
    posted = request.method == "POST"
    form = ValuesForm(request.POST if posted else None, table=_table(draft), opened=opened, draft=draft)
    if posted and form.is_valid():
        services.choose_values(draft=draft, values=form.choices(), by=request.user)
        return htmx.redirect(request, reverse("wizard:preview", args=[draft.pk]))
    context = {"draft": draft, "target": opened.target, "steps": step_links(draft, "values"), "form": form}
    return htmx.render(request, "exchange/wizard/values.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def preview(request: Request, key: UUID) -> HttpResponse:
    """See the rows under the portal's columns, and hand them to the dry run."""
    draft, opened = _draft(request, key)
    refusal = None
    if request.method == "POST":
        try:
            kept = services.hand_over(draft=draft, opened=opened, by=request.user)
        except ValidationError as error:
            refusal = error
        else:
            return htmx.redirect(request, reverse("exchange:confirm", args=[kept.pk]))
    context = {
        "draft": draft, "target": opened.target, "steps": step_links(draft, "preview"),
        "preview": Preview(_table(draft), draft.chosen(), opened), "refusal": refusal,
    }  # fmt: skip
    return htmx.render(request, "exchange/wizard/preview.html", context, status=422 if refusal else 200)


@require_POST
def discard(request: Request, key: UUID) -> HttpResponse:
    draft, _ = _draft(request, key)
    services.discard(draft=draft, by=request.user)
    messages.success(request, f"「{draft.file_name}」の取り込みをやめました。")
    return htmx.redirect(request, reverse("wizard:start"))


@require_GET
def layouts(request: Request) -> HttpResponse:
    """What the portal remembers of sheets that came in before."""
    books = {t.book.key: t.book.title for t in _offered(request)}
    rows = Layout.objects.filter(book__in=books).select_related("changed_by")
    context = {"rows": [(row, books[row.book]) for row in rows]}
    return htmx.render(request, "exchange/wizard/layouts.html", context)


@require_POST
def forget(request: Request, pk: int) -> HttpResponse:
    books = {t.book.key for t in _offered(request)}
    layout = get_object_or_404(Layout, pk=pk, book__in=books)
    services.forget(layout=layout, by=request.user)
    messages.success(request, "覚えた対応を忘れました。次に同じ表を取り込むと、あらためて提案します。")
    return htmx.redirect(request, reverse("wizard:layouts"))
