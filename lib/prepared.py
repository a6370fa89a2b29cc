"""Reads whose shape never changes, compiled once a process.

Django builds and compiles a statement anew each time, which takes several times as long as a small read itself; a page
of twelve such reads spends half of its time there. The statement is the one that Django makes for the database in use
and only its values change; PostgreSQL keeps its plan too (`lib.planned`). Nothing of an answer is kept but by `kept`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.sql.compiler import SQLCompiler

from lib import planned
from lib.unchanged import kept

Value = int | dt.date | str

# They stand for the values while a statement is compiled: no key is that high, and every integer column can hold it.
NUMBERS = tuple(range(2_147_400_000, 2_147_400_008))
DAYS = tuple(dt.date(9990, 1, n) for n in range(1, 9))
TEXTS = tuple(f"\ue000{n}\ue000" for n in range(8))
LARGEST = 2**63 - 1


class Shape(NamedTuple):
    """A compiled statement; `places` gives for each parameter the value that belongs there, or None. `converters` make
    the values of some columns what their fields hold."""

    compiler: SQLCompiler
    converters: dict[int, Any]
    sql: str
    params: tuple[Any, ...]
    places: tuple[int | None, ...]

    def filled(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """The parameters for some values; a number stands as text where its mark did."""
        return tuple(
            param if at is None else str(values[at]) if isinstance(param, str) else values[at]
            for param, at in zip(self.params, self.places, strict=True)
        )


class Prepared:
    """A read by whole numbers, days and texts. `build` gives its rows as `values_list`, and is called with marks for
    them.

    A number may stand as text, as keys do in the ledger. A condition whose SQL depends on the value (None, a list) has
    no fixed shape and does not belong here; what depends on the day takes it as a value.

    `over` gives rows that are read in the place of the model's table, with its columns: those of a large table grouped
    beforehand by what an index holds in order. It has no values of its own.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], *, over: Callable[[], QuerySet[Any]] | None = None) -> None:
        self._build, self._over = build, over
        self._shapes: dict[str, Shape] = {}

    def rows(self, *values: Value) -> list[tuple[Any, ...]]:
        """The answer; none for a number that no column can hold."""
        if any(isinstance(value, int) and not -LARGEST <= value <= LARGEST for value in values):
            return []
        connection = connections[DEFAULT_DB_ALIAS]
        shape = self._shapes.get(connection.vendor)
        if shape is None:
            shape = self._shapes[connection.vendor] = self._compiled(connection, values)
        answer = planned.read(connection, shape.sql, shape.filled([_stored(connection, value) for value in values]))
        if not shape.converters:
            return answer
        # Of its own for each call: threads have their connections.
        compiler = copy(shape.compiler)
        compiler.connection = connection
        return list(map(tuple, compiler.apply_converters(answer, shape.converters)))

    def kept(self, *values: Value) -> list[tuple[Any, ...]]:
        """The same, read once for each state of the database (`lib.unchanged`); nobody alters it."""
        return _kept(self, values)

    def _compiled(self, connection: Any, values: Sequence[Value]) -> Shape:
        marks = [_mark(value, n) for n, value in enumerate(values)]
        compiler = self._build(*marks).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        if self._over is not None:
            sql = _instead(connection, compiler, sql, self._over())
        known = {_stored(connection, mark): n for n, mark in enumerate(marks)}
        known |= {str(mark): n for n, mark in enumerate(marks)}
        places = tuple(known.get(p) if isinstance(p, int | str | dt.date) else None for p in params)
        if set(range(len(values))) - set(places):
            raise ValueError("A value does not stand in the statement as it is.")
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        return Shape(compiler, converters, *planned.fixed(connection, sql, params, places))


@kept
def _kept(read: Prepared, values: tuple[Value, ...]) -> list[tuple[Any, ...]]:
    return read.rows(*values)


