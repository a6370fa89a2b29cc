"""Reads whose shape never changes, compiled once a process.

Django builds and compiles a statement anew each time, which takes several times as long as a small read itself; a page
of twelve such reads spends half of its time there. The statement is the one that Django makes for the database in use
and only its numbers change. Nothing of an answer is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

# They stand for the numbers while a statement is compiled; no key is that high, and every integer column can hold it.
MARKS = tuple(range(2_147_400_000, 2_147_400_008))

PLACES: dict[int | str, int] = {mark: n for n, mark in enumerate(MARKS)} | {str(m): n for n, m in enumerate(MARKS)}
LARGEST = 2**63 - 1


class Shape(NamedTuple):
    """A compiled statement; `places` gives for each parameter the number that belongs there, or None."""

    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    places: tuple[int | None, ...]


class Prepared:
    """A read by whole numbers. `build` gives its rows as `values_list`, and is called with marks for the numbers.

    A number may stand as text, as keys do in the ledger. A condition whose SQL depends on the value (None, a list) has
    no fixed shape and does not belong here, nor does anything that changes from day to day.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self._build = build
        self._shapes: dict[str, Shape] = {}

    def rows(self, *numbers: int) -> list[tuple[Any, ...]]:
        """The answer; none for a number that no column can hold."""
        if any(not -LARGEST <= number <= LARGEST for number in numbers):
            return []
        connection = connections[DEFAULT_DB_ALIAS]
        shape = self._shapes.get(connection.vendor)
        if shape is None:
            shape = self._shapes[connection.vendor] = self._compiled(len(numbers))
        places = zip(shape.params, shape.places, strict=True)
        filled = tuple(param if at is None else type(param)(numbers[at]) for param, at in places)
        # Of its own for each call: threads have their connections.
        compiler = copy(shape.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *args, **kwargs: (shape.sql, filled)  # type: ignore[method-assign]
        return list(compiler.results_iter(tuple_expected=True))

    def _compiled(self, count: int) -> Shape:
        compiler = self._build(*MARKS[:count]).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        places = tuple(PLACES.get(p) if isinstance(p, int | str) else None for p in params)
        if set(range(count)) - set(places):
            raise ValueError("A number does not stand in the statement as it is.")
        return Shape(compiler, sql, tuple(params), places)


class PreparedRows:
    """Whole rows of one model by whole numbers, as its objects; `without` names columns that are left unread."""

    def __init__(self, model: type[Model], build: Callable[..., QuerySet[Any]], *, without: Sequence[str] = ()) -> None:
        self._model = model
        self.names = [f.attname for f in model._meta.concrete_fields if f.name not in without]
        self._read = Prepared(lambda *numbers: build(*numbers).values_list(*self.names))

    def objects(self, *numbers: int) -> list[Any]:
        return [self._model.from_db(DEFAULT_DB_ALIAS, self.names, row) for row in self._read.rows(*numbers)]
