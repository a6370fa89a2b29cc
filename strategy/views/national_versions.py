"""Versions of the national plan as data: the list, one version with its items and targets, and the forms on them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import status_of
from lib.http import Request
from strategy import queries_national as queries
from strategy.forms.national import TargetForm
from strategy.forms.national_versions import ItemForm, VersionForm
from strategy.models import NationalPlan, NationalTarget, PriorityItem
from strategy.services import national_versions as services
from strategy.services.national import update_target
from strategy.views.common import attempt_aloud
from strategy.views.national_common import sent, stored

DIRECTIONS = ("up", "down")


@require_GET
@requires(Permission.READ)
def versions(request: Request) -> HttpResponse:
    context = {
        "versions": queries.versions(),
        "mappings": queries.mappings(),
        "today": timezone.localdate(),
        "may_edit": can(request.user, Permission.EDIT_NATIONAL),
    }
    return htmx.render(request, "strategy/national/versions.html", context)


@require_GET
@requires(Permission.READ)
def version(request: Request, pk: int) -> HttpResponse:
    """One version with every item and target."""
    plan = get_object_or_404(NationalPlan, pk=pk)
    items = list(plan.items.prefetch_related("targets", "registers"))
    for item in items:
        item.plan = plan
    context = {
        "plan": plan, "today": timezone.localdate(), "items": items, "groups": queries.by_category(items),
        "others": NationalPlan.objects.exclude(pk=pk).order_by("-published_on", "-pk"),
        "may_edit": can(request.user, Permission.EDIT_NATIONAL),
    }  # fmt: skip
    return htmx.render(request, "strategy/national/version.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def version_create(request: Request) -> HttpResponse:
    form = VersionForm(sent(request), initial={"name": _usual_name(), "verified": False})
    made: list[NationalPlan] = []
    if request.method == "POST" and stored(
        form, lambda version, **kw: made.append(services.create_version(by=request.user, **kw))
    ):
        messages.success(request, f"{made[0].label}を登録しました。続けて項目を追加してください。")
        return htmx.redirect(request, _version_url(made[0]))
    return _form(request, form, "国の計画の版の登録", reverse("national:versions"), "版の一覧")


def _usual_name() -> str:
    return NationalPlan.objects.order_by("-published_on", "-pk").values_list("name", flat=True).first() or ""


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def version_edit(request: Request, pk: int) -> HttpResponse:
    plan = get_object_or_404(NationalPlan, pk=pk)
    form = VersionForm(sent(request), instance=plan)
    if request.method == "POST" and stored(
        form, lambda **kw: services.update_version(plan=plan, by=request.user, **kw)
    ):
        messages.success(request, "版を保存しました。")
        return htmx.redirect(request, _version_url(plan))
    return _form(request, form, "版の編集", _version_url(plan), str(plan))


@require_POST
@requires(Permission.EDIT_NATIONAL)
def version_delete(request: Request, pk: int) -> HttpResponse:
    plan = get_object_or_404(NationalPlan, pk=pk)
    gone, _ = attempt_aloud(
        request, f"{plan.label}を削除しました。", services.delete_version, plan=plan, by=request.user
    )
    return htmx.redirect(request, reverse("national:versions") if gone else _version_url(plan))


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def item_create(request: Request, pk: int) -> HttpResponse:
    plan = get_object_or_404(NationalPlan, pk=pk)
    category = request.GET.get("category", "")
    category = category if category in queries.CATEGORIES else "priority"
    last = plan.items.filter(category=category).aggregate(last=Max("number"))["last"] or 0
    start = {"category": category, "number": last + 1, "verified": plan.verified}
    form = ItemForm(sent(request), initial=start, instance=PriorityItem(plan=plan))
    if request.method == "POST" and stored(
        form, lambda version, **kw: services.create_item(plan=plan, by=request.user, **kw)
    ):
        messages.success(request, "項目を追加しました。")
        return htmx.redirect(request, _version_url(plan))
    return _form(request, form, "国の項目の追加", _version_url(plan), str(plan))


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def item_edit(request: Request, key: str) -> HttpResponse:
    item = _item(key)
    form = ItemForm(sent(request), instance=item)
    if request.method == "POST" and stored(form, lambda **kw: services.update_item(item=item, by=request.user, **kw)):
        messages.success(request, "項目を保存しました。")
        return htmx.redirect(request, _item_url(item))
    return _form(request, form, "国の項目の編集", _version_url(item.plan), str(item.plan))


@require_POST
@requires(Permission.EDIT_NATIONAL)
def item_move(request: Request, key: str) -> HttpResponse:
    item = _item(key)
    attempt_aloud(
        request, f"「{item.name}」を動かしました。", services.move_item,
        item=item, direction=_direction(request), by=request.user,
    )  # fmt: skip
    return htmx.redirect(request, _item_url(item))


@require_POST
@requires(Permission.EDIT_NATIONAL)
def item_delete(request: Request, key: str) -> HttpResponse:
    item = _item(key)
    attempt_aloud(request, f"「{item.name}」を削除しました。", services.delete_item, item=item, by=request.user)
    return htmx.redirect(request, _version_url(item.plan))


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def target_create(request: Request, key: str) -> HttpResponse:
    item = _item(key)
    form = TargetForm(sent(request), initial={"verified": item.verified}, instance=NationalTarget(item=item))
    if request.method == "POST" and stored(
        form, lambda version, **kw: services.create_target(item=item, by=request.user, **kw)
    ):
        messages.success(request, "目標を追加しました。")
        return htmx.redirect(request, _item_url(item))
    return _target_form(request, form, item, "国の目標の追加")


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def target_edit(request: Request, pk: int) -> HttpResponse:
    target = _target(pk)
    form = TargetForm(sent(request), instance=target)
    if request.method == "POST" and stored(form, lambda **kw: update_target(target=target, by=request.user, **kw)):
        messages.success(request, "目標を保存しました。")
        return htmx.redirect(request, reverse("national:item", args=[target.item.key]))
    return _target_form(request, form, target.item, "国の目標の編集")


@require_POST
@requires(Permission.EDIT_NATIONAL)
def target_move(request: Request, pk: int) -> HttpResponse:
    target = _target(pk)
    attempt_aloud(
        request, "目標を動かしました。", services.move_target,
        target=target, direction=_direction(request), by=request.user,
    )  # fmt: skip
    return htmx.redirect(request, _item_url(target.item))


@require_POST
@requires(Permission.EDIT_NATIONAL)
def target_delete(request: Request, pk: int) -> HttpResponse:
    target = _target(pk)
    attempt_aloud(request, "目標を削除しました。", services.delete_target, target=target, by=request.user)
    return htmx.redirect(request, _item_url(target.item))


def _item(key: str) -> PriorityItem:
    return get_object_or_404(PriorityItem.objects.select_related("plan"), key=key)


def _target(pk: int) -> NationalTarget:
    return get_object_or_404(NationalTarget.objects.select_related("item__plan"), pk=pk)


def _direction(request: Request) -> str:
    direction = request.POST.get("direction", "")
    if direction not in DIRECTIONS:
        raise Http404
    return direction


def _version_url(plan: NationalPlan) -> str:
    return reverse("national:version", args=[plan.pk])


def _item_url(item: PriorityItem) -> str:
    """The item's place on the page of its version."""
    return f"{_version_url(item.plan)}#item-{item.key}"


def _form(request: Request, form: BaseForm, title: str, back: str, above: str) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "title": title, "back": back, "above": above}
    return htmx.render(request, "strategy/national/form.html", context, status=status_of(form))


def _target_form(request: Request, form: TargetForm, item: PriorityItem, title: str) -> HttpResponse:
    context = {"form": form, "item": item, "title": title}
    return htmx.render(request, "strategy/national/target_edit.html", context, status=status_of(form))
