"""What is kept of the database is never older than the database: every way of writing is seen by the next request."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.backends import PortalBackend
from accounts.models import User
from actions.models import Action
from lib.unchanged import MOST, UnchangedMiddleware, kept
from tests import world as worlds
from tests.builders import make_action, make_edition, make_element, make_layer, today
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"|nonce-?="?[\w+/=-]+')


@pytest.fixture
def world(cast: SimpleNamespace) -> SimpleNamespace:
    return worlds.build(cast)


def written_elsewhere(act: Callable[[], Any]) -> None:
    """Over a connection of its own, as another worker or a person with a client of the database would."""
    failed: list[BaseException] = []

    def write() -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert not failed, failed


def undisturbed(act: Callable[[], Any]) -> Any:
    """What `act` gives, beginning with nothing kept, when nobody writes meanwhile: the cluster of PostgreSQL is shared
    with other processes of the suite, and what they write counts as a write."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_user SET login_id = login_id")
        before, found = moment(), act()
        if moment() == before:
            return found
    raise TimeoutError("somebody writes all the time")


def moment() -> str:
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return cursor.fetchone()[0]


def rename(title: str) -> None:
    """No service, no model: the statement alone."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE actions_action SET title = %s", [title])


def asked(client: Client, path: str, **headers: str) -> tuple[bytes, int]:
    """The page without its tokens, and how many queries it took."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, headers=headers)
    assert response.status_code == 200
    return TOKEN.sub(b"", response.content), len(captured)


class Counted:
    """Titles of actions by a kept function that counts how often it was really asked."""

    def __init__(self) -> None:
        self.n = 0
        self.titles = kept(self._read)

    def _read(self, day: dt.date) -> list[str]:
        self.n += 1
        return list(Action.objects.order_by("pk").values_list("title", flat=True))


def within(act: Callable[[], Any], user: User, method: str = "GET") -> Any:
    """What `act` gives in a request of the user, after the user is known."""
    said: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        PortalBackend().get_user(user.pk)
        said.append(act())
        return HttpResponse()

    UnchangedMiddleware(view)(RequestFactory().generic(method, "/"))
    return said[0]


@pytest.fixture
def titles() -> Counted:
    make_action(title="はじめの名")
    return Counted()


def readings(act: Callable[[Counted], Any]) -> int:
    """How often titles are really read while `act` asks for them and nobody writes."""

    def once() -> int:
        counted = Counted()
        act(counted)
        return counted.n

    return undisturbed(once)


@pytest.mark.usefixtures("titles")
def test_what_did_not_change_is_made_once(cast: SimpleNamespace) -> None:
    assert readings(lambda c: [within(lambda: c.titles(today()), cast.viewer) for _ in range(3)]) == 1


@pytest.mark.usefixtures("titles")
def test_readers_share_it(cast: SimpleNamespace) -> None:
    readers = (cast.viewer, cast.executive)
    assert readings(lambda c: [within(lambda: c.titles(today()), user) for user in readers]) == 1


@pytest.mark.usefixtures("titles")
def test_each_value_has_its_own(cast: SimpleNamespace) -> None:
    """The next morning is another day, though nothing was written in the night."""
    days = (today(), today() + dt.timedelta(days=1))
    assert readings(lambda c: [within(lambda day=day: c.titles(day), cast.viewer) for day in days]) == 2


@pytest.mark.parametrize("way", [lambda act: act(), written_elsewhere], ids=["here", "over another connection"])
def test_a_write_is_seen_at_once(titles: Counted, cast: SimpleNamespace, way: Callable[..., None]) -> None:
    for n in range(3):
        way(lambda n=n: rename(f"名{n}"))
        assert within(lambda: titles.titles(today()), cast.viewer) == [f"名{n}"]


def test_a_write_in_the_middle_of_a_request_is_seen_by_the_next(titles: Counted, cast: SimpleNamespace) -> None:
    """The stamp was read before, so what is made afterwards does not pass for more than it is."""

    def act() -> list[str]:
        written_elsewhere(lambda: rename("あとの名"))
        return titles.titles(today())

    within(act, cast.viewer)
    written_elsewhere(lambda: rename("最後の名"))
    assert within(lambda: titles.titles(today()), cast.viewer) == ["最後の名"]


def test_what_is_not_committed_is_nobodys(titles: Counted, cast: SimpleNamespace) -> None:
    """Inside of a transaction nothing is taken and nothing kept; when it is rolled back, the old state stands."""

    def act() -> list[str]:
        with transaction.atomic():
            rename("取り消される名")
            found = titles.titles(today())
            transaction.set_rollback(True)
        return found

    assert within(act, cast.viewer) == ["取り消される名"]
    assert within(lambda: titles.titles(today()), cast.viewer) == ["はじめの名"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_requests_that_write_take_no_part(titles: Counted, cast: SimpleNamespace, method: str) -> None:
    def act() -> list[str]:
        rename("名を変えた")
        return titles.titles(today())

    within(lambda: titles.titles(today()), cast.viewer)
    assert within(act, cast.viewer, method) == ["名を変えた"]


def test_outside_of_a_request_nothing_is_kept(titles: Counted) -> None:
    assert titles.titles(today()) == titles.titles(today())
    assert titles.n == 2


@pytest.mark.usefixtures("titles")
def test_the_last_ones_asked_for_stay(cast: SimpleNamespace) -> None:
    days = [today() + dt.timedelta(days=n) for n in range(MOST + 1)]

    def ask(c: Counted) -> None:
        within(lambda: [c.titles(day) for day in days], cast.viewer)
        within(lambda: (c.titles(days[-1]), c.titles(days[0])), cast.viewer)

    assert readings(ask) == MOST + 2


PAGES = ("dashboard:home", "dashboard:overview", "dashboard:projector", "actions:list", "actions:schedule")


@pytest.mark.parametrize("role", ["executive", "secretariat"])
@pytest.mark.parametrize("route", PAGES)
def test_a_page_of_what_was_kept_is_the_page(world: SimpleNamespace, role: str, route: str) -> None:
    """Word for word, with fewer queries; and the page of another state once something was written."""
    client, path = signed_in(getattr(world.cast, role)), reverse(route)
    first, again = undisturbed(lambda: [asked(client, path) for _ in range(2)])
    assert (again[0], again[1] < first[1]) == (first[0], True)
    written_elsewhere(lambda: Action.objects.update(lifecycle="done", percent=100))
    assert asked(client, path)[0] != first[0]


def test_figures_of_a_strategy_follow_a_write(cast: SimpleNamespace) -> None:
    edition = make_edition(status="published")
    make_action(elements=[make_element(layer=make_layer(edition=edition, role="measure"))], percent=40)
    client, path = signed_in(cast.executive), f"{reverse('actions:element_figures')}?edition={edition.pk}"
    as_part = {"HX-Request": "true", "HX-Target": "figures"}
    first, _ = asked(client, path, **as_part)
    assert asked(client, path, **as_part)[0] == first
    written_elsewhere(lambda: Action.objects.update(lifecycle="done", percent=100))
    assert asked(client, path, **as_part)[0] != first


def test_what_the_secretariat_sees_is_not_kept_for_others(world: SimpleNamespace) -> None:
    """Drafts stand on the desk of 事務局 alone, whoever asks first."""
    path = reverse("dashboard:home")
    for role, sees in (("secretariat", True), ("executive", False), ("secretariat", True), ("viewer", False)):
        page, _ = asked(signed_in(getattr(world.cast, role)), path)
        assert ("第2.0版" in page.decode()) is sees
