"""One's own second factor, the second step of signing in, and the password asked for again."""

from __future__ import annotations

import time
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import factors, totp
from accounts.confirming import confirm as confirm_session
from accounts.confirming import recently_confirmed
from accounts.forms import CodeForm, ConfirmForm
from accounts.models import User
from accounts.views.session import PENDING, destination, enter
from lib.forms import status_of

PENDING_SECONDS = 300
OFFERED = "offered_secret"
WRONG = "コードが違うか、もう使われています。"


@sensitive_post_parameters("code")
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    pending = request.session.get(PENDING)
    if not pending or time.time() - pending["at"] > PENDING_SECONDS:
        request.session.pop(PENDING, None)
        return redirect("accounts:sign_in")
    user = User.objects.active().filter(pk=pending["user"]).first()
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if user and _passes(request, user, form.cleaned_data["code"]):
            request.session.pop(PENDING)
            enter(request, user)
            return redirect(pending["next"])
        form.add_error("code", WRONG)
    return render(request, "accounts/second_factor.html", {"form": form}, status=status_of(form))


def _passes(request: HttpRequest, user: User, code: str) -> bool:
    """A wrong code counts like a wrong password: after as many, the staff number is locked."""
    credentials = {"username": user.login_id}
    if AxesProxyHandler.is_allowed(request, credentials) and factors.passes(user=user, code=code, at=time.time()):
        return True
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    return False


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
@recently_confirmed
def factor(request: HttpRequest) -> HttpResponse:
    user, held = request.user, factors.factor_of(request.user)
    if held:
        left = user.recovery_codes.filter(used_at__isnull=True).count()
        return _page(request, {"factor": held, "left": left, "form": CodeForm()})
    secret = request.session.setdefault(OFFERED, totp.new_secret())
    form = CodeForm(request.POST or None)
    form.fields["code"].help_text = "アプリに出ている6桁の数字です。"
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            codes = factors.enrol(user=user, secret=secret, code=code, at=time.time(), by=user)
        except ValidationError as error:
            form.add_refusal(error)
        else:
            del request.session[OFFERED]
            return _page(request, {"codes": codes, "form": form})
    drawn, size = totp.picture(totp.address(secret, name=user.login_id, issuer=settings.SITE_NAME))
    return _page(request, {"form": form, "secret": secret, "picture": drawn, "size": size + 8})


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    required = factors.is_required(request.user)
    return render(request, "accounts/factor.html", context | {"required": required}, status=status_of(context["form"]))


@never_cache
@require_POST
@recently_confirmed
def factor_codes(request: HttpRequest) -> HttpResponse:
    try:
        codes = factors.renew_codes(user=request.user, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("accounts:factor")
    return _page(request, {"codes": codes, "form": CodeForm()})


@require_POST
@recently_confirmed
def factor_remove(request: HttpRequest) -> HttpResponse:
    try:
        factors.unenrol(user=request.user, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "二要素を解除しました。")
    return redirect("accounts:factor")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    form = ConfirmForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        confirm_session(request)
        return redirect(destination(request))
    wanted = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "next": wanted, "minutes": settings.CONFIRM_SECONDS // 60}
    return render(request, "accounts/confirm.html", context, status=status_of(form))
