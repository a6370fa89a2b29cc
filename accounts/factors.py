"""The second factor: enrolling, checking a code, giving it up, and opening a locked staff number."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts import totp
from accounts.models import RecoveryCode, SecondFactor, User
from lib import ledger

WRONG = "コードが違います。アプリに表示されている6桁の数字を入力してください。"
NONE = "二要素は登録されていません。"


def is_required(user: User) -> bool:
    """Whether one of the user's roles must have a second factor."""
    return any(m.role in settings.SECOND_FACTOR_ROLES for m in user.current_memberships)


def factor_of(user: User) -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user).first()


@transaction.atomic
def enrol(*, user: User, secret: str, code: str, at: float, by: Any) -> list[str]:
    """Take an app into use once a code of it was typed; return the recovery codes, which are never shown again."""
    _hold(user)
    if factor_of(user):
        raise ValidationError("すでに登録されています。別のアプリにするときは、先に解除してください。")
    step = totp.matching_step(secret, code, at=at, after=0)
    if step is None:
        raise ValidationError({"code": WRONG})
    factor = SecondFactor.objects.create(user=user, secret=_sealed(secret), last_step=step, enrolled_at=timezone.now())
    codes = _codes(user)
    ledger.record(by=by, act="enrol", obj=factor)
    return codes


@transaction.atomic
def renew_codes(*, user: User, by: Any) -> list[str]:
    """New recovery codes; the old ones end."""
    _hold(user)
    factor = factor_of(user)
    if factor is None:
        raise ValidationError(NONE)
    codes = _codes(user)
    ledger.record(by=by, act="update", obj=factor, note="復旧コードをつくり直しました")
    return codes


@transaction.atomic
def passes(*, user: User, code: str, at: float) -> bool:
    """Whether the code is the app's, or a recovery code; either works once."""
    _hold(user)
    factor = factor_of(user)
    if factor is None:
        return False
    step = totp.matching_step(_opened(factor.secret), code, at=at, after=factor.last_step)
    if step is not None:
        factor.last_step = step
        factor.save(update_fields=["last_step"])
        return True
    unused = RecoveryCode.objects.filter(user=user, digest=totp.digest_of(code), used_at__isnull=True)
    if not unused.update(used_at=timezone.now()):
        return False
    left = RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
    ledger.record(by=user, act="update", obj=factor, note=f"復旧コードを使いました（残り{left}個）")
    return True


@transaction.atomic
def unenrol(*, user: User, by: Any) -> None:
    """Give the app up: by its owner where no role requires it, or by an administrator when the phone is lost."""
    _hold(user)
    factor = factor_of(user)
    if factor is None:
        raise ValidationError(NONE)
    if ledger.actor(by).user_id == user.pk and is_required(user):
        raise ValidationError("あなたの役割では二要素が必要なため、解除できません。")
    gone = ledger.event(by=by, act="unenrol", obj=factor)
    user.recovery_codes.all().delete()
    factor.delete()
    ledger.record_many([gone])


def is_locked(user: User) -> bool:
    """Whether sign-in was stopped after failures and the time is not over."""
    return bool(locked([user]))


def locked(users: Iterable[User]) -> set[int]:
    """Keys of those whose sign-in was stopped (1 query)."""
    keys = {user.login_id: user.pk for user in users}
    since = timezone.now() - dt.timedelta(hours=settings.AXES_COOLOFF_TIME)
    failures = AccessAttempt.objects.filter(username__in=keys, attempt_time__gte=since).order_by().values("username")
    stopped = failures.annotate(n=Sum("failures_since_start")).filter(n__gte=settings.AXES_FAILURE_LIMIT)
    return {keys[login_id] for login_id in stopped.values_list("username", flat=True)}


@transaction.atomic
def unlock(*, user: User, by: Any) -> None:
    """Open a staff number that was locked after failed sign-ins."""
    if not reset(username=user.login_id):
        raise ValidationError("この職員番号は止められていません。")
    ledger.record(by=by, act="unlock", obj=user)


def _hold(user: User) -> None:
    """Lock the account: whatever changes its second factor goes one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _codes(user: User) -> list[str]:
    codes = totp.new_codes()
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=totp.digest_of(c)) for c in codes)
    return codes


def _sealed(secret: str) -> str:
    return _cipher(settings.SECRET_KEY).encrypt(secret.encode()).decode()


def _opened(sealed: str) -> str:
    """The secret, also when the portal's key was changed and the former one is still named."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(key).decrypt(sealed.encode()).decode()
        except InvalidToken:
            continue
    raise ValidationError("二要素の鍵を読めません。管理者に解除を頼んでください。")


def _cipher(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second factor\n{key}".encode()).digest()))
