"""Administration asks for the password again when it was typed too long ago."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from accounts.models import User
from lib import htmx
from lib.http import Request

Args = ParamSpec("Args")
KEY = "confirmed_at"
# Without a password of the portal, signing in is the business of the provider, and so is asking again.
ELSEWHERE = "signed_in_elsewhere"
# Routes by their first word, and the list that they belong to; everything else belongs to the users.
LISTS = {"department": "departments", "reorganisation": "reorganisations", "change": "reorganisations"}


def confirm(request: HttpRequest) -> None:
    """The password has just been typed."""
    request.session[KEY] = int(time.time())


def is_recent(request: Request, *, grace: int = 1) -> bool:
    limit = settings.CONFIRM_SECONDS
    if not limit or request.session.get(ELSEWHERE):
        return True
    age = time.time() - request.session.get(KEY, 0)
    return -60 <= age <= limit * grace


def recently_confirmed(
    view: Callable[Concatenate[Request, Args], HttpResponseBase],
) -> Callable[Concatenate[Request, Args], HttpResponseBase]:
    """Stands below `requires`. A form opened in time may be sent up to twice as late, so nothing typed is lost."""

    @wraps(view)
    def inner(request: Request, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponseBase:
        if isinstance(request.user, User) and not is_recent(request, grace=1 if request.method == "GET" else 2):
            back = request.get_full_path() if request.method == "GET" else _page_of(request)
            return htmx.redirect(request, f"{reverse('accounts:confirm')}?{urlencode({'next': back})}")
        return view(request, *args, **kwargs)

    return inner


def _page_of(request: Request) -> str:
    """The list from which an act is asked for again, as its own address knows no GET."""
    name = request.resolver_match.url_name or "" if request.resolver_match else ""
    page = next((page for start, page in LISTS.items() if name.startswith(start)), "users")
    return reverse(f"accounts:{page}")
