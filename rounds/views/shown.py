"""The page of one round: review queue for 事務局, the monitor for everybody."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.access import can, department_scope
from accounts.roles import Permission, Role
from lib import htmx
from lib.http import Request, number_of
from lib.reads import mark, mark_draft
from rounds import monitor, queries, review
from rounds.models import Reply, Round
from rounds.states import KINDS


def runs(request: Request) -> bool:
    """Whether the reader is 事務局."""
    return can(request.user, Permission.RUN_ROUND)


def kind(request: Request) -> str:
    """The filter of the review queue asked for; '' when there is no such filter."""
    asked = request.POST.get("kind") or request.GET.get("kind") or ""
    return asked if asked in {k.key for k in KINDS} else ""


def detail(request: Request, pk: int, *, status: int = 200, swapped: bool = False) -> HttpResponse:
    """Render the round's page, or its review region; `swapped` after an act, to carry messages and the focus."""
    replies = queries.replies_of(pk)
    round_ = replies[0].round if replies else get_object_or_404(Round, pk=pk)
    first = _asked(request)
    if first and runs(request) and htmx.wants_fragment(request) and request.htmx.target == f"more-{first}":
        return _more(request, round_, first)
    queue = None
    if runs(request):
        whole = "whole" in request.GET
        queue = review.build(round_, replies, kind=kind(request), first=first, whole=whole)
        if queue.cards:
            mark(request, "draft", f"{round_} 確認待ちの回答")
    own = request.user.department_ids(Role.LEAD, Role.MEMBER)
    context = {
        "round": round_, "queue": queue, "swapped": swapped, "is_open": round_.is_open(timezone.localdate()),
        "monitor": monitor.build(replies, url_of(request)),
        "own": [r for r in replies if r.department_id in own],
    }  # fmt: skip
    return htmx.render(
        request, "rounds/detail.html", context, regions={"review": "rounds/_review.html"} if queue else None,
        status=status,
    )  # fmt: skip


def _asked(request: Request) -> int | None:
    """The key of the reply that the reader wants on top."""
    return number_of(request.GET.get("reply", ""))


def _more(request: Request, round_: Round, pk: int) -> HttpResponse:
    """The changes of a waiting reply that its card left out."""
    reply = get_object_or_404(round_.replies.light(), pk=pk)
    mark_draft(request, reply.department_id, f"{round_} {reply.department}")
    context = {"changes": review.more_of(round_, reply, kind=kind(request))}
    return htmx.render(request, "rounds/_more.html", context)


def url_of(request: Request) -> Callable[[Reply], str]:
    """Where this reader may read a reply: its page, its accepted content, or nowhere ('')."""
    scope = department_scope(request.user, Permission.READ_REPLY)
    base = reverse("rounds:reply", args=[0]).removesuffix("0/")
    kept = reverse("rounds:frozen", args=[0]).removeprefix(f"{base}0")

    def url(reply: Reply) -> str:
        if scope is None or reply.department_id in scope:
            return f"{base}{reply.pk}/"
        return f"{base}{reply.pk}{kept}" if reply.state == "accepted" else ""

    return url
