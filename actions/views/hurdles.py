"""The register of hurdles and of requests to the country or the prefecture, worked by 事務局."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import can, check, requires
from accounts.roles import Permission
from actions import services
from actions.filters_hurdles import HurdleFilter
from actions.forms.hurdles import HurdleForm, RequestForm
from actions.models import Hurdle, PolicyRequest
from actions.prefill import hurdle_prefilled
from actions.queries_hurdles import STATES, kind_tiles, register, requests, state_tiles
from lib import htmx, listing
from lib.forms import status_of
from lib.http import Request

COLUMNS = (
    ("state", "状態"), ("title", "課題"), ("kind", "区分"), ("raised", "挙げた所属"), ("owner", "対応する所属"),
    ("actions", "影響する取組"), ("raised_on", "挙げた日"),
)  # fmt: skip
SORTS = {
    "state": ["state"], "title": ["title"], "kind": ["kind"], "raised": ["raised_by_department__order"],
    "owner": [listing.blanks_last("owner_department__order")], "actions": ["action_count"], "raised_on": ["raised_on"],
}  # fmt: skip


@require_GET
@requires(Permission.READ)
def index(request: Request) -> HttpResponse:
    found = HurdleFilter(request.GET, request=request, queryset=register())
    rows = listing.build(request, found.qs, columns=COLUMNS, sorts=SORTS, default="-raised_on")
    context = {
        "filter": found, "listing": rows, "states": STATES, "state_tiles": state_tiles(), "kind_tiles": kind_tiles(),
        "may_work": can(request.user, Permission.WORK_HURDLE),
    }  # fmt: skip
    return htmx.render(request, "actions/hurdles/list.html", context, regions={"hurdles": "actions/hurdles/_list.html"})


@require_GET
@requires(Permission.READ)
def detail(request: Request, pk: int) -> HttpResponse:
    rows = Hurdle.objects.official().select_related("raised_by_department", "owner_department", "reply__round")
    hurdle = get_object_or_404(rows, pk=pk)
    context = {
        "hurdle": hurdle, "shown": STATES[hurdle.state], "requests": hurdle.requests.all(),
        "actions": hurdle.actions.select_related("lead_department"),
        "may_work": can(request.user, Permission.WORK_HURDLE),
    }  # fmt: skip
    return render(request, "actions/hurdles/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def create(request: Request) -> HttpResponse:
    check(request.user, Permission.WORK_HURDLE)
    sent = request.POST if request.method == "POST" else None
    form = HurdleForm(sent, initial=hurdle_prefilled(request.GET))

    def act() -> HttpResponse:
        hurdle = services.create_hurdle(by=request.user, **form.values())
        messages.success(request, "課題を登録しました。")
        return redirect("actions:hurdle", hurdle.pk)

    return _answer(request, form, act, "actions/hurdles/edit.html", {"title": ""})


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def edit(request: Request, pk: int) -> HttpResponse:
    check(request.user, Permission.WORK_HURDLE)
    hurdle = get_object_or_404(Hurdle.objects.official(), pk=pk)
    title = hurdle.title
    form = HurdleForm(request.POST if request.method == "POST" else None, instance=hurdle)

    def act() -> HttpResponse:
        version = form.cleaned_data["version"] or 0
        services.update_hurdle(hurdle=hurdle, version=version, by=request.user, **form.values())
        messages.success(request, "課題を保存しました。")
        return redirect("actions:hurdle", pk)

    return _answer(request, form, act, "actions/hurdles/edit.html", {"title": title, "hurdle": hurdle})


@require_GET
@requires(Permission.READ)
def policy_requests(request: Request) -> HttpResponse:
    return render(request, "actions/hurdles/requests.html", {"requests": requests(), **_may(request)})


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def request_create(request: Request, pk: int) -> HttpResponse:
    check(request.user, Permission.WORK_HURDLE)
    hurdle = get_object_or_404(Hurdle.objects.official(), pk=pk)
    form = RequestForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        services.create_request(hurdle=hurdle, by=request.user, **form.values())
        messages.success(request, "政策要望を登録しました。")
        return redirect(reverse("actions:hurdle", args=[pk]) + "#requests")

    return _answer(request, form, act, "actions/hurdles/request.html", {"hurdle": hurdle})


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def request_edit(request: Request, pk: int) -> HttpResponse:
    check(request.user, Permission.WORK_HURDLE)
    stored = get_object_or_404(PolicyRequest.objects.select_related("hurdle"), pk=pk)
    form = RequestForm(request.POST if request.method == "POST" else None, instance=stored)

    def act() -> HttpResponse:
        version = form.cleaned_data["version"] or 0
        services.update_request(request_=stored, version=version, by=request.user, **form.values())
        messages.success(request, "政策要望を保存しました。")
        return redirect(reverse("actions:hurdle", args=[stored.hurdle_id]) + "#requests")

    return _answer(request, form, act, "actions/hurdles/request.html", {"hurdle": stored.hurdle, "stored": stored})


def _may(request: Request) -> dict[str, Any]:
    return {"may_work": can(request.user, Permission.WORK_HURDLE)}


def _answer(
    request: Request, form: Any, act: Callable[[], HttpResponse], template: str, context: dict[str, Any]
) -> HttpResponse:  # fmt: skip
    """Carry `act` out on a sent form that holds; else show the form with what was typed and why."""
    if request.method == "POST" and form.is_valid():
        try:
            return act()
        except ValidationError as error:
            form.add_refusal(error)
    return render(request, template, {"form": form} | context, status=status_of(form))
