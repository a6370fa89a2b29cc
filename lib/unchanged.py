"""What was made of the database, kept for as long as the database itself says that nothing was written since.

Readers ask far more often than somebody writes, and figures of ten thousand actions take fifty milliseconds. No clock,
no signal and no service decides here what still holds: each request reads the database's own `Stamp` together with its
user, before it takes anything, and a write by anybody, by any way (a service, a command, another worker, SQL by hand)
changes that. So an old figure cannot be shown; at worst all is made anew.

- PostgreSQL: `pg_current_snapshot()` names the transactions that a reader sees; the same snapshot means the same rows.
- SQLite: `PRAGMA data_version` changes with commits of others, `total_changes` with writes of this connection. Both
  belong to one connection, and so does what is kept.

Only requests that change nothing (GET, HEAD) take part, and never inside of a transaction, whose own writes are nobody
else's yet. What is kept is shared by readers: its key holds all it depends on beside the database (the day, what the
reader may see), and nobody alters it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
R = TypeVar("R")

# Of a few kilobytes to a few megabytes each; the last ones asked for stay.
MOST = 96
READING = ("GET", "HEAD")


@dataclass
class Kept:
    """Values that hold while the database answers with `stamp`."""

    stamp: Hashable
    values: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def find(self, key: Hashable) -> tuple[Any, ...]:
        """The value alone, or nothing."""
        with self.lock:
            if key not in self.values:
                return ()
            self.values.move_to_end(key)
            return (self.values[key],)

    def keep(self, key: Hashable, value: Any) -> None:
        with self.lock:
            self.values[key] = value
            while len(self.values) > MOST:
                self.values.popitem(last=False)


class Stamp(Func):
    """A value of each statement that stays the same as long as no row of the database has changed."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        return "(SELECT data_version FROM pragma_data_version)", []

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        # A cluster that was set back counts its transactions anew; it was started for that.
        return "(pg_current_snapshot()::text || pg_postmaster_start_time()::text)", []


@dataclass
class Reading:
    """One request that only reads; `held` from the moment on when its stamp is known. What it makes after that is as
    new or newer, and goes with the next stamp."""

    held: Kept | None = None


_READING: ContextVar[Reading | None] = ContextVar("reading", default=None)
_OF_CONNECTION: WeakKeyDictionary[BaseDatabaseWrapper, Kept] = WeakKeyDictionary()
_OF_PROCESS: dict[str, Kept] = {}


def seen(said: Any) -> None:
    """The request has read this `Stamp`."""
    reading = _READING.get()
    if reading is not None:
        reading.held = _held(connections[DEFAULT_DB_ALIAS], said)


def _held(connection: BaseDatabaseWrapper, said: Any) -> Kept:
    """What is kept under the stamp."""
    postgres, raw = connection.vendor == "postgresql", cast(Any, connection.connection)
    holder: Any = _OF_PROCESS if postgres else _OF_CONNECTION
    owner: Any = connection.settings_dict["NAME"] if postgres else connection
    stamp, found = said if postgres else (raw, raw.total_changes, said), holder.get(owner)
    if found is None or found.stamp != stamp:
        found = holder[owner] = Kept(stamp)
    return found


def kept(make: Callable[P, R]) -> Callable[P, R]:
    """`make` is called once with the same values for each state of the database, and always outside of a reading
    request."""

    @wraps(make)
    def found(*args: P.args, **kwargs: P.kwargs) -> R:
        reading = _READING.get()
        if reading is None or reading.held is None or connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return make(*args, **kwargs)
        held, key = reading.held, (make, args, tuple(sorted(kwargs.items())))
        for value in held.find(key):
            return value
        value = make(*args, **kwargs)
        held.keep(key, value)
        return value

    return found


class UnchangedMiddleware:
    """Lets requests that only read take what was kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in READING:
            return self.get_response(request)
        token = _READING.set(Reading())
        try:
            return self.get_response(request)
        finally:
            _READING.reset(token)
