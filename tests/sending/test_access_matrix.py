"""Every route for every role: the page, its fragments, and the methods it does not know."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access import ROLES, ROWS, Row
from tests.sending.forms import Shown, address, offering, undone

# Inside the transaction of the package; without the mark no test database would be made.
pytestmark = pytest.mark.django_db


def routes(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def ask(client: Client, row: Row, world: SimpleNamespace, **headers: str) -> HttpResponse:
    """Send the row's request and undo whatever it wrote. A browser's form always carries its token."""
    if row.method == "GET":
        return undone(client, "GET", address(row, world), **headers)
    url, token = reverse(row.route, kwargs=row.args(world)), {"csrfmiddlewaretoken": "x"}
    return undone(client, "POST", url, row.data(world) | token, **headers)


def test_every_route_has_a_row() -> None:
    assert set(routes()) - {row.route for row in ROWS} == set(), "add the route to tests/access/"


def test_every_row_names_a_route() -> None:
    assert {row.route for row in ROWS} - set(routes()) == set()


def test_no_route_stands_twice_and_no_row_either() -> None:
    assert [r for r, n in Counter(routes()).items() if n > 1] == []
    assert [label for label, n in Counter(row.label for row in ROWS).items() if n > 1] == []
    assert all(set(row.expected) == set(ROLES) for row in ROWS)


def test_every_route_names_its_methods() -> None:
    assert {row.method for row in ROWS} <= {"GET", "POST"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_access(row: Row, world: SimpleNamespace, answers: dict[tuple[str, str], Shown]) -> None:
    """The page for every role, then each of its fragments: guarded alike, and with its target as root.

    A fragment is rendered for one of those who are let in, and asked for by everyone who is not.
    """
    wrong, offered = [], {""}
    for role in asking(row):
        # The pages of the package were asked for already.
        shown = answers.get((role, address(row, world))) if row.method == "GET" else None
        with offering() as regions:
            status = shown.status if shown else ask(world.clients[role], row, world).status_code
        offered |= shown.regions if shown else regions
        if status != row.expected[role]:
            wrong.append(f"{role}: {status}, not {row.expected[role]}")
    for role, target in fragments(row, sorted(offered)):
        response = ask(world.clients[role], row, world, **{"HX-Request": "true", "HX-Target": target})
        wrong += [f"{role} #{target}: {w}" for w in faults(row, role, response, target, offered)]
    assert not wrong


def let_in(row: Row) -> list[str]:
    return [role for role in ROLES if row.expected[role] in (200, 204, 302, 409, 422) and role != "anonymous"]


def asking(row: Row) -> list[str]:
    """Everyone; on the second database all who are let in and one who is not, for nothing is read after a refusal."""
    if connection.vendor == "sqlite":
        return list(ROLES)
    refused = [role for role in ROLES if role not in let_in(row)]
    return [*let_in(row), refused[len(row.label) % len(refused)]]


def fragments(row: Row, offered: list[str]) -> Iterator[tuple[str, str]]:
    """Who asks for which target; on the second database those who are refused take turns."""
    inside, outside = let_in(row)[:1], [role for role in ROLES if role not in let_in(row)]
    for at, target in enumerate(offered):
        refused = outside if connection.vendor == "sqlite" else outside[at % len(outside) :][:1]
        yield from ((role, target) for role in (*inside, *refused))


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


@pytest.mark.once
@pytest.mark.parametrize("route", sorted(METHODS))
def test_other_methods_are_refused(route: str, world: SimpleNamespace) -> None:
    """Before anything else is looked at; two who may do the most take turns."""
    row = next(r for r in ROWS if r.route == route)
    url = reverse(route, kwargs=row.args(world))
    for at, method in enumerate(sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - METHODS[route])):
        role = ("secretariat", "admin")[at % 2]
        assert undone(world.clients[role], method, url).status_code == 405, f"{method} as {role}"


@pytest.mark.parametrize("row", [r for r in ROWS if "pk" in str(r.args.__code__.co_consts)], ids=lambda r: r.label)
def test_what_does_not_exist_is_not_found(row: Row, world: SimpleNamespace) -> None:
    unknown = {"key": "no-such-key", "lineage": UUID(int=0)}
    missing = {k: unknown.get(k, 999_999) for k in row.args(world)}
    response = undone(world.clients["secretariat"], row.method, reverse(row.route, kwargs=missing))
    assert response.status_code in ({404} if row.expected["secretariat"] != 403 else {403, 404})
