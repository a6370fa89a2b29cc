"""The city of the access matrix, its pages and the forms that its people can reach, for all modules here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
import segno
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts import middleware
from dxportal import urls
from tests import world as worlds
from tests.access import ROLES
from tests.conftest import make_cast, signed_in
from tests.held import settle
from tests.sending.forms import Sent, Shown, forms, shown


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    logging.disable(logging.WARNING)  # thousands of refusals; tests/test_logs.py is about what is said of one
    with django_db_blocker.unblock(), transaction.atomic(), sparing():
        world = worlds.build(make_cast())
        users = {role: None if role == "anonymous" else getattr(world.cast, role) for role in ROLES}
        world.clients = {role: signed_in(user, raise_request_exception=False) for role, user in users.items()}
        settle()
        yield world
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


@contextmanager
def sparing() -> Iterator[None]:
    """What thousands of requests would do again each time, and other tests are about: the page of a refusal, the touch
    of a session that is a minute old, the search for the best mask of a QR code."""

    def refused(request: HttpRequest, *args: Any, **kw: Any) -> HttpResponse:
        return HttpResponse("403", status=403)

    with (
        mock.patch.object(urls, "handler403", refused),
        mock.patch.object(middleware, "TOUCH_EVERY", 3600),
        mock.patch.object(segno, "make", partial(segno.make, mask=0)),
    ):
        yield


# 事務局 and 管理者 first: they reach most forms, the others bring what is theirs alone.
ORDER = ("secretariat", "admin", "lead", "member", "executive", "viewer", "other_lead", "nobody", "anonymous")


@pytest.fixture(scope="package")
def answers(world: SimpleNamespace) -> dict[tuple[str, str], Shown]:
    """Every page as each role sees it, asked for once: all tests here begin with what stands in them."""
    return shown({role: world.clients[role] for role in ORDER}, world)


@pytest.fixture(scope="package")
def sent(answers: dict[tuple[str, str], Shown]) -> list[Sent]:
    return forms(answers)
