"""管理者's pages: users, their passwords and their memberships."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import factors, services
from accounts.access import requires
from accounts.confirming import recently_confirmed
from accounts.filters import UserFilter
from accounts.forms import ExtendForm, MembershipForm, NewUserForm, ResetForm, UserForm
from accounts.models import Membership, User
from accounts.roles import Permission
from lib import fiscal, htmx, listing
from lib.forms import PortalForm, status_of
from lib.http import Request, number_of
from lib.reads import mark

COLUMNS = (
    ("login", "職員番号"),
    ("name", "表示名"),
    ("roles", "役割（きょう有効なもの）"),
    ("state", "利用"),
    ("last", "最後のサインイン"),
)
SORTS = {"login": ["login_id"], "name": ["display_name"], "last": [listing.blanks_last("last_login")]}


@require_GET
@requires(Permission.MANAGE_ACCOUNTS)
def users(request: Request) -> HttpResponse:
    mark(request, "users", "利用者の一覧")
    current = Membership.objects.current().select_related("department")
    rows = User.objects.prefetch_related(Prefetch("memberships", queryset=current, to_attr="held"))
    found = UserFilter(request.GET, queryset=rows)
    page = listing.build(request, found.qs, columns=COLUMNS, sorts=SORTS, default="login")
    context = {"filter": found, "listing": page, "locked": factors.locked(page.page)}
    return htmx.render(request, "accounts/users.html", context, regions={"users": "accounts/_users.html"})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def user_create(request: Request) -> HttpResponse:
    form = NewUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _try(form, lambda: services.create_user(by=request.user, **form.cleaned_data))
        if user:
            messages.success(request, f"{user}を登録しました。続けて役割を付けてください。")
            return redirect("accounts:user", user.pk)
    context = {"form": form, "title": "利用者の登録", "back": reverse("accounts:users")}
    return htmx.render(request, "accounts/form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def user(request: Request, pk: int) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    mark(request, "users", shown.ledger_label)
    form = UserForm(request.POST or None, instance=shown, initial={"version": shown.version})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version") or 0
        fresh = User.objects.get(pk=pk)
        if _try(form, lambda: services.update_user(user=fresh, version=version, by=request.user, **values)):
            messages.success(request, "保存しました。")
            return redirect("accounts:user", pk)
    held = shown.memberships.select_related("department").order_by("-valid_until", "role", "pk")
    context = {
        "form": form, "shown": shown, "held": held, "today": timezone.localdate(),
        "locked": factors.is_locked(shown), "factor": factors.factor_of(shown),
    }  # fmt: skip
    return htmx.render(request, "accounts/user.html", context, status=status_of(form))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def password_reset(request: Request, pk: int) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        word = form.cleaned_data["password"]

        def act() -> bool:
            services.set_password(user=shown, password=word, by=request.user, must_change=True)
            return True

        if _try(form, act, field="password"):
            messages.success(request, "仮のパスワードを設定しました。本人に伝えてください。")
            return redirect("accounts:user", pk)
    context = {"form": form, "title": f"{shown}の仮パスワード", "back": reverse("accounts:user", args=[pk])}
    return htmx.render(request, "accounts/form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def membership_create(request: Request, pk: int) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    blank = Membership(user=shown)
    form = MembershipForm(request.POST or None, instance=blank, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        values = {k: v for k, v in form.cleaned_data.items() if k != "version"}
        if _try(form, lambda: services.grant_membership(user=shown, by=request.user, **values)):
            messages.success(request, "役割を付けました。")
            return redirect("accounts:user", pk)
    context = {"form": form, "title": f"{shown}に役割を付ける", "back": reverse("accounts:user", args=[pk])}
    return htmx.render(request, "accounts/form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def membership(request: Request, pk: int) -> HttpResponse:
    held = get_object_or_404(Membership.objects.select_related("user"), pk=pk)
    form = MembershipForm(request.POST or None, instance=held, initial={"version": held.version})
    back = reverse("accounts:user", args=[held.user_id])
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version") or 0
        fresh = Membership.objects.get(pk=pk)
        act = {"membership": fresh, "version": version, "by": request.user}
        if _try(form, lambda: services.update_membership(**act, **values)):
            messages.success(request, "役割を保存しました。")
            return redirect(back)
    context = {"form": form, "title": f"{held.user}の役割", "back": back}
    return htmx.render(request, "accounts/form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def extend(request: Request) -> HttpResponse:
    """Bulk extension: roles end with the fiscal year unless the administrator extends them."""
    today = timezone.localdate()
    end = fiscal.fiscal_year_end(today)
    ending = Membership.objects.ending_by(end).select_related("user", "department").order_by("user", "pk")
    start = {"until": fiscal.fiscal_year_end(end.replace(year=end.year + 1))}
    form = ExtendForm(request.POST or None, ending=ending, initial=start)
    if request.method == "POST" and form.is_valid():
        chosen, until = list(form.cleaned_data["memberships"]), form.cleaned_data["until"]
        count = _try(form, lambda: services.extend_memberships(memberships=chosen, until=until, by=request.user))
        if count:
            messages.success(request, f"{count}件の役割を延長しました。")
            return redirect("accounts:users")
    ticked = {m.pk for m in ending} & set(map(number_of, request.POST.getlist("memberships")))
    context = {"form": form, "ending": ending, "end": end, "ticked": ticked, "posted": request.method == "POST"}
    return htmx.render(request, "accounts/extend.html", context, status=status_of(form))


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def unlock(request: Request, pk: int) -> HttpResponse:
    return _done(request, pk, factors.unlock, "サインインできるようにしました。")


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def factor_reset(request: Request, pk: int) -> HttpResponse:
    return _done(request, pk, factors.unenrol, "二要素を解除しました。本人に登録し直してもらってください。")


def _done(request: Request, pk: int, act: Any, words: str) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    try:
        act(user=shown, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, words)
    return redirect("accounts:user", pk)


def _try(form: PortalForm, act: Any, *, field: str | None = None) -> Any:
    """Run a service; a refusal goes onto the form and the answer is None."""
    try:
        return act()
    except ValidationError as error:
        if field:
            form.add_error(field, error)
        else:
            form.add_refusal(error)
        return None
