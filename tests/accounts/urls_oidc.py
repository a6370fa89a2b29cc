"""The routes of a portal whose sign-on by OpenID Connect is switched on."""

from django.urls import include, path

from dxportal.urls import handler400, handler403, handler404, handler500
from dxportal.urls import urlpatterns as usual

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [*usual, path("accounts/oidc/", include("accounts.urls_oidc"))]
