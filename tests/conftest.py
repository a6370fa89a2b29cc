"""The named cast and the clients that every page's test shares."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.test.client import ClientHandler

from accounts.models import User
from tests.builders import make_department, make_user

ROLES = ("admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer", "nobody")

# One handler for all clients: building the middleware anew for each would take longer than most requests.
HANDLER = ClientHandler(enforce_csrf_checks=False)


def confirm(client: Client) -> None:
    """The password was typed a moment ago."""
    session = client.session
    session["confirmed_at"] = int(time.time())
    session.save()


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    return make_cast()


def make_cast() -> SimpleNamespace:
    """税務課 with its 課長 and 推進員, 福祉課's 課長 as the stranger, and the city-wide roles."""
    tax = make_department(code="0204", name="税務課", short_name="税務課")
    welfare = make_department(code="0401", name="福祉課", short_name="福祉課")
    return SimpleNamespace(
        tax=tax,
        welfare=welfare,
        admin=make_user("admin", login_id="admin", display_name="管理者"),
        secretariat=make_user("secretariat", login_id="secretariat", display_name="事務局"),
        executive=make_user("executive", login_id="executive", display_name="本部員"),
        lead=make_user("lead", department=tax, login_id="lead-tax", display_name="税務課長"),
        member=make_user("member", department=tax, login_id="member-tax", display_name="税務課推進員"),
        other_lead=make_user("lead", department=welfare, login_id="lead-welfare", display_name="福祉課長"),
        viewer=make_user("viewer", login_id="viewer", display_name="監査事務局"),
        nobody=make_user(login_id="nobody", display_name="役割のない職員"),
    )


def signed_in(user: User | None, **kw: Any) -> Client:
    """A client of `user` whose session has begun: its first request writes nothing any more."""
    client = Client(**kw)
    client.handler = HANDLER
    if user:
        client.force_login(user, backend="accounts.backends.PortalBackend")
        session = client.session
        session.update(dict.fromkeys(("started_at", "seen_at", "confirmed_at"), int(time.time())))
        session.save()
    return client


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """`as_user(cast.lead)` returns a signed-in client that renders for real."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.handler = HANDLER
        client.force_login(user, backend="accounts.backends.PortalBackend")
        confirm(client)
        return client

    return sign_in
