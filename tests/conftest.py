"""The named cast and the clients that every page's test shares."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.template.base import Template
from django.template.context import Context
from django.test import Client, TransactionTestCase
from django.test.client import ClientHandler
from xdist.scheduler import LoadFileScheduling

from accounts.models import Department, Membership, User
from exchange.reading import reader
from tests.builders import TERM, password_hash
from tests.parsing import run_here
from tests.roomy import roomy
from tests.storing import Again, emptied, session_of

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


# What pytest-django prepares for every single test, for marks that no test here bears.
UNUSED = {
    "_django_clear_site_cache", "_django_isolate_apps", "_django_set_urlconf", "_live_server_helper",
    "_template_string_if_invalid_marker",
}  # fmt: skip

RUN = reader._run

# Their tests use installations beside the suite, on the database that it runs on.
BESIDE = {"faults", "keeping", "upgrade"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long first; the order within it, and that of the rest, stays.

    On PostgreSQL only what asks a database: the rest has run with SQLite, and would do the same again.
    """
    items.sort(key=turn)
    for item in items:
        item.fixturenames[:] = [name for name in item.fixturenames if name not in UNUSED]
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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """With room for its frames: a sixth of the time of `tests/actions` went into making it."""
    return roomy(item.config.pluginmanager.get_plugin("runner").pytest_runtest_protocol)(item, nextitem)


def asks_database(item: pytest.Item) -> bool:
    asks = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)
    return bool(asks or BESIDE & set(item.path.parts)) and not item.get_closest_marker("once")


# A process of the suite holds a million objects that stay; looking through them again and again takes a twentieth
# of its time.
gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_rows() -> None:
    """After a test with transactions of its own: PostgreSQL would make every table anew, which takes a second."""
    TransactionTestCase._fixture_teardown = lambda case: emptied()


@pytest.fixture(scope="session", autouse=True)
def _files_read_here() -> None:
    """Uploaded files are read in this process, except where `a_process_for_each_file` is asked for."""
    reader._run = run_here


@pytest.fixture(scope="module")
def a_process_for_each_file() -> Iterator[None]:
    with mock.patch.object(reader, "_run", RUN):
        yield


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
    """税務課 with its 課長 and 推進員, 福祉課's 課長 as the stranger, and the city-wide roles."""
    departments, users, memberships = _cast()
    tax, welfare = departments.stored()
    people = dict(zip(PEOPLE, users.stored(), strict=True))
    binding = {"lead": tax, "member": tax, "other_lead": welfare}
    with_role = [key for key, (_, _, role) in PEOPLE.items() if role]
    memberships.stored([people[key] for key in with_role], [binding.get(key) for key in with_role])
    return SimpleNamespace(tax=tax, welfare=welfare, **people)


# Key in the cast: sign-in, name, role.
PEOPLE = {
    "admin": ("admin", "管理者", "admin"),
    "secretariat": ("secretariat", "事務局", "secretariat"),
    "executive": ("executive", "本部員", "executive"),
    "lead": ("lead-tax", "税務課長", "lead"),
    "member": ("member-tax", "税務課推進員", "member"),
    "other_lead": ("lead-welfare", "福祉課長", "lead"),
    "viewer": ("viewer", "監査事務局", "viewer"),
    "nobody": ("nobody", "役割のない職員", ""),
}


@cache
def _cast() -> tuple[Again, Again, Again]:
    return (
        Again([
            Department(code=code, name=name, short_name=name, order=order, valid_from=TERM["valid_from"])
            for order, (code, name) in enumerate((("0204", "税務課"), ("0401", "福祉課")), 1)
        ]),
        Again([User(login_id=i, display_name=n, password=password_hash()) for i, n, _ in PEOPLE.values()]),
        Again([Membership(role=role, **TERM) for _, _, role in PEOPLE.values() if role], "user", "department"),
    )  # fmt: skip


def signed_in(user: User | None, **kw: Any) -> Client:
    """A client of `user` whose session has begun: its first request writes nothing any more."""
    client = Client(**kw)
    client.handler = HANDLER
    if user:
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of({
            SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "accounts.backends.PortalBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            **dict.fromkeys(("started_at", "seen_at", "confirmed_at"), int(time.time())),
        })  # fmt: skip
    return client


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """`as_user(cast.lead)` returns a signed-in client that renders for real."""
    return signed_in
