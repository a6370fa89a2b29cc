"""The named cast and the clients that every page's test shares."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.template.base import Template
from django.template.context import Context
from django.test import Client, TransactionTestCase
from django.test.client import ClientHandler
from xdist.scheduler import LoadFileScheduling

from accounts.models import Department, Membership, User
from tests.builders import TERM, password_hash
from tests.storing import stored

ROLES = ("admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer", "nobody")

# They build a city for themselves or ask for every page: begun last, one process would wait for another. The
# longest stands first.
LONG = (
    "sending/", "isolation/", "keeping/", "upgrade/", "test_demo.py", "test_query_growth.py",
    "faults/", "test_every_list.py", "browser/test_pages.py",
)  # fmt: skip

# Folders whose files share one city and its pages: they stay in one process, which builds them once.
TOGETHER = ("sending",)

# One handler for all clients: building the middleware anew for each would take longer than most requests.
HANDLER = ClientHandler(enforce_csrf_checks=False)


# Their tests use installations beside the suite, on the database that it runs on.
BESIDE = {"faults", "keeping", "upgrade"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long first; the order within it, and that of the rest, stays.

    On PostgreSQL only what asks a database: the rest has run with SQLite, and would do the same again.
    """
    items.sort(key=turn)
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        config.hook.pytest_deselected(items=[item for item in items if not asks_database(item)])
        items[:] = [item for item in items if asks_database(item)]


def turn(item: pytest.Item) -> int:
    path = item.path.as_posix()
    return next((place for place, name in enumerate(LONG) if f"/{name}" in path), len(LONG))


class ByPlace(LoadFileScheduling):
    """A file stays in one process, and of some folders all files do."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((folder for folder in TOGETHER if folder in Path(file).parts), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPlace | None:
    """In the order of the items: by itself it begins with the files of most tests, which are not the longest."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return ByPlace(config, log)


def asks_database(item: pytest.Item) -> bool:
    asks = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)
    return bool(asks or BESIDE & set(item.path.parts)) and not item.get_closest_marker("markup")


# A process of the suite holds a million objects that stay; looking through them again and again takes a twentieth
# of its time.
gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session", autouse=True)
def _emptied_without_permissions() -> None:
    """After a test with transactions of its own: Django's permissions, which the portal does not use, stay away."""

    def empty(case: TransactionTestCase) -> None:
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)

    TransactionTestCase._fixture_teardown = empty


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_pages_alone(django_test_environment: None) -> None:
    """`response.context` is what a view gave its page; Django would copy the context of every included piece too."""
    instrumented = Template._render

    def render(template: Template, context: Context) -> str:
        whole = context.template is template
        return instrumented(template, context) if whole else template.nodelist.render(context)

    Template._render = render


def confirm(client: Client) -> None:
    """The password was typed a moment ago."""
    session = client.session
    session["confirmed_at"] = int(time.time())
    session.save()


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    return make_cast()


def make_cast() -> SimpleNamespace:
    """税務課 with its 課長 and 推進員, 福祉課's 課長 as the stranger, and the city-wide roles.

    Most tests begin with it, so that it is stored in three statements.
    """
    tax, welfare = departments = [
        Department(code=code, name=name, short_name=name, order=order, valid_from=TERM["valid_from"])
        for order, (code, name) in enumerate((("0204", "税務課"), ("0401", "福祉課")), 1)
    ]
    stored(departments)
    people = {
        "admin": ("admin", "管理者", "admin", None),
        "secretariat": ("secretariat", "事務局", "secretariat", None),
        "executive": ("executive", "本部員", "executive", None),
        "lead": ("lead-tax", "税務課長", "lead", tax),
        "member": ("member-tax", "税務課推進員", "member", tax),
        "other_lead": ("lead-welfare", "福祉課長", "lead", welfare),
        "viewer": ("viewer", "監査事務局", "viewer", None),
        "nobody": ("nobody", "役割のない職員", "", None),
    }
    users = {key: User(login_id=i, display_name=n, password=password_hash()) for key, (i, n, _, _) in people.items()}
    stored([*users.values()])
    stored([
        Membership(user=users[key], role=role, department=department, **TERM)
        for key, (_, _, role, department) in people.items()
        if role
    ])  # fmt: skip
    return SimpleNamespace(tax=tax, welfare=welfare, **users)


def signed_in(user: User | None, **kw: Any) -> Client:
    """A client of `user` whose session has begun: its first request writes nothing any more."""
    client = Client(**kw)
    client.handler = HANDLER
    if user:
        session = SessionStore()
        session.update({
            SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "accounts.backends.PortalBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            **dict.fromkeys(("started_at", "seen_at", "confirmed_at"), int(time.time())),
        })  # fmt: skip
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """`as_user(cast.lead)` returns a signed-in client that renders for real."""
    return signed_in
