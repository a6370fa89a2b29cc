"""One milestone, edited in its place on the page of its action."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import check, requires
from accounts.roles import Permission
from actions import services
from actions.forms.plans import StoneForm
from actions.models import Milestone
from actions.queries_detail import stone_of
from lib import htmx
from lib.forms import status_of
from lib.http import Request


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def milestone(request: Request, pk: int, stone: int) -> HttpResponse:
    found = get_object_or_404(Milestone.objects.select_related("action__lead_department"), pk=stone)
    if found.action_id != pk:
        raise Http404
    check(request.user, Permission.EDIT_ACTION, found.action)
    if request.method == "GET":
        return _form(request, StoneForm(milestone=found))
    form = StoneForm(request.POST, milestone=found)
    if not form.is_valid() or not _saved(request, form):
        return _form(request, form)
    if htmx.wants_fragment(request):
        stone = stone_of(found)
        context = {"stone": stone, "action": found.action, "today": timezone.localdate(), "may_edit": True}
        regions = {stone.anchor: "actions/_stone.html"}
        return htmx.render(request, "actions/milestone.html", context | {"saved": True}, regions=regions)
    messages.success(request, f"節目「{found.title}」を保存しました。")
    return redirect(reverse("actions:detail", args=[pk]) + f"#{stone_of(found).anchor}")


def _saved(request: Request, form: StoneForm) -> bool:
    values = dict(form.cleaned_data)
    version = values.pop("version") or 0
    try:
        services.update_milestone(milestone=form.milestone, version=version, by=request.user, **values)
    except ValidationError as error:
        form.milestone.refresh_from_db()
        form.add_refusal(error)
        return False
    return True


def _form(request: Request, form: StoneForm) -> HttpResponse:
    stone = stone_of(form.milestone)
    context = {"form": form, "stone": stone, "action": form.milestone.action}
    regions = {stone.anchor: "actions/_stone_form.html"}
    return htmx.render(request, "actions/milestone.html", context, regions=regions, status=status_of(form))
