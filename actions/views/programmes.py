"""Funding programmes: what there is, in which years, at what rate."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import can, requires
from accounts.roles import Permission
from actions.forms.budgets import ProgrammeForm
from actions.forms.reports import refuse
from actions.models import FundingProgramme
from actions.services import budgets as services
from lib import fiscal
from lib.http import Request


@require_GET
@requires(Permission.READ)
def index(request: Request) -> HttpResponse:
    context = {
        "programmes": FundingProgramme.objects.with_uses(), "year": fiscal.fiscal_year(timezone.localdate()),
        "may_edit": can(request.user, Permission.EDIT_FUNDING),
    }  # fmt: skip
    return render(request, "actions/money/programmes.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_FUNDING)
def create(request: Request) -> HttpResponse:
    form = ProgrammeForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        services.create_programme(by=request.user, **form.values)
    except ValidationError as error:
        return _page(request, form, status=refuse(form, error))
    messages.success(request, "財源の制度を登録しました。")
    return redirect("actions:programmes")


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_FUNDING)
def edit(request: Request, pk: int) -> HttpResponse:
    programme = get_object_or_404(FundingProgramme, pk=pk)
    title = programme.name
    form = ProgrammeForm(request.POST if request.method == "POST" else None, instance=programme)
    if request.method == "GET":
        return _page(request, form, title)
    if not form.is_valid():
        return _page(request, form, title, status=422)
    version = form.cleaned_data["version"] or 0
    try:
        fresh = FundingProgramme.objects.get(pk=pk)
        services.update_programme(programme=fresh, version=version, by=request.user, **form.values)
    except ValidationError as error:
        return _page(request, form, title, status=refuse(form, error))
    messages.success(request, "財源の制度を保存しました。")
    return redirect("actions:programmes")


def _page(request: Request, form: ProgrammeForm, title: str = "", status: int = 200) -> HttpResponse:
    return render(request, "actions/money/programme_edit.html", {"form": form, "title": title}, status=status)
