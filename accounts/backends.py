"""Sign-in by staff number."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Membership, User
from lib import unchanged
from lib.prepared import PreparedRows
from lib.unchanged import Stamp


def login_id_of(named: str) -> str:
    """The staff number in what a directory calls somebody: `CITY\\a001`, `a001@CITY.LOCAL`, `ａ００１`."""
    return unicodedata.normalize("NFKC", named).strip().rpartition("\\")[2].partition("@")[0]


def named_by_proxy(value: str) -> str:
    """Whom a header `secret:name` names; nobody without the secret, whoever sent it and on whatever way."""
    secret, _, named = value.partition(":")
    known = settings.REMOTE_USER_SECRET
    return named.strip() if known and constant_time_compare(secret.strip(), known) else ""


_POSTS = PreparedRows(
    Membership,
    lambda user, day: Membership.objects.on(day).filter(user=user).order_by("role", "pk").annotate(stamp=Stamp()),
    joined=("user", "department"), extra=("stamp",),
)  # fmt: skip


class PortalBackend(ModelBackend):
    """Password check with the staff number folded to half width; roles come from memberships."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        name = unicodedata.normalize("NFKC", username or "").strip()
        return super().authenticate(request, username=name, password=password, **kwargs)

    def get_user(self, user_id: int) -> User | None:
        """The user together with the posts of today, which every page asks for, and the stamp of the moment: one query
        for all."""
        posts = _POSTS.objects(user_id, timezone.localdate())
        if not posts:
            return super().get_user(user_id)
        unchanged.seen(posts[0].stamp)
        user = posts[0].user
        for post in posts:
            post.user = user
        user.current_memberships = posts
        return user if self.user_can_authenticate(user) else None

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    get_group_permissions = get_user_permissions
    get_all_permissions = get_user_permissions

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False


class ProxyBackend(PortalBackend):
    """Whom the proxy has signed in; only somebody who is registered here, and never without the setting."""

    def authenticate(self, request: HttpRequest | None, remote_user: str = "", **kwargs: Any) -> User | None:
        if not settings.REMOTE_USER_HEADER or not remote_user:
            return None
        return User.objects.active().filter(login_id=login_id_of(remote_user)).first()
