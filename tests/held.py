"""A database filled once for several tests: one transaction around them all, rolled back at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from types import SimpleNamespace
from typing import Any, TypeVar

from django.db import connection, transaction

City = TypeVar("City")


@contextmanager
def held(blocker: Any, build: Callable[[], City]) -> Iterator[City]:
    """Open the database for a fixture of a wider scope than one test, and leave it empty after what was built in it."""
    with blocker.unblock(), transaction.atomic():
        city = build()
        settle()
        yield city
        transaction.set_rollback(True)


def settle() -> None:
    """Keys that PostgreSQL would check at the end of the transaction, and so again after every test in it."""
    connection.check_constraints()


@contextmanager
def apart(city: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """A held city for one test: its rows are rolled back afterwards, and its objects are copies."""
    with transaction.atomic():
        yield deepcopy(city)
        transaction.set_rollback(True)
