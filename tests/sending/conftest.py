"""The city of the access matrix, its pages and the forms that its people can reach, for all modules here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from tests import world as worlds
from tests.access import ROLES
from tests.conftest import make_cast, signed_in
from tests.sending.forms import Sent, Shown, forms, shown


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    logging.disable(logging.WARNING)  # thousands of refusals; tests/test_logs.py is about what is said of one
    with django_db_blocker.unblock(), transaction.atomic():
        world = worlds.build(make_cast())
        users = {role: None if role == "anonymous" else getattr(world.cast, role) for role in ROLES}
        world.clients = {role: signed_in(user, raise_request_exception=False) for role, user in users.items()}
        yield world
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


# 事務局 and 管理者 first: they reach most forms, the others bring what is theirs alone.
ORDER = ("secretariat", "admin", "lead", "member", "executive", "viewer", "other_lead", "nobody", "anonymous")


@pytest.fixture(scope="package")
def answers(world: SimpleNamespace) -> dict[tuple[str, str], Shown]:
    """Every page as each role sees it, asked for once: all tests here begin with what stands in them."""
    return shown({role: world.clients[role] for role in ORDER}, world)


@pytest.fixture(scope="package")
def sent(answers: dict[tuple[str, str], Shown]) -> list[Sent]:
    return forms(answers)
