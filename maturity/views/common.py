"""What the views of maturity share."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpResponse, QueryDict
from django.utils.http import content_disposition_header

from lib.http import Request
from maturity.charts import SELF, VIEWS


def chosen(value: str, known: Iterable[int]) -> int | None:
    """The row named in the address, None if none is named; one that is not there is a 404."""
    if not value:
        return None
    found = next((pk for pk in known if str(pk) == value), None)
    if found is None:
        raise Http404
    return found


def view_of(request: Request) -> str:
    """Which levels the page shows; an unknown word is the departments' own."""
    asked = request.GET.get("view", SELF)
    return asked if asked in VIEWS else SELF


def query_of(request: Request, **changes: str | None) -> str:
    """The page's parameters with some changed (None drops one), without empty ones, as an address."""
    kept = QueryDict(mutable=True)
    for name in ("round", "with", "view", "sort"):
        value = changes.get(name, request.GET.get(name, ""))
        if value:
            kept[name] = value
    return f"?{kept.urlencode()}" if kept else "?"


def posted(request: Request) -> QueryDict | None:
    """The data for a form: None on GET."""
    return request.POST if request.method == "POST" else None


def svg_response(text: str, name: str) -> HttpResponse:
    """A file to save under a Japanese name; scripts never run in it."""
    response = HttpResponse(text, content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.svg")
    response["X-Content-Type-Options"] = "nosniff"
    return response
