"""Session limits, and sign-in before anything else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts import factors, limits, once, passwords, services
from accounts.backends import login_id_of, named_by_proxy
from accounts.confirming import ELSEWHERE
from lib import htmx

TOUCH_EVERY = 60
# A clock that goes back further than this would make every limit longer.
CLOCK_SKEW = 300
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()"


class SessionLimitMiddleware:
    """End a session after an idle time and after an absolute time (both settings, in seconds)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            started = request.session.setdefault("started_at", now)
            seen = request.session.get("seen_at", now)
            idle, whole = settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS
            if now - seen > idle or now - started > whole or now < seen - CLOCK_SKEW:
                logout(request)
                request.session["expired"] = True
            elif now - seen > TOUCH_EVERY or "seen_at" not in request.session:
                request.session["seen_at"] = now
        return self.get_response(request)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's rule, with three additions: HTMX is sent to the sign-in page as a whole page, signing in leads back
    to a page and never to the address of an act, and a password handed out by the administrator must be changed
    first."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        response = super().process_view(request, view_func, view_args, view_kwargs)
        if response is None and request.user.is_authenticated and request.path not in _always_open():
            response = self._first(request)
        if response is not None and "HX-Request" in request.headers:
            return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
        return response

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Many acts and fragments know no page of their own: who sent one comes back to where it was sent from."""
        if request.method in ("GET", "HEAD") and "HX-Request" not in request.headers:
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(htmx.sent_from(request) or reverse("dashboard:home"), self.get_login_url(view_func))

    def _first(self, request: HttpRequest) -> HttpResponse | None:
        """What this user has to do before anything else."""
        user = request.user
        if request.session.get(ELSEWHERE):
            return None
        if user.must_change_password or passwords.is_too_old(user, timezone.now()):
            return redirect("accounts:password")
        if settings.SECOND_FACTOR_ROLES and factors.is_required(user) and not factors.factor_of(user):
            return redirect("accounts:factor")
        return None


def _always_open() -> tuple[str, ...]:
    names = ("password", "sign_out", "factor", "confirm")
    return tuple(reverse(f"accounts:{name}") for name in names)


class OnceMiddleware:
    """A form that is sent twice is answered twice, and done once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = once.key_of(request)
        if key is None or request.path in _always_open():
            return self.get_response(request)
        location = once.led_to(request, key)
        if location is None and once.claim(key):
            return self._first(request, key)
        return self._again(request, location or once.wait(request, key))

    def _first(self, request: HttpRequest, key: str) -> HttpResponse:
        response = self.get_response(request)
        location = response.headers.get("Location") or response.headers.get("HX-Redirect")
        location = location or getattr(request, "taken_at", None)
        if location and response.status_code in (200, 204, 302) and once.was_taken(request, location):
            once.remember(request, key, location)
        else:
            once.release(key)
        return response

    def _again(self, request: HttpRequest, location: str | None) -> HttpResponse:
        words = "この内容はすでに受け付けています。" if location else "同じ内容を受け付けている途中です。"
        messages.info(request, f"{words}もう一度は保存していません。")
        return htmx.redirect(request, location or "/")


class ProxySignInMiddleware:
    """Signs in whom the proxy names in a header. Off unless a setting names it, deaf to other machines, and to
    everybody without the secret that the proxy puts in front of the name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REMOTE_USER_HEADER and request.META.get("REMOTE_ADDR", "") in settings.PROXY_ADDRESSES:
            self._follow(request, named_by_proxy(request.headers.get(settings.REMOTE_USER_HEADER, "")))
        return self.get_response(request)

    def _follow(self, request: HttpRequest, named: str) -> None:
        """The session belongs to whom the proxy names now: another name, or none, ends it."""
        user = request.user
        if user.is_authenticated:
            if not request.session.get(ELSEWHERE) or user.login_id == login_id_of(named):
                return
            logout(request)
        found = authenticate(request, remote_user=named) if named else None
        if found is not None:
            login(request, found)
            request.session[ELSEWHERE] = "proxy"
            services.record_sign_in(user=found)


class FileLimitMiddleware:
    """So many files a minute and no more. A view that gave files before is refused before it works."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.giving: set[Any] = set()
        self.full: dict[int, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.headers.get("Content-Disposition", "").startswith("attachment"):
            return response
        if not request.user.is_authenticated:
            return response
        if request.resolver_match:
            self.giving.add(request.resolver_match.func)
        if limits.hit("file", str(request.user.pk), settings.FILES_PER_MINUTE):
            return response
        self.full[request.user.pk] = time.time() + limits.seconds_left()
        return too_many(request)

    def process_view(self, request: HttpRequest, view: Any, *rest: Any) -> HttpResponse | None:
        if view in self.giving and self.full.get(request.user.pk, 0) > time.time():
            return too_many(request)
        return None


def too_many(request: HttpRequest) -> HttpResponse:
    """429, with the time to wait."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = str(limits.seconds_left())
    return response


class HeadersMiddleware:
    """Headers that Django does not set: no sensors, nothing loaded by other sites, no page kept by the browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
