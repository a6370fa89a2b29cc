"""The state of a round as a file, and due dates as a calendar feed."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import requires
from accounts.roles import Permission
from lib.http import Request
from rounds import ical, queries, resources, services
from rounds.models import Round

BACK = dt.timedelta(days=90)
CALENDAR = "text/calendar; charset=utf-8"


@require_GET
@requires(Permission.READ)
def export_xlsx(request: Request, pk: int) -> HttpResponse:
    round_ = get_object_or_404(Round, pk=pk)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(resources.workbook(round_), kind, f"{round_.title}_回答状況.xlsx")


@require_GET
@requires(Permission.READ)
def export_csv(request: Request, pk: int) -> HttpResponse:
    round_ = get_object_or_404(Round, pk=pk)
    content = resources.csv_text(round_).encode("utf-8-sig")
    return _file(content, "text/csv; charset=utf-8", f"{round_.title}_回答状況.csv")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    safe = "".join("_" if c in '\\/:*?"<>|' or c < " " else c for c in name)
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = resources.attachment_header(safe)
    return response


# ---- calendar


@require_GET
@requires(Permission.READ)
def calendar(request: Request) -> HttpResponse:
    return _calendar(request)


@require_POST
@requires(Permission.READ)
def calendar_create(request: Request) -> HttpResponse:
    """Shown once, in this very answer: only the hash is kept."""
    token = services.create_token(user=request.user, by=request.user)
    return _calendar(request, token)


@require_POST
@requires(Permission.READ)
def calendar_revoke(request: Request) -> HttpResponse:
    try:
        services.revoke_token(user=request.user, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "カレンダーのアドレスを止めました。")
    return redirect("rounds:calendar")


def _calendar(request: Request, token: str = "") -> HttpResponse:
    url = reverse("rounds:calendar_feed", args=[token]) if token else ""
    context = {
        "address": (settings.SITE_URL + url if settings.SITE_URL else request.build_absolute_uri(url)) if url else "",
        "current": request.user.calendar_tokens.filter(revoked_at__isnull=True).first(),
        "rounds": queries.rounds_of(request.user, timezone.localdate()),
    }  # fmt: skip
    response = render(request, "rounds/calendar.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_GET
def calendar_feed(request: Request, token: str) -> HttpResponse:
    """Due dates for whoever holds the secret address; an unknown or stopped one is told nothing."""
    found = queries.calendar_of(services.digest_of(token))
    if found is None:
        return HttpResponse(status=404, content_type=CALENDAR)
    rounds = queries.rounds_of(found.user, timezone.localdate() - BACK)
    entries = [
        ical.Entry(
            uid=f"round-{r.pk}@dxportal", day=r.due_on, title=f"回答の期限：{r.title}", changed_at=r.updated_at,
            sequence=r.version,
            url=settings.SITE_URL + reverse("rounds:detail", args=[r.pk]) if settings.SITE_URL else "",
        )
        for r in rounds
    ]  # fmt: skip
    response = HttpResponse(ical.feed(f"{settings.SITE_NAME} 照会の期限", entries), content_type=CALENDAR)
    response["Cache-Control"] = "private, max-age=3600"
    return response
