"""Rounds: the list, opening, changing, closing, and who has answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.roles import Permission, Role
from lib import fiscal, htmx, listing
from lib.http import Request, number_of
from lib.writes import StaleError
from rounds import charts, monitor, queries, services
from rounds.forms import EditForm, OpenForm, VersionForm, period_choices
from rounds.models import Reply, Round
from rounds.states import REPLY_STATES
from rounds.views import shown

COLUMNS = (
    ("title", "件名"), ("period", "対象の期間"), ("due", "回答の期限"), ("phase", "状態"),
    ("bar", "課の回答"), ("accepted", "受理"), ("silent", "未回答"),
)  # fmt: skip
# Buttons of the form that only change what it shows.
HELPERS = {"more", "pick", "drop"}
SORTS = {
    "title": ["title"], "period": ["period_end", "opens_on"], "due": ["due_on"],
}  # fmt: skip


@require_GET
@requires(Permission.READ)
def listed(request: Request) -> HttpResponse:
    today = timezone.localdate()
    rows = listing.build(
        request, Round.objects.with_counts(), columns=COLUMNS, sorts=SORTS, default="-period", per_page=20
    )
    for round_ in rows.page.object_list:
        counts = {key: getattr(round_, f"n_{key}") for key in REPLY_STATES}
        round_.bar = charts.progress(counts, width=260)
    own = request.user.department_ids(Role.LEAD, Role.MEMBER)
    context = {
        "listing": rows, "own": Reply.objects.of(own).pending(today).with_people().defer("frozen"),
        "legend": charts.legend(), "can_run": shown.runs(request),
    }  # fmt: skip
    return htmx.render(request, "rounds/list.html", context, regions={"rounds": "rounds/_list.html"})


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_ROUND)
def open_(request: Request) -> HttpResponse:
    helped = bool(HELPERS & request.POST.keys())
    form = OpenForm.retyped(request.POST) if helped else OpenForm(request.POST) if request.POST else _fresh(request)
    if form.is_bound and form.is_valid():
        try:
            round_ = services.open_round(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_refusal(error)
        else:
            messages.success(request, f"「{round_}」を{len(form.cleaned_data['departments'])}課に開きました。")
            return redirect("rounds:detail", round_.pk)
    return htmx.render(
        request, "rounds/open.html", {"form": form, "last": queries.last_round()},
        regions={"round-title": "rounds/_title.html", "questions": "rounds/_question_rows.html"},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _fresh(request: Request) -> OpenForm:
    """An empty form, one filled in from an earlier round (`?from=`), or one whose period was changed."""
    if source := request.GET.get("from", ""):
        return OpenForm.copied(get_object_or_404(Round, pk=number_of(source) or 0))
    return OpenForm(initial=_retitled(request))


def _retitled(request: Request) -> dict[str, Any]:
    """Initial values after another period was chosen: a title nobody wrote by hand follows the period."""
    try:
        period = fiscal.parse(request.GET["period"])
    except (KeyError, ValueError):
        return {}
    typed = request.GET.get("title", "").strip()
    offered = [key for _, rows in period_choices(timezone.localdate()) for key, _ in rows]
    follows = not typed or typed in {services.default_title(fiscal.parse(key)) for key in offered}
    return {"period": period.key, "title": services.default_title(period) if follows else typed}


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_ROUND)
def edit(request: Request, pk: int) -> HttpResponse:
    round_ = get_object_or_404(Round, pk=pk)
    form = EditForm(request.POST or None, round_=round_)
    status = 200
    if request.method == "POST":
        status = _saved(request, round_, form) if form.is_valid() else 422
    if status == 302:
        return redirect("rounds:detail", pk)
    return htmx.render(request, "rounds/edit.html", {"form": form, "round": round_}, status=status)


def _saved(request: Request, round_: Round, form: EditForm) -> int:
    try:
        services.update_round(round_=round_, by=request.user, **form.cleaned_data)
    except ValidationError as error:
        form.add_refusal(error)
        return 409 if isinstance(error, StaleError) else 422
    messages.success(request, "照会を変更しました。")
    return 302


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_ROUND)
def close(request: Request, pk: int) -> HttpResponse:
    round_ = get_object_or_404(Round, pk=pk)
    status = 200
    if request.method == "POST":
        if _acted(request, services.close_round, round_, "締め切りました。課はもう入力できません。"):
            return redirect("rounds:detail", pk)
        status = 409
    context = {"round": round_, "monitor": monitor.build(round_.replies.light().grouped(), lambda reply: "")}
    return htmx.render(request, "rounds/close.html", context, status=status)


@require_POST
@requires(Permission.RUN_ROUND)
def reopen(request: Request, pk: int) -> HttpResponse:
    round_ = get_object_or_404(Round, pk=pk)
    if _acted(request, services.reopen_round, round_, "締切を取り消しました。課がまた入力できます。"):
        return redirect("rounds:detail", pk)
    return shown.detail(request, pk, status=409)


def _acted(request: Request, act: Any, round_: Round, done: str) -> bool:
    form = VersionForm(request.POST)
    try:
        act(round_=round_, version=form.cleaned_data["version"] if form.is_valid() else 0, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    messages.success(request, done)
    return True


@require_GET
@requires(Permission.READ)
def detail(request: Request, pk: int) -> HttpResponse:
    return shown.detail(request, pk)
