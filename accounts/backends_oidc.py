"""Sign-on by OpenID Connect: the provider says who it is, the portal knows what they may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from accounts.backends import PortalBackend, login_id_of
from accounts.models import User


class OidcBackend(PortalBackend, OIDCAuthenticationBackend):
    """Finds the registered user by one claim; never makes one, never changes one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        OIDCAuthenticationBackend.__init__(self, *args, **kwargs)

    def authenticate(self, request: Any, **kwargs: Any) -> User | None:
        if "nonce" not in kwargs:
            return None
        return OIDCAuthenticationBackend.authenticate(self, request, **kwargs)

    def verify_token(self, token: Any, **kwargs: Any) -> dict[str, Any]:
        """The library checks signature, time and nonce; that the token is ours and of our provider is left to us."""
        payload = super().verify_token(token, **kwargs)
        audience = payload.get("aud")
        ours = audience if isinstance(audience, list) else [audience]
        if settings.OIDC_RP_CLIENT_ID not in ours or payload.get("iss", "").rstrip("/") != settings.OIDC_ISSUER:
            raise SuspiciousOperation("token of another client or provider")
        return payload

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """What the provider says of the person. It must be the person of the token (OpenID Connect Core 5.3.2):
        otherwise the answer to somebody else's access token would sign that person in."""
        said = super().get_userinfo(access_token, id_token, payload)
        if not isinstance(said, dict) or not said.get("sub") or said["sub"] != payload.get("sub"):
            raise SuspiciousOperation("userinfo of another person than the token's, or of nobody")
        return said

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        return bool(claims.get(settings.OIDC_LOGIN_CLAIM))

    def filter_users_by_claims(self, claims: dict[str, Any]) -> QuerySet[User]:
        return User.objects.active().filter(login_id=login_id_of(str(claims[settings.OIDC_LOGIN_CLAIM])))

    def update_user(self, user: User, claims: dict[str, Any]) -> User:
        return user
