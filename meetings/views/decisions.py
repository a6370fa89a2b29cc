"""Decisions: the list, one decision with its reports, and the actions that follow from it."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, check, requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import status_of
from lib.http import Request
from meetings import services
from meetings.filters import DecisionFilter
from meetings.forms.decisions import DecisionForm, LinkActionForm, OpenActionForm, ReportForm, StepForm
from meetings.models import Decision, DecisionAction, Meeting
from meetings.views.common import done, stored, submitted
from strategy.models import Plan


def _url(pk: int) -> str:
    return reverse("meetings:decision", args=[pk])


def _decision(pk: int) -> Decision:
    return get_object_or_404(Decision.objects.for_lists().select_related("agenda_item"), pk=pk)


@require_GET
@requires(Permission.READ)
def listing(request: Request) -> HttpResponse:
    found = DecisionFilter(request.GET, queryset=Decision.objects.for_lists(), request=request)
    rows = found.qs.unfinished_first().prefetch_related("links__action")
    context = {"filter": found, "rows": rows, "today": timezone.localdate()}
    return htmx.render(
        request, "meetings/decisions.html", context, regions={"decisions": "meetings/_decision_list.html"}
    )


@require_GET
@requires(Permission.READ)
def detail(request: Request, pk: int) -> HttpResponse:
    decision = _decision(pk)
    return _page(request, decision, ReportForm(initial={"version": decision.version}))


def _page(request: Request, decision: Decision, form: ReportForm) -> HttpResponse:
    context = {
        "decision": decision, "reports": decision.reports.all(), "today": timezone.localdate(),
        "links": decision.links.select_related("action__lead_department"),
        "may_run": can(request.user, Permission.RUN_MEETING),
        "may_report": can(request.user, Permission.REPORT_DECISION, decision),
        "may_open": _may_change_actions(request, decision), "form": form,
    }  # fmt: skip
    return htmx.render(request, "meetings/decision.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def create(request: Request, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting, pk=pk)
    asked = {"agenda_item": request.GET.get("item")}
    form = DecisionForm(request.POST if request.method == "POST" else None, meeting=meeting, initial=asked)
    act = partial(services.add_decision, meeting=meeting, by=request.user)
    if submitted(request, form, lambda: act(**form.values)):
        messages.success(request, "決定事項を登録しました。")
        return htmx.redirect(request, reverse("meetings:detail", args=[pk]) + "#decisions")
    context = {"form": form, "meeting": meeting, "heading": "決定事項の登録"}
    return htmx.render(request, "meetings/decision_form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def edit(request: Request, pk: int) -> HttpResponse:
    decision = _decision(pk)
    data = request.POST if request.method == "POST" else None
    form = DecisionForm(data, instance=decision, meeting=decision.meeting)
    if submitted(request, form, lambda: _update(request, form, decision)):
        messages.success(request, "決定事項を保存しました。")
        return htmx.redirect(request, _url(pk))
    context = {"form": form, "meeting": decision.meeting, "decision": decision, "heading": "決定事項の編集"}
    return htmx.render(request, "meetings/decision_form.html", context, status=status_of(form))


def _update(request: Request, form: DecisionForm, decision: Decision) -> None:
    version = form.cleaned_data["version"] or 0
    services.update_decision(decision=decision, version=version, by=request.user, **form.values)


@require_POST
@requires(Permission.READ)
def report(request: Request, pk: int) -> HttpResponse:
    """The department tells what it has done; a refusal shows the page again with what was typed."""
    decision = _decision(pk)
    check(request.user, Permission.REPORT_DECISION, decision)
    form = ReportForm(request.POST)
    act = partial(services.report_decision, decision=decision, by=request.user)
    if submitted(request, form, lambda: act(**form.cleaned_data)):
        messages.success(request, "報告しました。事務局が確かめます。")
        return htmx.redirect(request, _url(pk))
    return _page(request, decision, form)


def _version(request: Request) -> int:
    form = StepForm(request.POST)
    return form.cleaned_data["version"] if form.is_valid() else 0


@require_POST
@requires(Permission.RUN_MEETING)
def finish(request: Request, pk: int) -> HttpResponse:
    decision = _decision(pk)
    act = partial(services.finish_decision, decision=decision, version=_version(request), by=request.user)
    return done(request, act, "完了にしました。", _url(pk))


@require_POST
@requires(Permission.RUN_MEETING)
def reopen(request: Request, pk: int) -> HttpResponse:
    decision = _decision(pk)
    act = partial(services.reopen_decision, decision=decision, version=_version(request), by=request.user)
    return done(request, act, "再開しました。", _url(pk))


# ---- actions


def _may_change_actions(request: Request, decision: Decision) -> bool:
    """事務局 for all; a department's lead for decisions that it answers for."""
    if can(request.user, Permission.RUN_MEETING):
        return True
    return bool(decision.department_id) and can(request.user, Permission.EDIT_ACTION, decision)


