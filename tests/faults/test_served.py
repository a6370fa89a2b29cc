"""The real server: killed in the middle of a request, and cut off from its database while it runs."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.faults.serving import Server, seen
from tests.faults.test_killed import VERIFY, differing, state
from tests.installation import TABLES, Installation, installation

CITY = """
from strategy.models import Edition
from tests import world as worlds
from tests.conftest import make_cast
world = worlds.build(make_cast())
from strategy import queries_editions, services as strategy
stranded = {use.key: None for use in queries_editions.undecided(world.draft)}
if stranded:
    strategy.decide_relinks(edition=world.draft, choices=stranded, by=world.cast.secretariat)
print(Edition.objects.get(status="draft").pk)
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("served")) as place:
        place.python(TABLES)
        place.draft = place.python(CITY).strip()
        yield place


def test_server_killed_while_it_publishes(city: Installation) -> None:
    page = f"/strategy/editions/{city.draft}/publish/"
    with Server(city, "tests.faults.stopping:application") as server:
        server.sign_in("secretariat", "dxportal-test-1")
        before = state(city)
        (city.var / "stop").touch()
        request = threading.Thread(target=_send, args=(server, page))
        request.start()
        assert seen(city.var / "stopped"), "the request is inside its transaction"
        server.kill()
        request.join()
    (city.var / "stop").unlink()
    after = state(city, VERIFY)
    # The claim on the form dies with its process and is forgotten after two minutes (`accounts.once`).
    assert set(differing(before, after)) <= {"django_session", "accounts_ratecount"}
    with Server(city) as server:
        server.sign_in("secretariat", "dxportal-test-1")
        assert "下書き" in server.get("/strategy/")[1], "the edition still is a draft"
        status, _, _ = server.post(page, version="1", effective_on="R8.11.1")
        assert status == 200
    assert state(city, VERIFY)["audit_entry"][0] > after["audit_entry"][0]


def _send(server: Server, page: str) -> None:
    try:
        server.post(page, version="1", effective_on="R8.11.1")
    except OSError:
        return  # the connection ended with the server


ROUNDS, ASKED = 4, 12
RETITLED = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("UPDATE actions_action SET title = '第{n}の名', lifecycle = '{lifecycle}'")
"""


def test_no_worker_shows_what_it_kept_after_somebody_wrote(city: Installation) -> None:
    """Two workers of two threads keep figures each for itself; another process writes past every service."""
    with Server(city, workers=2) as server:
        server.sign_in("executive", "dxportal-test-1")
        shown: list[str] = []
        for n in range(ROUNDS):
            city.python(RETITLED.format(n=n, lifecycle=("running", "done")[n % 2]))
            lists = [server.get(f"/actions/?q={quote('の名')}")[1] for _ in range(ASKED)]
            homes = [without_tokens(server.get("/")[1]) for _ in range(ASKED)]
            assert all(f"第{n}の名" in page and f"第{n - 1}の名" not in page for page in lists)
            assert len(set(homes)) == 1, "every worker and thread shows the same home"
            shown.append(homes[0])
    assert len(set(shown[:2])) == 2, "done actions look other than running ones"


def without_tokens(page: str) -> str:
    return re.sub(r'csrfmiddlewaretoken" value="\w+"|X-CSRFToken": "\w+"', "", page)


def away(place: Installation) -> None:
    """Take the database away from under the running server."""
    if connection.vendor == "sqlite":
        place.var.joinpath("portal.sqlite3").rename(place.var / "elsewhere")
        place.var.joinpath("portal.sqlite3").mkdir()
        return
    _on_server(place, "ALTER DATABASE {} ALLOW_CONNECTIONS false")
    _on_server(place, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'")


def back(place: Installation) -> None:
    if connection.vendor == "sqlite":
        place.var.joinpath("portal.sqlite3").rmdir()
        place.var.joinpath("elsewhere").rename(place.var / "portal.sqlite3")
        return
    _on_server(place, "ALTER DATABASE {} ALLOW_CONNECTIONS true")


def _on_server(place: Installation, statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(statement.format(place.database))


def test_database_goes_away_and_comes_back(city: Installation) -> None:
    with Server(city) as server:
        server.opener.addheaders = [("Cookie", "sessionid=" + "x" * 32)]  # an answer needs the database
        if connection.vendor == "postgresql":
            assert server.get("/")[0] == 200, "a connection is open"
        away(city)
        status, text, headers = server.get("/")
        assert status == 503
        assert "データベースにつながりません" in text
        assert headers["Retry-After"] == "10"
        assert server.get("/healthz")[0] == 200
        assert server.get("/readyz")[0] == 503
        back(city)
        server.wait_for("/readyz", 200)
        server.opener.addheaders = []
        server.sign_in("viewer", "dxportal-test-1")
        assert settings.SITE_NAME in server.get("/")[1]
