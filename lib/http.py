"""Typed request, as the middleware leaves it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    htmx: HtmxDetails
    user: Any


def number_of(text: str) -> int | None:
    """A whole number that a browser sent, such as a key or a version; None for anything that no row can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
