"""管理者's pages: the dated tree of departments."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from accounts import services
from accounts.access import requires
from accounts.confirming import recently_confirmed
from accounts.forms import DepartmentForm
from accounts.models import Department
from accounts.queries_reorganisation import left_by
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
            if fresh.valid_to and "valid_to" in form.changed_data:
                _tell_left(request, fresh, fresh.valid_to)
            return redirect("accounts:departments")
    return _form_page(request, form, "所属の変更")


def _tell_left(request: Request, ended: Department, last: dt.date) -> None:
    """What stays behind where no reorganisation hands it over."""
    today = timezone.localdate()
    count = left_by(ended, max(today, last + dt.timedelta(days=1)))
    words = "この所属が持ったままのものが{}件あります。{}を確かめてください。"
    if last >= today:
        words = "廃止日を過ぎると、この所属が持ったままのもの{}件が{}になります。"
    if count:
        link = format_html('<a href="{}">担当のないもの</a>', reverse("accounts:orphans"))
        messages.warning(request, format_html(words, count, link))


def _form_page(request: Request, form: DepartmentForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": reverse("accounts:departments")}
    return htmx.render(request, "accounts/form.html", context, status=status_of(form))
