"""What the services of the evidence share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from lib import ledger
from lib.writes import StaleError, insert, save_versioned
from maturity import evidence

State = Callable[[Any], dict[str, Any]]


def fill(obj: models.Model, values: Mapping[str, Any], taken: Mapping[str, Any]) -> None:
    """Set the values on `obj` and check them; `taken` refuses a row that is there already, by field.

    Raises ValidationError by field, also for an address that would run code.
    """
    for name, value in values.items():
        setattr(obj, name, value.strip() if isinstance(value, str) else value)
    errors: dict[str, Any] = {
        n: "javascript: や data: で始まるアドレスは書けません。"
        for n, v in values.items()
        if isinstance(v, str) and evidence.is_unsafe(v)
    }
    try:
        obj.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        errors = error.error_dict | errors
    errors |= _too_long(obj)
    if not errors and _is_taken(obj, taken):
        errors |= taken["errors"]
    if errors:
        raise ValidationError(errors)


def _too_long(obj: models.Model) -> dict[str, Any]:
    """Django leaves the length of a TextField to the form."""
    return {
        f.name: f"{f.max_length:,}字以内で入力してください。"
        for f in obj._meta.concrete_fields
        if isinstance(f, models.TextField) and f.max_length and len(getattr(obj, f.attname)) > f.max_length
    }


def _is_taken(obj: models.Model, taken: Mapping[str, Any]) -> bool:
    rows = type(obj)._default_manager.filter(**{name: getattr(obj, name) for name in taken["fields"]})
    return rows.exclude(pk=obj.pk).exists()


def once(fields: Iterable[str], where: str, words: str) -> dict[str, Any]:
    """The key of a table for `fill`: no second row with the same `fields`; said at the field `where`."""
    return {"fields": tuple(fields), "errors": {where: words}}


def lock(obj: models.Model, version: int) -> Any:
    """Return the row as stored, locked; raises StaleError if it moved on since `version` or is gone."""
    stored = type(obj)._default_manager.select_for_update(no_key=True).filter(pk=obj.pk).first()
    if stored is None or stored.version != version:
        raise StaleError(stored)
    return stored


def store(obj: models.Model, *, version: int | None, fields: Iterable[str]) -> None:
    """Write a checked row: a new one without a version, else the one that still has `version`."""
    if version is None:
        insert(obj)
    else:
        save_versioned(obj, version=version, fields=fields)


def record(obj: models.Model, *, by: Any, before: dict[str, Any] | None, after: dict[str, Any], note: str = "") -> None:
    """Write the act into the ledger; nothing if nothing changed."""
    if before is None:
        ledger.record(by=by, act="create", obj=obj, after=after, note=note)
    elif before != after:
        ledger.record(by=by, act="update", obj=obj, before=before, after=after, note=note)
