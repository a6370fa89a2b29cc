"""Port to the ledger: every service reports its write here, whichever app keeps the book.

`accounts` lies below `audit`, yet its writes must be recorded too. So the ground only knows
this port, and `audit` registers the one sink when Django starts.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import models

ORIGINS = ("web", "import", "command")


@dataclass(frozen=True)
class Actor:
    """Who acts: a person in the browser, a person through a file, or a command."""

    user_id: int | None
    label: str
    origin: str = "web"


@dataclass(frozen=True)
class Event:
    """One act on one object; `changes` maps a field to its value before and after."""

    by: Actor
    act: str
    object_type: str
    object_id: str
    object_label: str
    changes: dict[str, list[Any]] = field(default_factory=dict)
    note: str = ""


Sink = Callable[[Sequence[Event]], None]
Reader = Callable[[models.Model], int | None]
_sinks: list[Sink] = []
_readers: list[Reader] = []
_asking: ContextVar[int | None] = ContextVar("asking", default=None)
_gathered: ContextVar[list[Event] | None] = ContextVar("gathered", default=None)


def register(sink: Sink) -> None:
    """Name the one book; registering again replaces it."""
    _sinks[:] = [sink]


def register_reader(reader: Reader) -> None:
    """Name what tells the user id of who wrote last about an object."""
    _readers[:] = [reader]


@contextmanager
def asked_by(user_id: int | None) -> Iterator[None]:
    """The block answers this user: only so can a refusal tell one's own other window from another person."""
    before = _asking.set(user_id)
    try:
        yield
    finally:
        _asking.reset(before)


def is_own_work(obj: models.Model) -> bool:
    """Whether the last act on `obj` is that of the user who asks now (1 query, none where nobody asks)."""
    user_id = _asking.get()
    return user_id is not None and bool(_readers) and _readers[0](obj) == user_id


def actor(by: Any) -> Actor:
    """Return who acts from a user or an `Actor`; anonymous writers do not exist.

    Raises TypeError when `by` is neither.
    """
    if isinstance(by, Actor):
        return by
    if getattr(by, "pk", None) is None or not hasattr(by, "ledger_label"):
        raise TypeError(f"not an actor: {by!r}")
    return Actor(by.pk, by.ledger_label, getattr(by, "ledger_origin", "web"))


def command(label: str) -> Actor:
    """Actor of a management command."""
    return Actor(None, label, "command")


def plain(value: Any) -> Any:
    """Reduce a field value to what JSON keeps exactly (floats and decimals become text)."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, decimal.Decimal | float | uuid.UUID):
        return str(value)
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Iterable):
        return [plain(v) for v in value]
    return str(value)


def state_of(obj: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """Values of the named fields as the ledger keeps them (a relation by its label)."""
    return {name: plain(getattr(obj, name)) for name in fields}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """Map each field that differs to `[before, after]`."""
    names = [*before, *(n for n in after if n not in before)]
    return {n: [before.get(n), after.get(n)] for n in names if before.get(n) != after.get(n)}


def event(
    *,
    by: Any,
    act: str,
    obj: models.Model,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> Event:
    """Build the event of one act on `obj` without writing it."""
    return Event(
        by=actor(by),
        act=act,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=str(obj)[:200],
        changes=difference(before or {}, after or {}),
        note=note,
    )


def record(
    *,
    by: Any,
    act: str,
    obj: models.Model,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    """Write one act into the book, in the caller's transaction."""
    record_many([event(by=by, act=act, obj=obj, before=before, after=after, note=note)])


def record_many(events: Sequence[Event]) -> None:
    """Write several acts at once (one statement, one lock of the chain)."""
    if not _sinks:
        raise RuntimeError("no ledger is registered")
    waiting = _gathered.get()
    if waiting is not None:
        waiting.extend(events)
    elif events:
        _sinks[0](events)


@contextmanager
def gathered() -> Iterator[None]:
    """All acts of the block are written when it ends; stands inside of its transaction.

    Whoever writes holds the end of the book until the transaction is over. A service that goes through many rows must
    not take it with the first of them: who has one of the later rows waits for the book, and the service for the row.
    So does a save in a reply, whose first touch is an act before all others.
    """
    if _gathered.get() is not None:
        yield
        return
    events: list[Event] = []
    before = _gathered.set(events)
    try:
        yield
    finally:
        _gathered.reset(before)
    record_many(events)
