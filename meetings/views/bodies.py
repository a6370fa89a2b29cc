"""Pages of the meeting bodies."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import status_of
from lib.http import Request
from meetings import queries, services
from meetings.forms.bodies import BodyForm
from meetings.models import Body
from meetings.views.common import submitted


@require_GET
@requires(Permission.READ)
def bodies(request: Request) -> HttpResponse:
    context = {
        "bodies": queries.bodies(timezone.localdate()), "may_edit": can(request.user, Permission.RUN_MEETING),
    }  # fmt: skip
    return htmx.render(request, "meetings/bodies.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def body_create(request: Request) -> HttpResponse:
    form = BodyForm(request.POST if request.method == "POST" else None, instance=Body())
    if submitted(request, form, lambda: services.create_body(by=request.user, **form.values)):
        messages.success(request, f"「{form.cleaned_data['name']}」を登録しました。")
        return htmx.redirect(request, reverse("meetings:bodies"))
    return htmx.render(request, "meetings/body_edit.html", {"form": form, "is_new": True}, status=status_of(form))


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def body_edit(request: Request, pk: int) -> HttpResponse:
    body = get_object_or_404(Body, pk=pk)
    form = BodyForm(request.POST if request.method == "POST" else None, instance=body)
    if submitted(request, form, lambda: _update(request, form, body)):
        messages.success(request, f"「{body.name}」を保存しました。")
        return htmx.redirect(request, reverse("meetings:bodies"))
    return htmx.render(request, "meetings/body_edit.html", {"form": form}, status=status_of(form))


def _update(request: Request, form: BodyForm, body: Body) -> None:
    services.update_body(body=body, version=form.cleaned_data["version"], by=request.user, **form.values)
