"""Two writers who need the same two things: a row, and the end of the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection, models, transaction

from lib import ledger

LONGEST, PAUSE = 5.0, 0.02
WAITED_FOR = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"


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
    """Do `act` while another one has done `hold`, and does `write` in the same transaction once `act` waits for it."""
    if connection.vendor == "sqlite":
        with transaction.atomic():
            hold()
            write()
        act()
        return []
    held, done, failed, broken = threading.Event(), threading.Event(), [], []

    def other() -> None:
        try:
            with transaction.atomic():
                hold()
                held.set()
                _wait(done)
                write()
        except OperationalError as error:
            failed.append(error)
        except Exception as error:
            broken.append(error)
        finally:
            held.set()
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(LONGEST)
    try:
        with transaction.atomic():
            act()
    except OperationalError as error:
        failed.append(error)
    finally:
        done.set()
        thread.join()
        if broken:
            raise AssertionError("the other one could not even begin") from broken[0]
    return failed


def _wait(done: threading.Event) -> None:
    """Until somebody waits for this transaction, or there is nobody left who could."""
    until = time.monotonic() + LONGEST
    with connection.cursor() as cursor:
        while not done.is_set() and time.monotonic() < until:
            cursor.execute(WAITED_FOR)
            if cursor.fetchone()[0]:
                return
            time.sleep(PAUSE)
