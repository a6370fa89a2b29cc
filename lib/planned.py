"""Statements that PostgreSQL plans once a connection instead of at every call.

Planning the wide joins of a page takes several times as long as answering them. Django writes values into the text of a
statement, so that no two calls are alike; here only what never changes is written into it, and the rest is sent beside
it. psycopg prepares what comes again (`prepare_threshold`). SQLite knows a statement again by its text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

Params = tuple[Any, ...]
Places = tuple[int | None, ...]

# "%%" is a sign of the text, "%s" the place of a parameter.
_MARK = re.compile(r"((?:[^%]|%%)*)(%s)?")


def fixed(
    connection: BaseDatabaseWrapper, sql: str, params: Sequence[Any], places: Places
) -> tuple[str, Params, Places]:
    """The statement with the parameters that have no place written into it; what is left of them, and their places."""
    if connection.vendor != "postgresql":
        return sql, tuple(params), places
    connection.ensure_connection()
    given = zip(params, places, strict=True)
    text = "".join(
        before + (mark and _written(connection.connection, *next(given))) for before, mark in _MARK.findall(sql)
    )
    left = [(param, place) for param, place in zip(params, places, strict=True) if place is not None]
    return text, tuple(param for param, _ in left), tuple(place for _, place in left)


def _written(raw: Any, param: Any, place: int | None) -> str:
    """A parameter as it stands in the text of the statement: itself, or its mark."""
    from psycopg.sql import Literal

    return "%s" if place is not None else Literal(param).as_string(raw).replace("%", "%%")


def read(connection: BaseDatabaseWrapper, sql: str, params: Params) -> list[tuple[Any, ...]]:
    """All rows of the answer."""
    with _sent_beside(connection), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


@contextmanager
def _sent_beside(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Cursors of the connection send values beside the statement while the block lasts."""
    connection.ensure_connection()
    if connection.vendor != "postgresql":
        yield
        return
    from django.db.backends.postgresql.base import ServerBindingCursor

    raw, features = connection.connection, connection.features
    usual, raw.cursor_factory = raw.cursor_factory, ServerBindingCursor
    # So that a log of queries, which asks for it, puts the statement together itself.
    written, features.uses_server_side_binding = features.uses_server_side_binding, True
    try:
        yield
    finally:
        raw.cursor_factory, features.uses_server_side_binding = usual, written
