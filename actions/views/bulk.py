"""Changing many actions on one page: choose in the list, say what changes, look at every change, carry it out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import check, requires
from accounts.roles import Permission
from actions import services
from actions.forms.bulk import BulkForm, seal, unseal
from actions.models import Action
from actions.services.bulk import MOST, StaleRows, preview
from lib.forms import status_of
from lib.http import Request, number_of

TOO_OLD = "確認の画面を開いてから時間がたちました。もう一度、一覧から選んでください。"


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def bulk(request: Request) -> HttpResponse:
    check(request.user, Permission.EDIT_ACTION)
    if request.method == "POST" and "sealed" in request.POST:
        return _carry_out(request)
    sent = request.POST if request.method == "POST" else request.GET
    actions = _chosen(request, sent.getlist("pick"))
    if not 0 < len(actions) <= MOST:
        messages.error(request, f"取組を1件から{MOST}件まで選んでください。")
        return redirect("actions:list")
    form = BulkForm(request.POST if request.method == "POST" else None, user=request.user, actions=actions)
    if request.method == "POST" and form.is_valid():
        return _preview(request, form, actions)
    return _ask(request, form, actions)


def _chosen(request: Request, picks: list[str]) -> list[Action]:
    """The actions in force that were ticked; 403 where one is not the reader's to edit."""
    keys = {n for p in picks if (n := number_of(p))}
    rows = Action.objects.live().select_related("lead_department").prefetch_related("items", "elements")
    actions = list(rows.filter(pk__in=keys).order_by("code", "pk"))
    for action in actions:
        check(request.user, Permission.EDIT_ACTION, action)
    return actions


def _ask(request: Request, form: BulkForm, actions: list[Action], **more: Any) -> HttpResponse:
    context = {"form": form, "actions": actions} | more
    return render(request, "actions/bulk.html", context, status=more.get("status") or status_of(form))


def _preview(request: Request, form: BulkForm, actions: list[Action]) -> HttpResponse:
    lines = preview(actions, form.change())
    changed = [line for line in lines if line.pairs]
    context = {
        "form": form, "lines": lines, "changed": len(changed), "sealed": seal(form, actions),
        "same": len(lines) - len(changed),
    }  # fmt: skip
    return render(request, "actions/bulk_preview.html", context)


def _carry_out(request: Request) -> HttpResponse:
    sealed = unseal(request.POST["sealed"])
    if sealed is None:
        messages.error(request, TOO_OLD)
        return redirect("actions:list")
    actions = _chosen(request, list(sealed["rows"]))
    form = BulkForm(sealed["spec"], user=request.user, actions=actions)
    if not form.is_valid():
        return _ask(request, form, actions)
    rows = {int(pk): row for pk, row in sealed["rows"].items()}
    try:
        count = services.change_actions(
            versions={pk: version for pk, (version, _) in rows.items()},
            seen_values={pk: values for pk, (_, values) in rows.items()}, change=form.change(), by=request.user,
        )  # fmt: skip
    except StaleRows as error:
        return _ask(request, form, actions, status=409, stale=_differences(error), refusal=error.messages[0])
    except ValidationError as error:
        form.add_error(None, error)
        return _ask(request, form, actions)
    messages.success(request, f"{count}件の取組を変えました。")
    return redirect("actions:list")


def _differences(error: StaleRows) -> list[tuple[Action, list[tuple[str, str, str]]]]:
    """Stale actions with what was seen and what is stored, where it differs."""
    return [
        (action, [(label, seen[label], now[label]) for label in now if seen.get(label) != now[label]])
        for action, seen, now in error.rows
    ]
