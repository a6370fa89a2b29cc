"""Two writers who need the same two things: a row, and the end of the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection, models, transaction

from lib import ledger

# Long enough for the other one to get as far as it can, short of PostgreSQL's search for deadlocks (one second).
WHILE = 0.3


def crossed(act: Callable[[], Any], *, row: models.Model, by: Any) -> list[OperationalError]:
    """Do `act` while somebody has `row` and then writes into the ledger; returns who of the two was ended for it.

    A service that takes the end of the ledger before it has all its rows waits for the row, and the other one for the
    ledger. On SQLite there is one writer at a time: nobody is ever ended, and the other one goes first.
    """

    def hold() -> None:
        list(type(row)._default_manager.select_for_update(no_key=True, of=("self",)).filter(pk=row.pk))

    def write() -> None:
        ledger.record(by=by, act="update", obj=row)

    return met(act, hold, write)


def met(act: Callable[[], Any], hold: Callable[[], Any], write: Callable[[], Any]) -> list[OperationalError]:
    """Do `act` while another one has done `hold` and then does `write` in the same transaction."""
    if connection.vendor == "sqlite":
        with transaction.atomic():
            hold()
            write()
        act()
        return []
    held, failed = threading.Event(), []

    def other() -> None:
        try:
            with transaction.atomic():
                hold()
                held.set()
                time.sleep(WHILE)
                write()
        except OperationalError as error:
            failed.append(error)
        finally:
            held.set()
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(5)
    try:
        with transaction.atomic():
            act()
    except OperationalError as error:
        failed.append(error)
    thread.join()
    return failed
