"""What the pages of the exchange share: the book, its object, and files as answers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from accounts.access import department_scope
from exchange import sheets
from exchange.models import Import
from exchange.sheets import Book
from lib.http import Request


def book_or_404(request: Request, key: str, scope: int) -> tuple[Book, Any]:
    """The book and its object for a reader who may fill it in; 403 for others, 404 where nothing is."""
    book = sheets.find(key)
    if book is None:
        raise Http404
    if not book.allows(request.user):
        raise PermissionDenied
    if book.scope is None:
        if scope:
            raise Http404
        return book, None
    found = book.scope(scope, request.user) if scope else None
    if found is None:
        raise Http404
    return book, found


def import_or_404(request: Request, key: Any) -> tuple[Import, Book, Any]:
    """An import for the person who made it, and for those who may do the same for the whole city."""
    kept = Import.objects.select_related("made_by", "applied_by").filter(pk=key).first()
    if kept is None:
        raise Http404
    book = sheets.find(kept.book)
    if book is None or not book.allows(request.user):
        raise Http404
    if kept.made_by_id != request.user.pk and department_scope(request.user, book.permission) is not None:
        raise Http404
    found = book.scope(kept.scope, request.user) if book.scope else None
    if book.scope and found is None:
        raise Http404
    return kept, book, found


def attachment(name: str, content: bytes, kind: str) -> HttpResponse:
    safe = "".join("_" if c in '\\/:*?"<>|' or c < " " else c for c in name)
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(True, safe) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response
