"""Writes of calendar feeds: a new secret address, and its end."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from lib import ledger
from rounds.models import CalendarToken


def digest_of(token: str) -> str:
    """The hash by which a token is found; the token itself is stored nowhere."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_token(*, user: User, by: Any) -> str:
    """Return a new secret for the user's feed; a former one stops at once."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    _stop(user)
    token = secrets.token_urlsafe(32)
    row = CalendarToken.objects.create(user=user, digest=digest_of(token), created_at=timezone.now())
    ledger.record(by=by, act="create", obj=row)
    return token


@transaction.atomic
def revoke_token(*, user: User, by: Any) -> None:
    """Stop the user's feed."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    row = CalendarToken.objects.filter(user=user, revoked_at__isnull=True).first()
    if row is None or not _stop(user):
        raise ValidationError("カレンダーのアドレスは発行されていません。")
    ledger.record(by=by, act="deactivate", obj=row)


def _stop(user: User) -> int:
    rows = CalendarToken.objects.filter(user=user, revoked_at__isnull=True)
    return rows.update(revoked_at=timezone.now())
