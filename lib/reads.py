"""Port to the read log: a view marks what only few may see, and whoever keeps the log finds the mark.

`accounts` lies below `audit`, which keeps the log; so the mark travels on the request, not by a call.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

MARK = "dxportal.read"


@dataclass(frozen=True)
class Mark:
    """A page that only few may see: its kind, and what of that kind was shown."""

    kind: str
    label: str


def mark(request: HttpRequest, kind: str, label: str) -> None:
    """Say that this answer shows something restricted; `kind` is a word of `audit.reading.KINDS`."""
    request.META[MARK] = Mark(kind, label)


def mark_draft(request: HttpRequest, department: int, label: str) -> None:
    """Say that this answer shows what a department has not handed out yet, unless it is one of the reader's own."""
    if department not in request.user.department_ids():
        mark(request, "draft", label)


def marked(request: HttpRequest) -> Mark | None:
    return request.META.get(MARK)
