"""Ending an action in favour of another."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import check, requires
from accounts.roles import Permission
from actions import services
from actions.forms.merging import MergeForm
from actions.models import Action
from actions.services.merging import handed_words
from lib.forms import status_of
from lib.http import Request


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def merge(request: Request, pk: int) -> HttpResponse:
    check(request.user, Permission.MERGE_ACTION)
    action = get_object_or_404(Action.objects.select_related("lead_department", "merged_into"), pk=pk)
    form = MergeForm(request.POST if request.method == "POST" else None, action=action)
    if request.method == "POST" and form.is_valid() and _merged(request, form, action):
        messages.success(request, f"取組を「{form.cleaned_data['into']}」に引き継ぎました。")
        return redirect("actions:detail", form.cleaned_data["into"].pk)
    context = {"form": form, "action": action, "handed": handed_words(action), "hurdles": action.hurdles.official()}
    return render(request, "actions/merge.html", context, status=status_of(form))


def _merged(request: Request, form: MergeForm, action: Action) -> bool:
    values = dict(form.cleaned_data)
    version = values.pop("version") or 0
    try:
        services.merge_action(action=action, version=version, by=request.user, **values)
    except ValidationError as error:
        form.add_refusal(error)
        return False
    return True
