"""What the views of the national plan share: binding a versioned form and storing it through a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict

from lib import htmx
from lib.forms import status_of
from lib.http import Request
from strategy.forms.national import VersionedForm


def sent(request: Request) -> QueryDict | None:
    """What was posted, also when it is empty; None before that."""
    return request.POST if request.method == "POST" else None


def stored(form: VersionedForm, save: Callable[..., Any]) -> bool:
    """Store a valid form through `save`; a refusal goes onto the form."""
    if not form.is_valid():
        return False
    try:
        save(version=form.cleaned_data["version"], **form.values)
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return False
    return True


def form_page(request: Request, form: VersionedForm, context: dict[str, Any], target: str, noun: str) -> HttpResponse:
    """The form as a page, or in place of the row `target`."""
    in_row = htmx.wants_fragment(request)
    if in_row and not form.is_bound:
        form.focus_first()
    context |= {"in_row": in_row, "target": target}
    regions = {target: f"strategy/national/_{noun}_form_row.html"}
    page = f"strategy/national/{noun}_edit.html"
    return htmx.render(request, page, context, regions=regions, status=status_of(form))