def _instead(connection: Any, compiler: SQLCompiler, sql: str, rows: QuerySet[Any]) -> str:
    """The statement with `rows` where it names the table of its model."""
    inner, values = rows.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    table = connection.ops.quote_name(compiler.query.model._meta.db_table)
    if values or sql.count(f"FROM {table}") != 1:
        raise ValueError("Only rows without values can stand in the place of one table.")
    return sql.replace(f"FROM {table}", f"FROM ({inner}) {table}")


def _mark(value: Value, n: int) -> Value:
    kinds = TEXTS if isinstance(value, str) else DAYS if isinstance(value, dt.date) else NUMBERS
    return kinds[n]


def _stored(connection: Any, value: Value) -> Any:
    """A value as the database takes it."""
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


class Columns(NamedTuple):
    """The columns of one model in a row; `relation` is empty for the model itself."""

    relation: str
    model: type[Model]
    names: list[str]


class PreparedRows:
    """Whole rows of one model as its objects, with the `joined` ones; columns named in `without` are left unread.

    `joined` names relations, those of joined objects too (`reply__round`), each after the one that it hangs on; a
    FilteredRelation stands there with its model. Annotations named in `extra` become attributes.
    """

    def __init__(
        self, model: type[Model], build: Callable[..., QuerySet[Any]], *,
        without: Sequence[str] = (), joined: Sequence[str | tuple[str, type[Model]]] = (), extra: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._own = Columns("", model, _names(model, without, ""))
        self._joined = [_columns(model, part, without) for part in joined]
        self._extra = tuple(extra)
        names = [*self._own.names, *(f"{part.relation}__{name}" for part in self._joined for name in part.names)]
        names += self._extra
        self._read = Prepared(lambda *values: build(*values).values_list(*names))

    def objects(self, *values: Value) -> list[Any]:
        """An object for each row; what several rows point to is one object."""
        seen: dict[tuple[str, Any], Any] = {}
        return [self._object(row, seen) for row in self._read.rows(*values)]

    def _object(self, row: tuple[Any, ...], seen: dict[tuple[str, Any], Any]) -> Any:
        at = len(self._own.names)
        made: Any = _made(self._own.model, self._own.names, row[:at])
        for relation, model, names in self._joined:
            part, at = row[at : at + len(names)], at + len(names)
            owner = _owner(made, relation)
            if owner is not None:
                # The key comes first; a missing one is a row that is not there.
                key = relation, part[0]
                if key not in seen:
                    seen[key] = None if part[0] is None else _made(model, names, part)
                setattr(owner, relation.rpartition("__")[2], seen[key])
        for name, value in zip(self._extra, row[at:], strict=True):
            setattr(made, name, value)
        return made


def _made(model: type[Model], names: Sequence[str], values: Sequence[Any]) -> Any:
    """The stored object, as `Model.from_db` makes it, in a quarter of the time: a page makes hundreds, and no model
    here listens to its own making."""
    made = model.__new__(model)
    made._state = ModelState()
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(zip(names, values, strict=True))
    return made


def _owner(made: Any, relation: str) -> Any:
    """The object that holds the relation; None where it is not there itself."""
    for name in relation.split("__")[:-1]:
        made = getattr(made, name) if made is not None else None
    return made


def _names(model: type[Model], without: Sequence[str], prefix: str) -> list[str]:
    """The columns of a model, its key first."""
    fields = [f for f in model._meta.concrete_fields if f"{prefix}{f.name}" not in without]
    return [f.attname for f in sorted(fields, key=lambda f: not f.primary_key)]


def _columns(model: type[Model], part: str | tuple[str, type[Model]], without: Sequence[str]) -> Columns:
    relation, other = part if isinstance(part, tuple) else (part, _related(model, part))
    return Columns(relation, other, _names(other, without, f"{relation}__"))


def _related(model: Any, relation: str) -> type[Model]:
    for name in relation.split("__"):
        model = model._meta.get_field(name).related_model
    return model
