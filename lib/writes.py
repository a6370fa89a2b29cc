"""Compare-and-swap writes: a stale form never overwrites what another person saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from lib import ledger

OTHER, OWN = "ほかの人が", "あなたが別の画面で"
STALE = "ほかの人が先に保存しています。両方の値を見比べて、残す値を選んでください。"


class StaleError(ValidationError):
    """The row has moved on since the caller read it; `current` is the row as it is now.

    Who has two windows open is told that it was the other one, and does not look for another person.
    """

    def __init__(self, current: models.Model | None, *, is_own: bool = False) -> None:
        """`is_own`: nobody else can have written there."""
        self.current = current
        self.is_own = is_own or (current is not None and ledger.is_own_work(current))
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
    with refused_where_taken(obj) if unique_fields(type(obj)) & set(names) else nullcontext():
        changed = rows.update(**values, version=models.F("version") + 1, updated_at=now)
    if not changed:
        raise StaleError(type(obj)._default_manager.filter(pk=obj.pk).first())
    obj.version, obj.updated_at = version + 1, now  # type: ignore[attr-defined]


def insert(obj: models.Model) -> None:
    """Store a new row that was checked; raises ValidationError where another one has taken its place meanwhile."""
    with refused_where_taken(obj):
        obj.save(force_insert=True)


@contextmanager
def refused_where_taken(obj: models.Model) -> Iterator[None]:
    """Two write the same at once: the slower one is refused in the words that he would read a moment later."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        obj.validate_unique()
        obj.validate_constraints()
        raise


@cache
def unique_fields(model: type[models.Model]) -> frozenset[str]:
    """Names of the fields that decide whether a row of `model` may stand beside the others."""
    names = {f.name for f in model._meta.concrete_fields if f.unique and not f.primary_key}
    for constraint in model._meta.total_unique_constraints:
        names |= set(constraint.fields)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is not None:
            names |= {*constraint.fields, *constraint.condition.referenced_base_fields}
    return frozenset(names)
