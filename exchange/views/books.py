"""Workbooks that go out and come back: the page of each, its export and its upload."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from exchange import services, sheets
from exchange.forms import UploadForm
from exchange.models import Import
from exchange.views.common import attachment, book_or_404
from exchange.writing import workbook as writing
from exchange.writing.tables import XLSX
from lib import htmx
from lib.forms import status_of
from lib.http import Request

RECENT = 10


@require_GET
def home(request: Request) -> HttpResponse:
    """Every workbook that this reader may take along and bring back."""
    books = [b for b in sheets.books() if b.allows(request.user)]
    if not books:
        raise PermissionDenied
    entries = [(b, list(b.offers(request.user)) if b.offers else None) for b in books]
    recent = Import.objects.light().select_related("applied_by").made_by(request.user)[:RECENT]
    context = {"entries": entries, "recent": recent}
    return htmx.render(request, "exchange/home.html", context)


@require_http_methods(["GET", "POST"])
def book(request: Request, key: str, scope: int) -> HttpResponse:
    """Take the workbook along, or bring a filled one."""
    shown, about = book_or_404(request, key, scope)
    posted = request.method == "POST"
    form = UploadForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = services.stage(
                book=shown, scope=about, file_name=file.name, data=file.read(), by=request.user
            )  # fmt: skip
        except services.ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return htmx.redirect(request, reverse("exchange:confirm", args=[kept.pk]))
    recent = Import.objects.light().select_related("made_by", "applied_by").of_book(key, scope)
    context = {
        "book": shown, "about": about, "scope": scope, "form": form,
        "sheets": [(s.caption, [c.column_name for c in s.fields.values()], s.deletes) for s in shown.sheets],
        "recent": recent.made_by(request.user)[:RECENT],
    }  # fmt: skip
    return htmx.render(request, "exchange/book.html", context, status=status_of(form))


@require_GET
def workbook(request: Request, key: str, scope: int) -> HttpResponse:
    """The workbook with the rows of today, or with heads only (`?empty=1`)."""
    shown, about = book_or_404(request, key, scope)
    empty = request.GET.get("empty") == "1"
    content = writing.workbook(shown, about, shown.open(about, request.user), with_rows=not empty)
    day = timezone.localdate().strftime("%Y%m%d")
    return attachment(f"{shown.name(about)}_{'様式' if empty else day}.xlsx", content, XLSX)
