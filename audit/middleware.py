"""Writes down who was shown what: pages that a view marked, and every file that left the portal."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse

from audit.services import record_read
from lib import ledger
from lib.reads import Mark, marked

# A form that is refused, or decides between two writers, shows the page again; who is sent away was shown nothing.
SHOWING = (200, 409, 422)
NAME = re.compile(r"filename\*=utf-8''([^;]+)|filename=\"([^\"]+)\"", re.IGNORECASE)


class ReadLogMiddleware:
    """Stands inside authentication. The row is written before the answer leaves: no record, no page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ledger.asked_by(request.user.pk):
            response = self.get_response(request)
        if response.status_code in SHOWING and request.user.is_authenticated:
            shown = marked(request) or _file(response)
            if shown:
                record_read(user=request.user, mark=shown, path=request.get_full_path())
        return response


def _file(response: HttpResponse) -> Mark | None:
    header = response.headers.get("Content-Disposition", "")
    if not header.startswith("attachment"):
        return None
    found = NAME.search(header)
    name = unquote(found[1]) if found and found[1] else found[2] if found else ""
    return Mark("file", name)
