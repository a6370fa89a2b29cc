"""Every route for every role: the page, its fragments, and the methods it does not know."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lib import htmx
from tests import world as worlds
from tests.access import ROLES, ROWS, Row
from tests.conftest import make_cast, signed_in

# Inside the transaction of the whole module; without the mark no test database would be made.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """The city of all rows, built once: every request below is undone, so none sees another's traces."""
    logging.disable(logging.WARNING)  # thousands of refusals; tests/test_logs.py is about what is said of one
    with django_db_blocker.unblock(), transaction.atomic():
        yield worlds.build(make_cast())
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def clients(world: SimpleNamespace) -> dict[str, Client]:
    """One signed-in client a role; errors become answers, as they would for a reader."""
    users = {role: None if role == "anonymous" else getattr(world.cast, role) for role in ROLES}
    return {role: signed_in(user, raise_request_exception=False) for role, user in users.items()}


def routes(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def ask(client: Client, row: Row, world: SimpleNamespace, **headers: str) -> HttpResponse:
    """Send the row's request and undo whatever it wrote. A browser's form always carries its token."""
    url = reverse(row.route, kwargs=row.args(world))
    data = row.data(world) | ({"csrfmiddlewaretoken": "x"} if row.method == "POST" else {})
    cookies = client.cookies.output()
    kept = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        response = getattr(client, row.method.lower())(url, data, headers=headers)
        transaction.set_rollback(True)
    if client.cookies.output() != cookies:  # a sign-out is undone too, or the next rows would meet a stranger
        client.cookies.clear()
        client.cookies.load(kept)
    return response


def test_every_route_has_a_row() -> None:
    assert set(routes()) - {row.route for row in ROWS} == set(), "add the route to tests/access.py"


def test_every_row_names_a_route() -> None:
    assert {row.route for row in ROWS} - set(routes()) == set()


def test_no_route_stands_twice_and_no_row_either() -> None:
    assert [r for r, n in Counter(routes()).items() if n > 1] == []
    assert [label for label, n in Counter(row.label for row in ROWS).items() if n > 1] == []
    assert all(set(row.expected) == set(ROLES) for row in ROWS)


def test_every_route_names_its_methods() -> None:
    assert {row.method for row in ROWS} <= {"GET", "POST"}


@pytest.fixture
def targets(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Collects the ids of the regions that views offer while pages are rendered."""
    found: set[str] = set()
    original = htmx.render

    def render(request: Any, page: str, context: Any, *, regions: Any = None, status: int = 200) -> HttpResponse:
        found.update(regions or {})
        return original(request, page, context, regions=regions, status=status)

    monkeypatch.setattr(htmx, "render", render)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_access(row: Row, world: SimpleNamespace, clients: dict[str, Client], targets: set[str]) -> None:
    """The page for every role, then each of its fragments: guarded alike, and with its target as root.

    A fragment is rendered for one of those who are let in, and asked for by all who are not, who take turns with the
    targets.
    """
    wrong = []
    for role in asking(row):
        status = ask(clients[role], row, world).status_code
        if status != row.expected[role]:
            wrong.append(f"{role}: {status}, not {row.expected[role]}")
    offered = sorted({*targets, ""})
    for role, target in fragments(row, offered):
        response = ask(clients[role], row, world, **{"HX-Request": "true", "HX-Target": target})
        wrong += [f"{role} #{target}: {w}" for w in faults(row, role, response, target, set(offered))]
    assert not wrong


def let_in(row: Row) -> list[str]:
    return [role for role in ROLES if row.expected[role] in (200, 204, 302, 409, 422) and role != "anonymous"]


def asking(row: Row) -> list[str]:
    """Everyone; on the second database all who are let in and one who is not, for nothing is read after a refusal."""
    if connection.vendor == "sqlite":
        return list(ROLES)
    refused = [role for role in ROLES if role not in let_in(row)]
    return [*let_in(row), refused[len(row.label) % len(refused)]] if refused else list(ROLES)


def fragments(row: Row, offered: list[str]) -> Iterator[tuple[str, str]]:
    """Who asks for which target."""
    inside, outside = let_in(row)[:1], [role for role in asking(row) if role not in let_in(row)]
    yield from ((role, target) for role in inside for target in offered)
    for at in range(max(len(outside), len(offered)) if outside else 0):
        yield outside[at % len(outside)], offered[at % len(offered)]


def faults(row: Row, role: str, response: HttpResponse, target: str, offered: set[str]) -> Iterator[str]:
    allowed = fragment_status(row, role)
    if response.status_code not in allowed:
        yield f"{response.status_code}, not {allowed}"
    if response.status_code == 204 and not {"HX-Redirect", "HX-Refresh"} & set(response.headers):
        yield "204 that leads nowhere"
    if row.method == "GET" and response.status_code == 200 and target and "<html" not in response.text:
        opening = re.search(r"<\w[^>]*>", response.text)[0]
        root = re.search(r'\sid="([^"]+)"', opening)
        if not root or root[1] not in offered:
            yield f"starts with {opening}"


def fragment_status(row: Row, role: str) -> set[int]:
    """What HTMX may get: the same answer, or in place of a redirect the fragment or a redirect by header."""
    if row.expected[role] != 302:
        return {row.expected[role]}
    if role == "anonymous":
        return {302} if row.route in OPEN else {204}
    return {200, 204, 302} if row.fragment is None else {row.fragment}


# Without sign-in, and so without the redirect by header.
OPEN = ("accounts:sign_in", "accounts:sign_out", "accounts:second_factor")


METHODS = {route: {row.method for row in ROWS if row.route == route} for route in {row.route for row in ROWS}}


@pytest.mark.parametrize("route", sorted(METHODS))
def test_other_methods_are_refused(route: str, world: SimpleNamespace, clients: dict[str, Client]) -> None:
    row = next(r for r in ROWS if r.route == route)
    url = reverse(route, kwargs=row.args(world))
    for at, method in enumerate(sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - METHODS[route])):
        role = ("secretariat", "admin")[at % 2]
        assert clients[role].generic(method, url).status_code == 405, f"{method} as {role}"


@pytest.mark.parametrize("row", [r for r in ROWS if "pk" in str(r.args.__code__.co_consts)], ids=lambda r: r.label)
def test_what_does_not_exist_is_not_found(row: Row, world: SimpleNamespace, clients: dict[str, Client]) -> None:
    unknown = {"key": "no-such-key", "lineage": UUID(int=0)}
    missing = {k: unknown.get(k, 999_999) for k in row.args(world)}
    response = clients["secretariat"].generic(row.method, reverse(row.route, kwargs=missing))
    assert response.status_code in ({404} if row.expected["secretariat"] != 403 else {403, 404})
