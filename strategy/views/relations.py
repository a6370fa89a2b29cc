"""Relations of a plan to other plans: the list, and its editing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.http import Request
from strategy import queries, services
from strategy.forms.reading import NewRelationForm, RelationForm, SeenForm
from strategy.models import Edition, Plan, PlanRelation
from strategy.queries_reading import relations_of
from strategy.views.common import attempt, attempt_aloud, form_status, plan_url, posted, reads_drafts

GET_OR_POST = ("GET", "HEAD", "POST")


@require_GET
@requires(Permission.READ)
def relations(request: Request, pk: int) -> HttpResponse:
    """The other plans of plan `pk`; a plan whose editions are all hidden from the reader is not there."""
    plan = get_object_or_404(Plan, pk=pk)
    shown = list(Edition.objects.visible(drafts=reads_drafts(request)).filter(plan=plan).order_by("-order", "-pk"))
    if not shown:
        raise Http404
    context = {
        "plan": plan, "relations": relations_of(plan), "back": plan_url(queries.front(shown)),
        "can_edit": can(request.user, Permission.EDIT_STRATEGY),
    }  # fmt: skip
    return htmx.render(request, "strategy/reading/relations.html", context)


def _list(row: PlanRelation) -> str:
    return reverse("strategy:relations", args=[row.plan_id])


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def relation_create(request: Request, pk: int) -> HttpResponse:
    """Add a relation to plan `pk`."""
    plan = get_object_or_404(Plan, pk=pk)
    form = NewRelationForm(posted(request), plan=plan)
    ok, row = attempt(form, services.create_relation, plan=plan, by=request.user)
    if ok:
        messages.success(request, f"「{row.title}」との関係を追加しました。")
        return redirect(_list(row))
    back = reverse("strategy:relations", args=[plan.pk])
    context = {"form": form, "title": "関係を追加", "action": "追加", "back": back}
    return htmx.render(request, "strategy/reading/form.html", context, status=form_status(form))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def relation_edit(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(PlanRelation.objects.select_related("plan", "other"), pk=pk)
    form = RelationForm(posted(request), row=row)
    ok, _ = attempt(form, services.update_relation, row=row, by=request.user)
    if ok:
        messages.success(request, f"「{row.title}」との関係を保存しました。")
        return redirect(_list(row))
    remove = reverse("strategy:relation_delete", args=[row.pk])
    context = {"form": form, "title": "関係の編集", "action": "保存", "back": _list(row), "remove": remove}
    return htmx.render(request, "strategy/reading/form.html", context, status=form_status(form))


@require_POST
@requires(Permission.EDIT_STRATEGY)
def relation_move(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(PlanRelation.objects.select_related("plan", "other"), pk=pk)
    direction = request.POST.get("direction", "")
    if direction not in ("up", "down"):
        raise Http404
    done = f"「{row.title}」を動かしました。"
    attempt_aloud(request, done, services.move_relation, row=row, direction=direction, by=request.user)
    return redirect(_list(row))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def relation_delete(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(PlanRelation.objects.select_related("plan", "other"), pk=pk)
    form = SeenForm(posted(request), row=row)
    ok, _ = attempt(form, services.delete_relation, row=row, by=request.user)
    if ok:
        messages.success(request, f"「{row.title}」との関係を削除しました。")
        return redirect(_list(row))
    told = [("計画", str(row.plan)), ("関係", row.get_kind_display()), ("ほかの計画", row.title)]
    context = {"form": form, "title": "関係を削除しますか", "told": told, "back": _list(row)}
    return htmx.render(request, "strategy/reading/delete.html", context, status=form_status(form))
