"""One helper decides between the full page and a fragment of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as render_template
from django.utils.cache import patch_vary_headers

from lib.http import Request

VARY = ("HX-Request", "HX-Target", "HX-Boosted", "HX-History-Restore-Request")


def wants_fragment(request: Request) -> bool:
    """True for an HTMX swap of a part; boosted links and history restore need the whole page."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render(
    request: Request,
    page: str,
    context: dict[str, Any],
    *,
    regions: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the template of the targeted region, or `page`.

    `regions` maps the id of a fragment's root element (the HX-Target) to its template. An unknown
    target gets the page, so a stale client never ends in an error.
    """
    template = page
    if regions and wants_fragment(request):
        template = regions.get(request.htmx.target or "", page)
    response = render_template(request, template, context, status=status)
    patch_vary_headers(response, VARY)
    return response


def announce(response: HttpResponse, event: str) -> HttpResponse:
    """Raise `event` in the page once the answer stands in it.

    After the swap: the element that asked may be gone from the page by then (another answer replaced it), and only
    the events of a swap are raised on the body in that case. HX-Trigger would be lost.
    """
    response["HX-Trigger-After-Swap"] = event
    return response


def redirect(request: Request, url: str) -> HttpResponse:
    """Send the browser to `url`: HX-Redirect for HTMX, 302 otherwise."""
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def sent_from(request: HttpRequest) -> str:
    """Path and query of the page of this portal that a request was sent from, without the fragment.

    '' where the browser does not say, names another site, or sends what is no address: anybody may send `http://[`.
    """
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    try:
        page = urlsplit(told)
    except ValueError:
        return ""
    # A path that begins with two slashes would be another site once the host is gone.
    if page.netloc != request.get_host() or not page.path.startswith("/") or page.path.startswith("//"):
        return ""
    return page._replace(scheme="", netloc="", fragment="").geturl()
