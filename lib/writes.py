"""Compare-and-swap writes: a stale form never overwrites what another person saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from lib import ledger

OTHER, OWN = "ほかの人が", "あなたが別の画面で"
STALE = "ほかの人が先に保存しています。両方の値を見比べて、残す値を選んでください。"


class StaleError(ValidationError):
    """The row has moved on since the caller read it; `current` is the row as it is now.

    Who has two windows open is told that it was the other one, and does not look for another person.
    """

    def __init__(self, current: models.Model | None) -> None:
        self.current = current
        self.is_own = current is not None and ledger.is_own_work(current)
        super().__init__(self.told(STALE), code="stale")

    def told(self, words: str) -> str:
        """`words` that say ほかの人が, of who it was."""
        return words.replace(OTHER, OWN, 1) if self.is_own else words


def save_versioned(obj: models.Model, *, version: int, fields: Iterable[str], force: bool = False) -> None:
    """Store `fields` of `obj` if the row still has `version`; else raise StaleError.

    `force` leaves out the comparison, for writes that depend on no value a person saw.
    """
    names = list(fields)
    now = timezone.now()
    rows = type(obj)._default_manager.filter(pk=obj.pk)
    if not force:
        rows = rows.filter(version=version)
    values: dict[str, Any] = {n: getattr(obj, n) for n in names}
    if not rows.update(**values, version=models.F("version") + 1, updated_at=now):
        raise StaleError(type(obj)._default_manager.filter(pk=obj.pk).first())
    obj.version, obj.updated_at = version + 1, now  # type: ignore[attr-defined]
