"""Error pages that say what happened and where to go on."""

from __future__ import annotations

import errno
import sys
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

from dxportal.context import STYLESHEETS


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def failed(request: HttpRequest, *args: Any) -> HttpResponse:
    """500; 503 where the machine is in trouble, 404 where something was deleted meanwhile.

    Without request context, which may fail as well.
    """
    context: dict[str, Any] = {"site_name": settings.SITE_NAME, "stylesheets": STYLESHEETS}
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is None:
        return HttpResponse(loader.get_template("500.html").render(context), status=500)
    page = loader.get_template("503.html").render(context | {"trouble": trouble})
    again = {"Retry-After": "10"} if trouble.status == 503 else {}
    return HttpResponse(page, status=trouble.status, headers={"Cache-Control": "no-store"} | again)


@dataclass(frozen=True)
class Trouble:
    """Why nothing was stored though the portal is sound, for whoever meets it."""

    title: str
    text: str
    then: str = "直ると、そのまま使えるようになります。"
    status: int = 503


FULL = Trouble(
    "保存する場所がいっぱいです",
    "サーバーのディスクに空きがなく、保存できません。情報システムの担当に知らせてください。",
)
READ_ONLY = Trouble(
    "いまは見ることだけができます",
    "書き込みを受け付けていません。保守中でなければ、情報システムの担当に知らせてください。",
)
BUSY = Trouble("混み合っています", "ほかの書き込みを待っていました。少し待ってからもう一度お試しください。")
AWAY = Trouble(
    "データベースにつながりません",
    "少し待ってから開き直してください。続くときは情報システムの担当に知らせてください。",
)
# Only the database sees it, at the end: both had read what was there before. A script of the page says the same of 404.
GONE = Trouble(
    "もとになるものが、なくなっています",
    "保存しているあいだに、かかわりのあるものをほかの人が消したか、加えました。",
    "画面を開き直して、いまの内容を確かめてから、もう一度お試しください。", 404,
)
SIGNS = (
    (FULL, ("disk is full", "no space left", "could not extend", "diskfull")),
    (READ_ONLY, ("readonly", "read-only")),
    (BUSY, ("is locked", "deadlock", "lock timeout")),
)


def trouble_of(error: BaseException | None) -> Trouble | None:
    """The trouble behind an error and its causes; None for a mistake of the portal."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return FULL
        if isinstance(error, OSError) and error.errno == errno.EROFS:
            return READ_ONLY
        if isinstance(error, IntegrityError) and "foreign" in f"{error} {type(error.__cause__).__name__}".lower():
            return GONE
        if isinstance(error, OperationalError | InterfaceError | InternalError):
            return _of_database(error)
        error = error.__cause__ or error.__context__
    return None


def _of_database(error: BaseException) -> Trouble:
    told = f"{error} {type(error.__cause__).__name__}".lower()
    return next((trouble for trouble, signs in SIGNS if any(s in told for s in signs)), AWAY)
