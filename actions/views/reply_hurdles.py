"""Hurdles of a reply: raise, change, take back, or answer that there is none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts import once
from accounts.access import check, requires
from accounts.roles import Permission
from actions import services
from actions.forms.hurdles import RaiseForm
from actions.models import Hurdle
from actions.sections import may_answer
from actions.sections_hurdles import HurdleSection
from actions.views.rows import CHANGED
from lib import htmx
from lib.forms import status_of
from lib.http import Request
from rounds.models import Reply


def _reply(request: Request, pk: int) -> Reply:
    reply = get_object_or_404(Reply.objects.select_related("round", "department"), pk=pk)
    check(request.user, Permission.READ_REPLY, reply, hidden=True)
    check(request.user, Permission.ANSWER_REPLY, reply)
    if "hurdles" not in reply.round.sections:
        raise Http404
    return reply


def _raised(request: Request, reply_pk: int, pk: int) -> Hurdle:
    _reply(request, reply_pk)
    return get_object_or_404(Hurdle.objects.select_related("reply__round", "reply__department"), pk=pk, reply=reply_pk)


def _place(reply_pk: int) -> str:
    return reverse("rounds:reply", args=[reply_pk]) + "#sec-hurdles"


def _back(reply_pk: int) -> HttpResponse:
    return redirect(_place(reply_pk))


@require_POST
@requires(Permission.READ)
def create(request: Request, reply_pk: int) -> HttpResponse:
    reply = _reply(request, reply_pk)
    form = RaiseForm(request.POST, reply=reply, prefix="hurdle")
    if form.is_valid():
        try:
            hurdle = services.raise_hurdle(reply=reply, by=request.user, **form.values())
            once.taken(request, _place(reply_pk))
            return _saved(request, hurdle, "課題を挙げました。回答が受理されると、課題の一覧に載ります。")
        except ValidationError as error:
            form.add_refusal(error)
    return _page(request, form, None)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def edit(request: Request, reply_pk: int, pk: int) -> HttpResponse:
    hurdle = _raised(request, reply_pk, pk)
    title, sent = hurdle.title, request.POST if request.method == "POST" else None
    if "shown" in request.GET and htmx.wants_fragment(request):
        return _drawn(request, "_raised", hurdle.reply, h=hurdle, editable=may_answer(hurdle.reply, request.user))
    form = RaiseForm(sent, reply=hurdle.reply, instance=hurdle, prefix="hurdle", auto_id=f"hurdle-{pk}-%s")
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            services.change_raised(hurdle=hurdle, version=version, by=request.user, **form.values())
            return _saved(request, hurdle, "課題を保存しました。")
        except ValidationError as error:
            form.add_refusal(error)
    return _page(request, form, title)


@require_POST
@requires(Permission.READ)
def drop(request: Request, reply_pk: int, pk: int) -> HttpResponse:
    hurdle = _raised(request, reply_pk, pk)
    try:
        services.drop_raised(hurdle=hurdle, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return htmx.redirect(request, reverse("rounds:reply", args=[reply_pk]))
    if htmx.wants_fragment(request):
        return _drawn(request, "_said", hurdle.reply, oob=True, acted=True)
    messages.success(request, f"「{hurdle.title}」を取り消しました。")
    return _back(reply_pk)


@require_POST
@requires(Permission.READ)
def none(request: Request, reply_pk: int) -> HttpResponse:
    reply, refused = _reply(request, reply_pk), ""
    try:
        services.say_no_hurdle(reply=reply, by=request.user, none="undo" not in request.POST)
    except ValidationError as error:
        refused = " ".join(error.messages)
    if htmx.wants_fragment(request):
        return _drawn(request, "_said", reply, status=422 if refused else 200, acted=True, refused=refused)
    if refused:
        messages.error(request, refused)
    return _back(reply_pk)


def _saved(request: Request, hurdle: Hurdle, told: str) -> HttpResponse:
    """The raised hurdle in its place: a new one at the end of the list, with an empty form for the next."""
    reply = hurdle.reply
    assert reply is not None
    if not htmx.wants_fragment(request):
        messages.success(request, told)
        return _back(reply.pk)
    name = "_raise_answer" if request.resolver_match.url_name == "raise_hurdle" else "_raised"
    return _drawn(request, name, reply, h=hurdle, editable=True, saved=True)


def _drawn(request: Request, name: str, reply: Reply, *, status: int = 200, **context: Any) -> HttpResponse:
    """One piece of the section; the page is told that the reply's standing may have moved."""
    part = HurdleSection().context(reply, request.user)
    context |= {"reply": reply, "part": part}
    response = render(request, f"actions/hurdles/{name}.html", context, status=status)
    return htmx.announce(response, CHANGED)


def _page(request: Request, form: RaiseForm, title: str | None) -> HttpResponse:
    """The form with what was typed: in its place in the reply, or as a page of its own."""
    context = {"form": form, "reply": form.reply, "title": title}
    target = f"hurdle-{form.instance.pk}" if title else "hurdle-raise"
    regions = {target: f"actions/hurdles/{'_raised_form' if title else '_raise'}.html"}
    return htmx.render(request, "actions/hurdles/raise.html", context, regions=regions, status=status_of(form))
