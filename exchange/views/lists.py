"""Lists as files: one address for every list, with the query of its page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from exchange import lists
from exchange.views.common import attachment
from exchange.writing.tables import WRITERS
from lib.http import Request


@require_GET
def list_file(request: Request, key: str, kind: str) -> HttpResponse:
    return _file(request, key, kind)


@require_GET
def object_list_file(request: Request, key: str, pk: int, kind: str) -> HttpResponse:
    return _file(request, key, kind, pk)


def _file(request: Request, key: str, kind: str, *pk: int) -> HttpResponse:
    entry, write = lists.find(key, of_object=bool(pk)), WRITERS.get(kind)
    if entry is None or write is None:
        raise Http404
    if not entry.allows(request.user):
        raise PermissionDenied
    shown = entry.shown(request, *pk)
    if shown is None:
        raise Http404
    file = write(shown)
    return attachment(file.name, file.content, file.kind)
