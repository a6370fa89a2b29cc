"""The clock of the story: services that ask for the time get the moment being told.

Only the demonstration is built this way. It lets the city's past run through the services that people use,
with true order and dates, where back-dating stored rows would leave the ledger and the rows disagreeing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from audit.services import append
from lib import ledger


def moment(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    """An aware time of day in the portal's time zone."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone.get_default_timezone())


# What was told so far, while the book is kept open; None when every moment writes itself.
_told: list[tuple[dt.datetime, list[ledger.Event]]] | None = None


@contextmanager
def one_book() -> Iterator[None]:
    """Write the ledger at the end, in order of time: threads of the story are told one after the other, and an
    answer to one meeting may come after the next round has opened."""
    global _told
    _told = []
    try:
        yield
        told, _told = _told, None
        for at, events in sorted(told, key=lambda pair: pair[0]):
            with telling(at):
                ledger.record_many(events)
    finally:
        _told = None


@contextmanager
def telling(at: dt.datetime) -> Iterator[None]:
    """Let `timezone.now` answer `at` inside the block, whose events enter the ledger together at its end."""
    real, events = timezone.now, list[ledger.Event]()
    timezone.now = lambda: at  # type: ignore[assignment]
    ledger.register(events.extend)
    try:
        yield
        if events and _told is not None:
            _told.append((at, events))
        elif events:
            append(events)
    finally:
        timezone.now = real  # type: ignore[assignment]
        ledger.register(append)
