"""A database filled once for several tests: one transaction around them all, rolled back at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

from django.db import transaction


@contextmanager
def held(blocker: Any) -> Iterator[None]:
    """Open the database for a fixture of a wider scope than one test and leave it empty afterwards."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def apart(city: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """A held city for one test: its rows are rolled back afterwards, and its objects are copies."""
    with transaction.atomic():
        yield deepcopy(city)
        transaction.set_rollback(True)
