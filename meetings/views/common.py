"""What the views of the meetings share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from lib import htmx
from lib.forms import PortalForm
from lib.http import Request


def stored(form: PortalForm, act: Callable[[], Any]) -> bool:
    """Do what the form asks for; a refusal stands on the form."""
    try:
        act()
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return False
    return True


def submitted(request: Request, form: PortalForm, act: Callable[[], Any]) -> bool:
    """Whether the form was sent, holds, and what it asks for is done."""
    return request.method == "POST" and form.is_valid() and stored(form, act)


def done(request: Request, act: Callable[[], Any], word: str, url: str) -> HttpResponse:
    """An act of one button: its outcome is told on the page that follows."""
    try:
        act()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        if word:
            messages.success(request, word)
    return htmx.redirect(request, url)
