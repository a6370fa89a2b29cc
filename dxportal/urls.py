"""Root of the URLs: one include an app."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("dashboard.urls")),
    path("accounts/", include("accounts.urls")),
    path("strategy/", include("strategy.urls")),
    path("national/", include("strategy.urls_national")),
    path("indicators/", include("strategy.urls_indicators")),
    path("actions/", include("actions.urls")),
    path("maturity/", include("maturity.urls")),
    path("rounds/", include("rounds.urls")),
    path("meetings/", include("meetings.urls")),
    path("exchange/", include("exchange.urls")),
    path("exchange/wizard/", include("exchange.wizard.urls")),
    path("exchange/blanks/", include("exchange.blanks.urls")),
    path("audit/", include("audit.urls")),
]

if settings.OIDC_ENABLED:
    urlpatterns.append(path("accounts/oidc/", include("accounts.urls_oidc")))

handler400 = "dxportal.errors.bad_request"
handler403 = "dxportal.errors.forbidden"
handler404 = "dxportal.errors.not_found"
handler500 = "dxportal.errors.failed"
