"""`field__folded`: the folded text of a column, in SQLite and in PostgreSQL."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.backends.signals import connection_created
from django.db.models import CharField, TextField, Transform
from django.db.models.functions import Concat

from lib.fold import HIRAGANA, KATAKANA, fold


class Folded(Transform):
    """Compare with `lib.fold.fold(text)`, e.g. `title__folded__contains=fold(text)`."""

    lookup_name = "folded"
    function = "portal_fold"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        template = f"translate(lower(normalize(%(expressions)s, NFKC)), '{KATAKANA}', '{HIRAGANA}')"
        return super().as_sql(compiler, connection, template=template, **context)


def folded_column(*sources: str) -> models.GeneratedField:
    """A stored column with the folded texts of a row, so that a search over many rows folds none of them.

    The database keeps it, whichever way a row is written. A line break stands between two texts: no search spans it.
    """
    texts = [part for name in sources for part in (models.F(name), models.Value("\n"))]
    folded = Folded(Concat(*texts, output_field=TextField()))
    return models.GeneratedField(expression=folded, output_field=TextField(), db_persist=True, verbose_name="検索の語")


def teach(connection: sqlite3.Connection) -> None:
    """Give a connection to SQLite the function that the stored columns are made with."""
    connection.create_function("portal_fold", 1, _folded, deterministic=True)


def _teach(sender: Any, connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        teach(connection.connection)


# Pure, so that what is kept cannot grow stale: ten thousand rows of a search fold the same texts every time.
@lru_cache(maxsize=65536)
def _folded(value: str | None) -> str | None:
    return None if value is None else fold(value)


def install() -> None:
    """Register the transform and teach each SQLite connection the function."""
    for field in (CharField, TextField):
        field.register_lookup(Folded)
    connection_created.connect(_teach, dispatch_uid="lib.folding")
