"""Sign-in, sign-out and one's own password."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import factors, limits, services
from accounts.confirming import confirm
from accounts.forms import PasswordForm, SignInForm
from accounts.middleware import too_many
from accounts.models import User

PENDING = "second_step"


def destination(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else resolve_url("dashboard:home")


def enter(request: HttpRequest, user: User) -> None:
    """Sign in, remember that the password was just typed, and write it into the ledger."""
    login(request, user, backend="accounts.backends.PortalBackend")
    confirm(request)
    services.record_sign_in(user=user)


def remember(request: HttpRequest, user: User) -> HttpResponse:
    """The password was right: keep who it was for five minutes, and ask for the code. Nobody is signed in yet."""
    request.session.cycle_key()
    request.session[PENDING] = {"user": user.pk, "at": int(time.time()), "next": destination(request)}
    return redirect("accounts:second_factor")


@sensitive_post_parameters("password")
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(destination(request))
    address = request.META.get("REMOTE_ADDR", "")
    if request.method == "POST" and not limits.hit("sign_in", address, settings.SIGN_INS_PER_MINUTE):
        return too_many(request)
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        if factors.factor_of(user):
            return remember(request, user)
        enter(request, user)
        return redirect(destination(request))
    expired = request.session.pop("expired", False)
    context = {"form": form, "next": request.GET.get("next", ""), "expired": expired, "oidc": settings.OIDC_ENABLED}
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        services.record_sign_out(user=request.user)
        logout(request)
        messages.success(request, "サインアウトしました。")
    return redirect("accounts:sign_in")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        messages.success(request, "パスワードを変更しました。")
        return redirect("dashboard:home")
    status = 422 if form.errors else 200
    return render(request, "accounts/password.html", {"form": form}, status=status)


def _changed(request: HttpRequest, form: PasswordForm) -> bool:
    try:
        services.set_password(user=request.user, password=form.cleaned_data["new"], by=request.user, must_change=False)
    except ValidationError as error:
        form.add_error("new", error)
        return False
    update_session_auth_hash(request, request.user)
    confirm(request)
    return True
