"""What 事務局 does with an approved reply: accept it, or send it back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.roles import Permission
from lib import htmx
from lib.http import Request
from rounds import services
from rounds.forms import ReturnForm, VersionForm, seen_versions
from rounds.models import Reply, Round
from rounds.views import shown


@require_POST
@requires(Permission.RUN_ROUND)
def accept(request: Request, pk: int) -> HttpResponse:
    reply = get_object_or_404(Reply.objects.select_related("round", "department"), pk=pk)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        services.accept_reply(reply=reply, version=version, by=request.user)
    except ValidationError as error:
        return _refused(request, reply.round, error)
    return _done(request, reply.round, f"{reply.department}の回答を受理しました。")


@require_POST
@requires(Permission.RUN_ROUND)
def accept_unchanged(request: Request, pk: int) -> HttpResponse:
    round_ = get_object_or_404(Round, pk=pk)
    versions = seen_versions(request.POST.getlist("replies"))
    try:
        count = services.accept_replies(round_=round_, versions=versions, by=request.user)
    except ValidationError as error:
        return _refused(request, round_, error)
    return _done(request, round_, f"変更のない{count}課の回答を受理しました。")


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_ROUND)
def return_(request: Request, pk: int) -> HttpResponse:
    reply = get_object_or_404(Reply.objects.with_people(), pk=pk)
    if request.method == "GET" and reply.state not in services.RETURNABLE:
        messages.error(request, f"{reply.department}の回答は{_why_not(reply)}")
        return htmx.redirect(request, reverse("rounds:reply", args=[pk]))
    form = ReturnForm(request.POST or None, reply=reply)
    if request.method == "POST" and form.is_valid():
        try:
            services.return_reply(reply=reply, by=request.user, **form.values())
        except ValidationError as error:
            form.add_refusal(error)
        else:
            return _done(request, reply.round, f"{reply.department}に差し戻しました。")
    context = {
        "form": form, "reply": reply, "round": reply.round, "kind": shown.kind(request),
        "inline": htmx.wants_fragment(request),
    }  # fmt: skip
    region = f"return-{pk}"
    status = 422 if form.errors else 200
    # A refused return was sent towards the whole queue; its form stays where it is.
    regions = {region: "rounds/_return.html", "review": "rounds/_return.html"}
    response = htmx.render(request, "rounds/return.html", context, regions=regions, status=status)
    if form.errors:
        response["HX-Retarget"] = f"#{region}"
    return response


def _why_not(reply: Reply) -> str:
    """Why a reply in this state cannot be sent back, and what can be done instead."""
    if reply.state == "accepted":
        return "受理しているため、差し戻せません。直すときは「訂正する」から始めてください。"
    return "提出されていないため、差し戻せません。"


def _done(request: Request, round_: Round, text: str) -> HttpResponse:
    messages.success(request, text)
    if htmx.wants_fragment(request):
        return shown.detail(request, round_.pk, swapped=True)
    kind = shown.kind(request)
    url = reverse("rounds:detail", args=[round_.pk])
    return htmx.redirect(request, f"{url}?kind={kind}" if kind else url)


def _refused(request: Request, round_: Round, error: ValidationError) -> HttpResponse:
    messages.error(request, " ".join(error.messages))
    return shown.detail(request, round_.pk, status=409, swapped=True)
