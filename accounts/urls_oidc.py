"""Routes of the sign-on by OpenID Connect; there only while it is switched on. The names are those of the library."""

from django.urls import path

from accounts.views.oidc import Begin, Return

urlpatterns = [
    path("authenticate/", Begin.as_view(), name="oidc_authentication_init"),
    path("callback/", Return.as_view(), name="oidc_authentication_callback"),
]
