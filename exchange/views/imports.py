"""A file on its way in: what it would change, and the act that stores it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange import outcome, services
from exchange.forms import ConfirmForm
from exchange.models import Import, unpack
from exchange.sheets import Book
from exchange.views.common import attachment, import_or_404
from exchange.writing.errors import error_workbook
from exchange.writing.tables import XLSX
from lib import htmx
from lib.forms import status_of
from lib.http import Request

PER_PAGE = 100
REGIONS = {"import": "exchange/_import.html"}


@require_http_methods(["GET", "POST"])
def confirm(request: Request, key: uuid.UUID) -> HttpResponse:
    """The dry run, cell by cell; a POST stores all of it or nothing."""
    kept, book, about = import_or_404(request, key)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _applied(form, kept, book, about, request):
        words = f"{kept.writes:,}行を取り込みました。"
        messages.success(request, words)
        return htmx.redirect(request, reverse("exchange:confirm", args=[kept.pk]))
    kept.refresh_from_db()
    return _page(request, kept, book, form)


def _applied(form: ConfirmForm, kept: Import, book: Book, about: Any, request: Request) -> bool:
    try:
        services.apply(kept=kept, book=book, scope=about, seen=form.cleaned_data["seen"], by=request.user)
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return False
    return True


def _page(request: Request, kept: Import, book: Book, form: ConfirmForm | None = None) -> HttpResponse:
    asked = request.GET.get("kind", "")
    kind = asked if asked in outcome.KINDS else outcome.default_kind(kept.counts)
    labels = {s.slug: {n: c.column_name for n, c in s.fields.items()} for s in book.sheets}
    titles = {s.slug: s.caption for s in book.sheets}
    told = (unpack(kept.outcome) or {}) if kept.is_checked else {}
    found = outcome.rows(told, labels, titles, kind)
    context = {
        "kept": kept, "book": book, "form": form or ConfirmForm(), "counts": outcome.counts(kept.counts),
        "kind": kind, "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "many_sheets": len(book.sheets) > 1, "left_out": outcome.left_out(told, labels, titles),
    }  # fmt: skip
    status = status_of(form) if form else 200
    return htmx.render(request, "exchange/import.html", context, regions=REGIONS, status=status)


@require_POST
def step(request: Request, key: uuid.UUID) -> HttpResponse:
    """Check the next rows of a long file; the page asks for this until all are checked."""
    kept, book, about = import_or_404(request, key)
    kept = services.check_more(kept=kept, book=book, scope=about, by=request.user)
    if htmx.wants_fragment(request):
        return _page(request, kept, book)
    return htmx.redirect(request, reverse("exchange:confirm", args=[kept.pk]))


@require_POST
def discard(request: Request, key: uuid.UUID) -> HttpResponse:
    kept, _, _ = import_or_404(request, key)
    services.discard(kept=kept, by=request.user)
    messages.success(request, "取り込まずに、ファイルを取り消しました。")
    return htmx.redirect(request, reverse("exchange:book", args=[kept.book, kept.scope]))


@require_GET
def errors(request: Request, key: uuid.UUID) -> HttpResponse:
    """The uploaded rows again, with the reasons on their cells."""
    kept, book, about = import_or_404(request, key)
    sheets = book.open(about, request.user)
    content = error_workbook(book, about, sheets, services.tables_of(kept), unpack(kept.outcome) or {})
    stem = kept.file_name.rpartition(".")[0] or kept.file_name
    return attachment(f"{stem}_確認.xlsx", content, XLSX)
