"""Checklists that the city answers for itself, and making one from the guidelines of a plan."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.http import Request
from strategy import charts
from strategy import queries_national as queries
from strategy.forms.national import CheckForm, LayerChoiceForm
from strategy.models import Checklist, ChecklistItem
from strategy.services import checklists as making
from strategy.services import national as services
from strategy.views.common import attempt_aloud
from strategy.views.national_common import form_page, sent, stored


@require_GET
@requires(Permission.READ)
def checklists(request: Request) -> HttpResponse:
    context = {
        "checklists": [(c, charts.checklist_meter(c)) for c in queries.checklist_views()],
        "form": LayerChoiceForm() if can(request.user, Permission.EDIT_NATIONAL) else None,
    }
    return htmx.render(request, "strategy/national/checklists.html", context)


@require_POST
@requires(Permission.EDIT_NATIONAL)
def checklist_create(request: Request) -> HttpResponse:
    """Make a checklist of the chosen layer."""
    form = LayerChoiceForm(sent(request))
    if not form.is_valid():
        context = {"checklists": [(c, charts.checklist_meter(c)) for c in queries.checklist_views()], "form": form}
        return htmx.render(request, "strategy/national/checklists.html", context, status=422)
    layer = form.cleaned_data["layer"]
    made, found = attempt_aloud(
        request, f"「{layer.name}」から点検表を作りました。", making.create_checklist_from_layer,
        layer=layer, by=request.user,
    )  # fmt: skip
    address = reverse("national:checklist", args=[found.key]) if made else reverse("national:checklists")
    return htmx.redirect(request, address)


@require_GET
@requires(Permission.READ)
def checklist(request: Request, key: str) -> HttpResponse:
    shown = get_object_or_404(Checklist.objects.prefetch_related("groups__items"), key=key)
    view = queries.checklist_view(shown)
    context = {
        "view": view, "checklist": shown, "meter": charts.checklist_meter(view),
        "may_edit": can(request.user, Permission.EDIT_NATIONAL),
        "others": Checklist.objects.exclude(pk=shown.pk),
    }  # fmt: skip
    return htmx.render(request, "strategy/national/checklist.html", context)


@require_GET
@requires(Permission.READ)
def check(request: Request, pk: int) -> HttpResponse:
    """One check, which the form's 「やめる」 puts back."""
    row = get_object_or_404(ChecklistItem.objects.select_related("group__checklist"), pk=pk)
    if not htmx.wants_fragment(request):
        return htmx.redirect(request, _check_url(row))
    return _check_row(request, row)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def check_edit(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(ChecklistItem.objects.select_related("group__checklist"), pk=pk)
    form = CheckForm(sent(request), instance=row)
    if request.method == "POST" and stored(form, lambda **kw: services.update_check(check=row, by=request.user, **kw)):
        messages.success(request, f"「{row.text}」を保存しました。")
        if not htmx.wants_fragment(request):
            return htmx.redirect(request, _check_url(row))
        return _check_row(request, row, saved=True)
    context = {"form": form, "check": row, "checklist": row.group.checklist, "back": _check_url(row)}
    return form_page(request, form, context, f"check-{row.pk}", "check")


def _check_row(request: Request, row: ChecklistItem, *, saved: bool = False) -> HttpResponse:
    shown = Checklist.objects.prefetch_related("groups__items").get(pk=row.group.checklist_id)
    view = queries.checklist_view(shown)
    context = {
        "view": view, "meter": charts.checklist_meter(view), "check": row, "swapped": True, "saved": saved,
        "may_edit": can(request.user, Permission.EDIT_NATIONAL),
    }  # fmt: skip
    return htmx.render(request, "strategy/national/_check_row.html", context, regions={})


def _check_url(row: ChecklistItem) -> str:
    return f"{reverse('national:checklist', args=[row.group.checklist.key])}#check-{row.pk}"
