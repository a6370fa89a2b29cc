"""Layers of a draft: names, numbering, order."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.roles import Permission
from lib import htmx
from lib.http import Request
from strategy import services
from strategy.forms.plans import LayerForm, NewLayerForm
from strategy.models import Edition
from strategy.views.common import (
    attempt,
    attempt_aloud,
    closed,
    find_edition,
    find_layer,
    form_status,
    posted,
)

GET_OR_POST = ("GET", "HEAD", "POST")


def _url(edition: Edition) -> str:
    return reverse("strategy:layers", args=[edition.pk])


@require_GET
@requires(Permission.EDIT_STRATEGY)
def layers(request: Request, pk: int) -> HttpResponse:
    edition = find_edition(request, pk)
    if refusal := closed(request, edition):
        return refusal
    rows = edition.layers.select_related("parent").annotate(count=Count("elements")).order_by("order", "pk")
    return htmx.render(request, "strategy/layers.html", {"edition": edition, "layers": rows})


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def layer_create(request: Request, pk: int) -> HttpResponse:
    edition = find_edition(request, pk)
    if refusal := closed(request, edition):
        return refusal
    form = NewLayerForm(posted(request), edition=edition)
    ok, _ = attempt(form, services.create_layer, edition=edition, by=request.user)
    if ok:
        messages.success(request, "階層を追加しました。")
        return redirect(_url(edition))
    context = {"form": form, "title": "階層を追加", "action": "追加", "back": _url(edition), "edition": edition}
    return htmx.render(request, "strategy/form.html", context, status=form_status(form))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def layer_edit(request: Request, pk: int) -> HttpResponse:
    layer = find_layer(request, pk)
    if refusal := closed(request, layer.edition):
        return refusal
    form = LayerForm(posted(request), layer=layer)
    ok, _ = attempt(form, services.update_layer, layer=layer, by=request.user)
    if ok:
        messages.success(request, f"階層「{layer.name}」を保存しました。")
        return redirect(_url(layer.edition))
    context = {"form": form, "title": "階層の編集", "action": "保存", "back": _url(layer.edition)}
    return htmx.render(request, "strategy/form.html", context | {"edition": layer.edition}, status=form_status(form))


@require_POST
@requires(Permission.EDIT_STRATEGY)
def layer_move(request: Request, pk: int) -> HttpResponse:
    layer = find_layer(request, pk)
    if refusal := closed(request, layer.edition):
        return refusal
    direction = request.POST.get("direction", "")
    if direction not in ("up", "down"):
        raise Http404
    done = f"階層「{layer.name}」を動かしました。"
    attempt_aloud(request, done, services.move_layer, layer=layer, direction=direction, by=request.user)
    return redirect(_url(layer.edition))


@require_POST
@requires(Permission.EDIT_STRATEGY)
def layer_delete(request: Request, pk: int) -> HttpResponse:
    layer = find_layer(request, pk)
    if refusal := closed(request, layer.edition):
        return refusal
    done = f"階層「{layer.name}」を削除しました。"
    attempt_aloud(request, done, services.delete_layer, layer=layer, by=request.user)
    return redirect(_url(layer.edition))


@require_POST
@requires(Permission.EDIT_STRATEGY)
def layer_renumber(request: Request, pk: int) -> HttpResponse:
    layer = find_layer(request, pk)
    if refusal := closed(request, layer.edition):
        return refusal
    done = f"「{layer.name}」の番号を順に付け直しました。"
    attempt_aloud(request, done, services.renumber_layer, layer=layer, by=request.user)
    return redirect(_url(layer.edition))
