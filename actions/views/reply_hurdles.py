"""Hurdles of a reply: raise, change, take back, or answer that there is none."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import check, requires
from accounts.roles import Permission
from actions import services
from actions.forms.hurdles import RaiseForm
from actions.models import Hurdle
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


def _back(reply_pk: int) -> HttpResponse:
    return redirect(reverse("rounds:reply", args=[reply_pk]) + "#sec-hurdles")


@require_POST
@requires(Permission.READ)
def create(request: Request, reply_pk: int) -> HttpResponse:
    reply = _reply(request, reply_pk)
    form = RaiseForm(request.POST, reply=reply, prefix="hurdle")
    if form.is_valid():
        try:
            services.raise_hurdle(reply=reply, by=request.user, **form.values())
            messages.success(request, "課題を挙げました。回答が受理されると、課題の一覧に載ります。")
            return _back(reply_pk)
        except ValidationError as error:
            form.add_refusal(error)
    return _page(request, form, None)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def edit(request: Request, reply_pk: int, pk: int) -> HttpResponse:
    hurdle = _raised(request, reply_pk, pk)
    title, sent = hurdle.title, request.POST if request.method == "POST" else None
    form = RaiseForm(sent, reply=hurdle.reply, instance=hurdle, prefix="hurdle")
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            services.change_raised(hurdle=hurdle, version=version, by=request.user, **form.values())
            messages.success(request, "課題を保存しました。")
            return _back(reply_pk)
        except ValidationError as error:
            form.add_refusal(error)
    return _page(request, form, title)


@require_POST
@requires(Permission.READ)
def drop(request: Request, reply_pk: int, pk: int) -> HttpResponse:
    hurdle = _raised(request, reply_pk, pk)
    try:
        services.drop_raised(hurdle=hurdle, by=request.user)
        messages.success(request, f"「{hurdle.title}」を取り消しました。")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _back(reply_pk)


@require_POST
@requires(Permission.READ)
def none(request: Request, reply_pk: int) -> HttpResponse:
    reply = _reply(request, reply_pk)
    try:
        services.say_no_hurdle(reply=reply, by=request.user, none="undo" not in request.POST)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _back(reply_pk)


def _page(request: Request, form: RaiseForm, title: str | None) -> HttpResponse:
    context = {"form": form, "reply": form.reply, "title": title}
    return render(request, "actions/hurdles/raise.html", context, status=status_of(form))
