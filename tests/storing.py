"""Rows stored without the way through the ORM, for what nearly every test begins with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models


def stored(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model in one statement and give them their numbers: `bulk_create` without its checks."""
    model, connection = type(rows[0]), connections[DEFAULT_DB_ALIAS]
    values = [f.get_db_prep_save(f.pre_save(row, add=True), connection) for row in rows for f in _fields(model)]
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, len(rows), connection.vendor), values)
        numbers = cursor.fetchall()
    for row, (number,) in zip(rows, numbers, strict=True):
        row.pk = number
        row._state.adding, row._state.db = False, connection.alias


@cache
def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _insert(model: type[models.Model], rows: int, vendor: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    names = [quote(field.column) for field in _fields(model)]
    row = f"({', '.join(['%s'] * len(names))})"
    returned = quote(model._meta.pk.column)
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names)}) "
        f"VALUES {', '.join([row] * rows)} RETURNING {returned}"
    )
