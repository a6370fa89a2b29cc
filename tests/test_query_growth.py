"""Every page with rows costs the same number of queries at 10 rows as at 20, and never many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import world as worlds
from tests.access import ROWS
from tests.conftest import make_cast, signed_in
from tests.growth import MOST, PAGES, QUERIES, SINGLE, Page
from tests.held import apart, held

# Inside the transaction of the whole module; without the mark no test database would be made.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """The city before anything grows, built once."""
    with held(django_db_blocker, lambda: worlds.build(make_cast())) as city:
        yield city


Seen = dict[Page, list[Counter[str]]]


@pytest.fixture(scope="module")
def seen() -> Seen:
    """The queries of each page that was measured, at 10 rows and at 20."""
    return {}


def measure(city: SimpleNamespace, pages: list[Page]) -> Seen:
    """Ask pages that grow by the same, one after the other, in a city that has grown once for all of them."""
    with apart(city) as world:
        clients = {page: signed_in(getattr(world.cast, page.role)) for page in pages}
        found: Seen = {page: [] for page in pages}
        for _ in range(2):
            for grow in pages[0].grow * 10:
                grow(world)
            for page in pages:
                found[page].append(queries_of(clients[page], *address(page, world)))
    return found


def test_every_page_is_measured_or_single() -> None:
    pages = {row.route for row in ROWS if row.method == "GET"}
    measured = {page.route for page in PAGES}
    assert pages - measured - SINGLE == set(), "add the page to PAGES, or to SINGLE if nothing on it grows"
    assert (measured | SINGLE) - pages == set()
    assert not measured & SINGLE


def address(page: Page, world: SimpleNamespace) -> tuple[str, dict]:
    """The page's address and query: from its row in the access matrix unless the page names another object."""
    row = next(r for r in ROWS if r.route == page.route and r.method == "GET" and r.expected[page.role] == 200)
    data = (page.data or row.data)(world) | QUERIES.get(page.route, {})
    return reverse(page.route, kwargs=(page.args or row.args)(world)), data


def queries_of(client: Client, url: str, data: Mapping[str, Any]) -> Counter[str]:
    """Count the queries of a page by their shape, without the values and the columns; what it writes is undone."""
    with transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url, data)
        transaction.set_rollback(True)
    assert response.status_code == 200, url
    return Counter(_shape(q["sql"]) for q in captured.captured_queries)


def _shape(sql: str) -> str:
    for pattern, short in (
        # PostgreSQL reads the choices of a form through a cursor, whose name is new every time.
        (r'DECLARE "\w+" NO SCROLL CURSOR FOR ', ""),
        (r"SELECT .*? FROM ", "SELECT … FROM "),
        (r"'[^']*'|\b\d+\b", "?"),
        # PostgreSQL's driver writes the members of a list in brackets of their own.
        (r"\(\?\)", "?"),
        (r"\?(, \?)+", "?"),
        (r'("\w+"\."\w+" = \?)( OR \1)+', r"\1"),
    ):
        sql = re.sub(pattern, short, sql)
    return sql[:300]


def told(queries: Counter[str]) -> str:
    return "\n".join(f"{number} × {shape}" for shape, number in queries.most_common())


@pytest.mark.once
@pytest.mark.parametrize("measured", PAGES, ids=lambda page: page.label)
def test_queries_do_not_grow(measured: Page, city: SimpleNamespace, seen: Seen) -> None:
    if measured not in seen:
        seen |= measure(city, [page for page in PAGES if page.grow == measured.grow])
    few, many = seen[measured]
    assert not many - few, f"grows with the rows:\n{told(many - few)}"
    assert many.total() <= MOST, told(many)