def _check_actions(request: Request, decision: Decision) -> None:
    if not _may_change_actions(request, decision):
        raise PermissionDenied


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def action_open(request: Request, pk: int) -> HttpResponse:
    """Start an action from the decision."""
    decision = _decision(pk)
    _check_actions(request, decision)
    form = OpenActionForm(request.POST if request.method == "POST" else None, decision=decision, by=request.user)
    if request.method == "POST" and form.is_valid() and _opened(request, decision, form):
        messages.success(request, f"取組「{form.cleaned_data['title']}」を始めました。")
        return htmx.redirect(request, _url(pk))
    context = {"form": form, "decision": decision, "heading": "決定事項から取組を始める"}
    return htmx.render(request, "meetings/decision_action.html", context, status=status_of(form))


def _opened(request: Request, decision: Decision, form: OpenActionForm) -> bool:
    check(request.user, Permission.EDIT_ACTION, form.cleaned_data["lead_department"])
    plan = Plan.objects.filter(is_main=True).first()
    values = form.cleaned_data | {"plan": plan}
    return stored(form, lambda: services.open_action(decision=decision, by=request.user, **values))


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def action_link(request: Request, pk: int) -> HttpResponse:
    """Name an action that exists, or move its end because of the decision."""
    decision = _decision(pk)
    _check_actions(request, decision)
    form = LinkActionForm(request.POST if request.method == "POST" else None, decision=decision, by=request.user)
    if request.method == "POST" and form.is_valid() and _linked(request, decision, form):
        messages.success(request, f"取組「{form.cleaned_data['action']}」と結び付けました。")
        return htmx.redirect(request, _url(pk))
    context = {"form": form, "decision": decision, "heading": "決定事項を取組に結び付ける"}
    return htmx.render(request, "meetings/decision_action.html", context, status=status_of(form))


def _linked(request: Request, decision: Decision, form: LinkActionForm) -> bool:
    action, ends_on = form.cleaned_data["action"], form.cleaned_data["ends_on"]
    check(request.user, Permission.EDIT_ACTION, action)
    if ends_on is None or ends_on == action.ends_on:
        return stored(form, lambda: services.link_action(decision=decision, action=action, by=request.user))
    act = partial(
        services.change_action, decision=decision, action=action, version=action.version, by=request.user,
        ends_on=ends_on, date_reason=form.cleaned_data["date_reason"],
    )  # fmt: skip
    return stored(form, act)


@require_POST
@requires(Permission.RUN_MEETING)
def action_unlink(request: Request, pk: int) -> HttpResponse:
    link = get_object_or_404(DecisionAction.objects.select_related("decision", "action"), pk=pk)
    word = f"取組「{link.action}」との結び付きを外しました。"
    return done(request, lambda: services.unlink_action(link=link, by=request.user), word, _url(link.decision_id))
