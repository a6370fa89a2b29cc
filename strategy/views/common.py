"""What the views of the own plans share: finding visible rows, refusing closed editions, arriving somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urldefrag

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.access import can
from accounts.roles import Permission
from lib import htmx
from lib.http import Request
from strategy.forms.plans import ValuedForm
from strategy.models import Edition, Element, Layer

CLOSED = "「{label}」は{status}の版のため編集できません。次の版の下書きで変更してください。"


def reads_drafts(request: Request) -> bool:
    return can(request.user, Permission.READ_DRAFT_STRATEGY)


def find_edition(request: Request, pk: int) -> Edition:
    """The edition with its plan and the plan's editions, as far as the reader may see them; else 404."""
    shown = Edition.objects.visible(drafts=reads_drafts(request))
    siblings = Prefetch("plan__editions", queryset=shown)
    return get_object_or_404(shown.select_related("plan").prefetch_related(siblings), pk=pk)


def find_element(request: Request, pk: int) -> Element:
    shown = Edition.objects.visible(drafts=reads_drafts(request))
    rows = Element.objects.filter(edition__in=shown).select_related("edition__plan", "layer", "parent")
    return get_object_or_404(rows, pk=pk)


def find_layer(request: Request, pk: int) -> Layer:
    shown = Edition.objects.visible(drafts=reads_drafts(request))
    return get_object_or_404(Layer.objects.filter(edition__in=shown).select_related("edition__plan"), pk=pk)


def closed(request: Request, edition: Edition) -> HttpResponse | None:
    """Send an editor of a published or archived edition back to its page; None for a draft."""
    if edition.is_draft:
        return None
    messages.error(request, CLOSED.format(label=edition.label, status=edition.get_status_display()))
    return arrive(request, plan_url(edition))


def plan_url(edition: Edition, *, element: int | None = None, query: str = "") -> str:
    anchor = f"#e-{element}" if element else ""
    return f"{reverse('strategy:plan', args=[edition.pk])}{query}{anchor}"


def arrive(request: Request, url: str) -> HttpResponse:
    """Go to `url` and load it anew, also where only the fragment of the address would change."""
    if htmx.wants_fragment(request) and htmx.sent_from(request) == urldefrag(url).url:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return htmx.redirect(request, url)


def posted(request: Request) -> QueryDict | None:
    """The data for a form: None on GET, and a form without any field filled in is still bound on POST."""
    return request.POST if request.method == "POST" else None


def attempt(form: ValuedForm, write: Callable[..., Any], **arguments: Any) -> tuple[bool, Any]:
    """Call `write` with the form's values when they are valid; return whether it worked, and its result.

    A refusal ends on the form.
    """
    if not form.is_valid():
        return False, None
    try:
        return True, write(**arguments, **form.values)
    except ValidationError as error:
        form.add_refusal(error)
        return False, None


def attempt_aloud(request: Request, done: str, write: Callable[..., Any], **arguments: Any) -> tuple[bool, Any]:
    """Call a `write` that has no form; the next page tells `done` or the refusal."""
    try:
        result = write(**arguments)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False, None
    messages.success(request, done)
    return True, result


def form_status(form: ValuedForm) -> int:
    """200 for a fresh form, 409 for one that others were faster than, 422 for one with errors."""
    if not form.is_bound:
        return 200
    return 409 if form.has_error(NON_FIELD_ERRORS, "stale") else 422
