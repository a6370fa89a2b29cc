"""自分のビジョン: written, shared and withdrawn by its author alone."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from lib import ledger
from lib.writes import StaleError, save_versioned
from strategy.models import PersonalVision

TEXT = ("ideal", "attitude", "will_do")
FIELDS = (*TEXT, "shared")
LENGTH = 1000


def vision_of(user: User) -> PersonalVision:
    """The vision that `user` wrote, or an empty one of version 0."""
    return PersonalVision.objects.filter(user=user).first() or PersonalVision(user=user, version=0)


@transaction.atomic
def save_vision(
    *, version: int, ideal: str, attitude: str, will_do: str, shared: bool, by: User
) -> PersonalVision:
    """Store the vision of `by`; the ledger gets its words only while it is shared."""
    row = vision_of(by)
    before, first = _told(row), row.pk is None
    _check_words(ideal, attitude, will_do)
    row.ideal, row.attitude, row.will_do = ideal, attitude, will_do
    row.shared_at = (row.shared_at or timezone.now()) if shared else None
    row.shared = shared
    row.full_clean(exclude=("user",), validate_unique=False)
    if first:
        _insert(row, version)
    else:
        save_versioned(row, version=version, fields=(*FIELDS, "shared_at"))
    ledger.record(by=by, act="create" if first else "update", obj=row, before=before, after=_told(row))
    return row


def _check_words(ideal: str, attitude: str, will_do: str) -> None:
    if not (ideal or attitude or will_do):
        raise ValidationError("どれか一つは書いてください。")
    # The model's own check leaves the length of long texts to forms.
    if max(len(ideal), len(will_do)) > LENGTH:
        raise ValidationError(f"一つの欄は{LENGTH}字までにしてください。")


def _insert(row: PersonalVision, version: int) -> None:
    """Two windows may both start with an empty form; the second then sees what the first wrote."""
    if version:
        raise StaleError(None, is_own=True)
    row.version = 1
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise StaleError(PersonalVision.objects.get(user=row.user), is_own=True) from error


@transaction.atomic
def delete_vision(*, version: int, by: User) -> None:
    stored = PersonalVision.objects.select_for_update(no_key=True).filter(user=by, version=version).first()
    if stored is None:
        raise StaleError(PersonalVision.objects.filter(user=by).first(), is_own=True)
    ledger.record(by=by, act="delete", obj=stored, before=_told(stored))
    stored.delete()


def _told(row: PersonalVision) -> dict[str, Any]:
    """What the ledger may know of it: that it is private, or all of what is shared with everyone."""
    return ledger.state_of(row, FIELDS) if row.shared else {"shared": False}
