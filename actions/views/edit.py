"""Creating, editing, archiving and restoring an action."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import check, requires
from accounts.roles import Permission
from actions import services
from actions.forms.plans import PlanForms
from actions.forms.reports import refuse
from actions.models import Action
from actions.prefill import asked_axis, closes_gap, prefilled
from actions.services.proposals import create_action_from
from actions.views.proposals import asked_proposal
from lib.http import Request


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def create(request: Request) -> HttpResponse:
    check(request.user, Permission.EDIT_ACTION)
    proposal = asked_proposal(request)
    forms = PlanForms(_sent(request), user=request.user, initial=prefilled(request.GET, proposal))
    if request.method == "GET":
        return _page(request, forms)
    if not forms.is_valid():
        return _page(request, forms, status=422)
    try:
        if proposal:
            action = create_action_from(proposal=proposal, by=request.user, **forms.values())
        else:
            action = services.create_action(by=request.user, **forms.values())
    except ValidationError as error:
        return _page(request, forms, status=refuse(forms.main, error))
    messages.success(request, f"取組「{action}」を登録しました。")
    axis = asked_axis(request.GET)
    if axis and closes_gap(action, axis):
        # Begun from a gap in maturity: back to where it now stands among the actions that close it.
        return redirect("maturity:gap", action.lead_department_id, axis.pk)
    return redirect("actions:detail", action.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def edit(request: Request, pk: int) -> HttpResponse:
    action = _action(request, pk)
    title = str(action)
    forms = PlanForms(_sent(request), user=request.user, action=action)
    if request.method == "GET":
        return _page(request, forms, title=title)
    if not forms.is_valid():
        return _page(request, forms, title=title, status=422)
    version = forms.main.cleaned_data["version"] or 0
    try:
        services.update_action(action=action, version=version, by=request.user, **forms.values())
    except ValidationError as error:
        return _refused(request, forms, error, title)
    messages.success(request, "取組を保存しました。")
    return redirect("actions:detail", pk)


@require_POST
@requires(Permission.READ)
def archive(request: Request, pk: int) -> HttpResponse:
    action = _action(request, pk)
    return _moved(request, action, services.archive_action, "取組を保管しました。この画面から元に戻せます。")


@require_POST
@requires(Permission.READ)
def restore(request: Request, pk: int) -> HttpResponse:
    action = _action(request, pk)
    return _moved(request, action, services.restore_action, "取組を元に戻しました。")


def _sent(request: Request) -> QueryDict | None:
    """What was sent, even if it is nothing at all; None for a page just opened."""
    return request.POST if request.method == "POST" else None


def _action(request: Request, pk: int) -> Action:
    action = get_object_or_404(Action.objects.select_related("lead_department", "plan"), pk=pk)
    check(request.user, Permission.EDIT_ACTION, action)
    return action


def _moved(request: Request, action: Action, act: Any, done: str) -> HttpResponse:
    try:
        act(action=action, by=request.user)
        messages.success(request, done)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("actions:detail", action.pk)


def _refused(request: Request, forms: PlanForms, error: ValidationError, title: str) -> HttpResponse:
    status = refuse(forms.main, error)
    current = getattr(error, "current", None)
    if current is not None:
        forms.show_stored_lists(current)
    return _page(request, forms, title=title, status=status)


def _page(request: Request, forms: PlanForms, *, title: str = "", status: int = 200) -> HttpResponse:
    context = {"forms": forms, "form": forms.main, "action": forms.main.instance, "title": title}
    return render(request, "actions/edit.html", context, status=status)
