"""A form that was taken counts once, however often its button is pressed or the browser goes back to it.

Every form that is drawn carries a token of its own (Django masks the CSRF token anew for each page), so the same token
with the same values to the same address is the same sending. One that is under way is claimed in the database, one
that was taken is remembered in the session with the page that it led to.
"""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RateCount

TOKEN = "csrfmiddlewaretoken"
LENGTH = 64
REMEMBERED = 30
KEPT = "sent"
# Claims of processes that died are of no use to anybody; the later of their two minutes counts.
STALE = timedelta(minutes=1)
WAITS, PAUSE = 50, 0.1


def key_of(request: HttpRequest) -> str | None:
    """What tells this sending from every other; None where it does not matter, as for files, which have their own."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return None
    if not request.user.is_authenticated or len(request.POST.get(TOKEN, "")) != LENGTH:
        return None
    said = f"{request.session.session_key}\n{request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(said).hexdigest()


def led_to(request: HttpRequest, key: str) -> str | None:
    """Where the same sending led before."""
    return request.session.get(KEPT, {}).get(key)


def claim(key: str) -> bool:
    """Begin; False while the same sending is under way."""
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    # For the coming minute too: two senders on either side of its beginning meet there.
    claims = [RateCount(key=key, start=start) for start in (minute, minute + timedelta(minutes=1))]
    try:
        with transaction.atomic():
            RateCount.objects.filter(key=key, start__lt=now - STALE).delete()
            if RateCount.objects.filter(key=key).exists():
                return False
            RateCount.objects.bulk_create(claims)
    except IntegrityError:
        return False
    return True


def release(key: str) -> None:
    """It was not taken: the same values may be sent again."""
    RateCount.objects.filter(key=key).delete()


def was_taken(request: HttpRequest, location: str) -> bool:
    """Whether the redirect tells of a success: one that says why not, or asks for the password, saved nothing."""
    said = getattr(messages.get_messages(request), "_queued_messages", ())
    refused = any(message.level >= messages.ERROR for message in said)
    return not refused and urlsplit(location).path != reverse("accounts:confirm")


def taken(request: HttpRequest, location: str) -> None:
    """A view that answers with a part of the page instead of a redirect says so, and where the part stands."""
    request.taken_at = location  # type: ignore[attr-defined]


def remember(request: HttpRequest, key: str, location: str) -> None:
    kept = [*request.session.get(KEPT, {}).items(), (key, location)]
    request.session[KEPT] = dict(kept[-REMEMBERED:])


def wait(request: HttpRequest, key: str) -> str | None:
    """The page that the other one leads to, as soon as it is known; None when that takes too long."""
    for _ in range(WAITS):
        stored = type(request.session)(request.session.session_key).get(KEPT, {})
        if key in stored:
            return stored[key]
        time.sleep(PAUSE)
    return None
