"""Rules of passwords that Django does not bring: kinds of characters, former passwords, greatest age."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from accounts.models import FormerPassword, User

KINDS = {"Lu": "大文字", "Ll": "小文字", "Nd": "数字"}


class KindsValidator:
    """At least `kinds` of the four kinds: capital letters, small letters, digits, anything else."""

    def __init__(self, kinds: int) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: Any = None) -> None:
        found = {KINDS.get(unicodedata.category(c), "記号") for c in password}
        if len(found) < self.kinds:
            words = f"大文字、小文字、数字、記号のうち{self.kinds}種類以上を混ぜてください。"
            raise ValidationError(words, code="kinds")

    def get_help_text(self) -> str:
        return f"大文字、小文字、数字、記号のうち{self.kinds}種類以上を使います。"


class FormerValidator:
    """None of the last `count` passwords of this user."""

    def __init__(self, count: int) -> None:
        self.count = count

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        former = FormerPassword.objects.filter(user=user).order_by("-pk").values_list("password", flat=True)
        if any(check_password(password, kept) for kept in former[: self.count]):
            raise ValidationError(f"最近使ったパスワード（{self.count}個）は使えません。", code="former")

    def get_help_text(self) -> str:
        return f"最近使った{self.count}個は使えません。"


def is_too_old(user: User, now: dt.datetime) -> bool:
    """Whether the password has passed its greatest age; never while the setting is 0."""
    if not settings.PASSWORD_MAX_AGE_DAYS or not user.has_usable_password():
        return False
    since = user.password_changed_at or user.created_at
    return now - since > dt.timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)
