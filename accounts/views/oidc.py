"""The two ends of a sign-on by OpenID Connect; both are open to strangers."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView
from requests import RequestException

from accounts import services
from accounts.confirming import ELSEWHERE


@method_decorator(login_not_required, name="dispatch")
class Begin(OIDCAuthenticationRequestView):
    """Sends the browser to the provider."""


@method_decorator(login_not_required, name="dispatch")
class Return(OIDCAuthenticationCallbackView):
    """Takes the browser back from the provider."""

    user: Any

    def get(self, request: Any) -> HttpResponse:
        try:
            return super().get(request)
        except RequestException:
            logging.getLogger(__name__).warning("the provider of the sign-on does not answer")
            return self.login_failure()

    def login_success(self) -> HttpResponseRedirect:
        response = super().login_success()
        self.request.session[ELSEWHERE] = "oidc"
        services.record_sign_in(user=self.user)
        return response

    def login_failure(self) -> HttpResponse:
        words = "庁内の認証でサインインできませんでした。利用者の登録があるか、管理者に確かめてください。"
        messages.error(self.request, words)
        return redirect("accounts:sign_in")
