"""What the views of the comparison and of the surveys share: a form that is stored by a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from lib import htmx
from lib.forms import status_of
from lib.http import Request


def stored(form: Any, save: Callable[[], Any]) -> Any:
    """What the service returns for a valid form; None if form or service refuses, which the form then says."""
    if not form.is_valid():
        return None
    try:
        return save()
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return None


def version_of(form: Any) -> dict[str, Any]:
    """The version a person saw, for a form on a row that exists."""
    return {"version": form.cleaned_data["version"]}


def done(request: Request, words: str, url: str) -> HttpResponse:
    messages.success(request, words)
    return htmx.redirect(request, url)


def form_page(request: Request, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    return htmx.render(request, template, {"form": form} | context, status=status_of(form))
