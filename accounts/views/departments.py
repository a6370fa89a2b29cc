"""管理者's pages: the dated tree of departments."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import services
from accounts.access import requires
from accounts.confirming import recently_confirmed
from accounts.forms import DepartmentForm
from accounts.models import Department
from accounts.roles import Permission
from lib import htmx
from lib.forms import status_of
from lib.http import Request


@require_GET
@requires(Permission.MANAGE_ACCOUNTS)
def departments(request: Request) -> HttpResponse:
    rows = Department.objects.select_related("parent").order_by("order", "code", "pk")
    rows = rows.prefetch_related("followed_by__new", "follows__old")
    everything = request.GET.get("all") == "1"
    shown = rows if everything else rows.current()
    context = {"departments": shown, "everything": everything, "today": timezone.localdate()}
    return htmx.render(request, "accounts/departments.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def department_create(request: Request) -> HttpResponse:
    form = DepartmentForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        values = {k: v for k, v in form.cleaned_data.items() if k != "version"}
        try:
            services.create_department(by=request.user, **values)
        except ValidationError as error:
            form.add_refusal(error)
        else:
            messages.success(request, "所属を登録しました。")
            return redirect("accounts:departments")
    return _form_page(request, form, "所属の登録")


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def department(request: Request, pk: int) -> HttpResponse:
    shown = get_object_or_404(Department, pk=pk)
    form = DepartmentForm(request.POST or None, instance=shown, initial={"version": shown.version})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version") or 0
        fresh = Department.objects.get(pk=pk)
        try:
            services.update_department(department=fresh, version=version, by=request.user, **values)
        except ValidationError as error:
            form.add_refusal(error)
        else:
            messages.success(request, "所属を保存しました。")
            return redirect("accounts:departments")
    return _form_page(request, form, "所属の変更")


def _form_page(request: Request, form: DepartmentForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": reverse("accounts:departments")}
    return htmx.render(request, "accounts/form.html", context, status=status_of(form))
