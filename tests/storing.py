"""Rows stored and removed without the way through the ORM, for what nearly every test begins or ends with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, models
from django.db.models.base import ModelState
from django.utils.crypto import get_random_string

from accounts.sessions import SessionStore


def stored(row: Any) -> Any:
    """Insert a new row; one that brings its number, or whose model has a say in it, goes the usual way."""
    if row.pk is None and type(row).save is models.Model.save:
        _store([row], _values([row]))
    else:
        row.save(force_insert=True)
    return row


class Again:
    """Rows of one model that many tests begin with: built once a process, stored by one statement for each test."""

    def __init__(self, rows: Sequence[models.Model], *links: str) -> None:
        """`links` name the fields that lead to rows of the test."""
        self.rows, self.values = rows, _values(rows)
        names = [field.name for field in _fields(type(rows[0]))]
        self.links = [(link, names.index(link)) for link in links]

    def stored(self, *targets: Sequence[models.Model | None]) -> list[Any]:
        """Copies of the rows with their numbers, and for each field of `links` what it leads to in each row."""
        copies, values = [_copy(row) for row in self.rows], [[*row] for row in self.values]
        for (link, place), leads_to in zip(self.links, targets, strict=True):
            for row, told, target in zip(copies, values, leads_to, strict=True):
                setattr(row, link, target)
                told[place] = target and target.pk
        _store(copies, values)
        return copies


def _copy(row: Any) -> Any:
    copied = type(row).__new__(type(row))
    copied.__dict__.update(row.__dict__, _state=ModelState())
    return copied


def _values(rows: Sequence[models.Model]) -> list[list[Any]]:
    fields = _fields(type(rows[0]))
    return [[f.get_db_prep_save(f.pre_save(row, add=True), connection) for f in fields] for row in rows]


def _store(rows: Sequence[models.Model], values: list[list[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_insert(type(rows[0]), len(rows), connection.vendor), [v for row in values for v in row])
        told = cursor.fetchall()
    for row, found in zip(rows, told, strict=True):
        for field, value in zip(_told(type(row)), found, strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, connection.alias


@cache
def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]


def _told(model: type[models.Model]) -> list[Any]:
    """What the database says of a new row: its number, and what it works out itself."""
    return list(model._meta.db_returning_fields)


@cache
def _insert(model: type[models.Model], rows: int, vendor: str) -> str:
    quote = connection.ops.quote_name
    names = [quote(field.column) for field in _fields(model)]
    row = f"({', '.join(['%s'] * len(names))})"
    returned = ", ".join(quote(field.column) for field in _told(model))
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names)}) "
        f"VALUES {', '.join([row] * rows)} RETURNING {returned}"
    )


def session_of(values: dict[str, Any]) -> str:
    """The key of a new session. Nobody else stores one meanwhile, so that no key is taken."""
    store, key = SessionStore(), get_random_string(32)
    row = (key, store.encode(values), connection.ops.adapt_datetimefield_value(store.get_expiry_date()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Session._meta.db_table} (session_key, session_data, expire_date) VALUES (%s, %s, %s)", row
        )
    return key


def emptied() -> None:
    """No row of the portal is left, after a test with transactions of its own.

    Django's `flush` has PostgreSQL make each table anew, which takes a second; and it stores permissions again, which
    the portal does not use.
    """
    if connection.vendor != "postgresql":
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
        return
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    with connection.cursor() as cursor:
        # Keys that lead elsewhere are checked at the end of the transaction, which these statements are together.
        cursor.execute("; ".join(f"DELETE FROM {connection.ops.quote_name(name)}" for name in sorted(tables)))
