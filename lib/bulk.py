"""Many rows in one statement, each compared with the version that its writer saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models, router
from django.utils import timezone

from lib.writes import StaleError

Swap = tuple[models.Model, int]


def swap_many(rows: Sequence[Swap], *, fields: Iterable[str]) -> None:
    """Store `fields` of every object whose row still has its version, or raise StaleError for all of them.

    `rows` pairs an object with the version seen. The statement is prepared once and run for each row, which is
    many times faster than an UPDATE with a CASE for every value; the comparison is part of it.
    """
    if not rows:
        return
    now = timezone.now()
    for obj, _ in rows:
        obj.updated_at = now  # type: ignore[attr-defined]
    stored = _run([o for o, _ in rows], [*fields, "updated_at"], [version for _, version in rows])
    if stored != len(rows):
        raise StaleError(None)
    for obj, version in rows:
        obj.version = version + 1  # type: ignore[attr-defined]


def update_many(rows: Sequence[models.Model], *, fields: Iterable[str]) -> None:
    """Store `fields` of rows that have no version of their own; their owner's version guards them."""
    names = list(fields)
    if rows and names:
        _run(rows, names)


def insert_many(model: type[models.Model], names: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Store new rows without an object for each. `lines` hold values as the database takes them, under `names`."""
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(model._meta.get_field(name).column) for name in names)
    places = ", ".join(["%s"] * len(names))
    words = ["INSERT INTO", quote(model._meta.db_table), f"({columns})", "VALUES", f"({places})"]
    with connection.cursor() as cursor:
        cursor.executemany(" ".join(words), list(lines))


def _run(rows: Sequence[models.Model], names: Sequence[str], versions: Sequence[int] | None = None) -> int:
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    columns = [model._meta.get_field(name) for name in names]
    sets = [f"{quote(f.column)} = %s" for f in columns]
    where = [f"{quote(model._meta.pk.column)} = %s"]
    if versions is not None:
        sets.append(f"{quote('version')} = {quote('version')} + 1")
        where.append(f"{quote('version')} = %s")
    words = ["UPDATE", quote(model._meta.db_table), "SET", ", ".join(sets), "WHERE", " AND ".join(where)]
    values = [[*_values(obj, columns, connection), obj.pk] for obj in rows]
    for line, version in zip(values, versions or (), strict=versions is not None):
        line.append(version)
    # Whoever else locks several of these rows does so in the order of their keys.
    values.sort(key=lambda line: line[len(columns)])
    with connection.cursor() as cursor:
        cursor.executemany(" ".join(words), values)
        return cursor.rowcount


def _values(obj: models.Model, columns: Sequence[Any], connection: Any) -> list[Any]:
    return [f.get_db_prep_save(getattr(obj, f.attname), connection) for f in columns]
