"""Rates, headers, and files: what the middleware holds."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse

from accounts import limits
from accounts.models import RateCount
from audit.models import Read
from tests import builders as make
from tests.builders import PASSWORD
from tests.together import together

SIGN_IN = "/accounts/sign-in/"


@pytest.fixture
def minute(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """One minute that does not end by itself."""
    state = SimpleNamespace(now=dt.datetime(2026, 11, 29, 9, 0, 30, tzinfo=dt.UTC))
    monkeypatch.setattr("accounts.limits.timezone.now", lambda: state.now)
    return state


def test_so_many_a_minute_and_no_more(db: None, minute: SimpleNamespace) -> None:
    assert [limits.hit("file", "1", 3) for _ in range(5)] == [True, True, True, False, False]
    assert limits.hit("file", "2", 3), "somebody else"
    assert limits.hit("other", "1", 3), "something else"
    minute.now += dt.timedelta(minutes=1)
    assert limits.hit("file", "1", 3)


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_for_all_at_once(minute: SimpleNamespace) -> None:
    """Eight requests of one moment: each is counted, and none is let in on what another had read."""
    limits.hit("file", "1", 9)
    told = together(lambda: limits.hit("file", "1", 4), 8)
    assert (sum(told), len(told)) == (3, 8)
    assert RateCount.objects.get().count == 9


def test_zero_switches_it_off_and_counts_nothing(db: None) -> None:
    assert all(limits.hit("file", "1", 0) for _ in range(9))
    assert not RateCount.objects.exists()


def test_nobody_can_be_read_from_the_counts_and_old_ones_go(db: None, minute: SimpleNamespace) -> None:
    limits.hit("sign_in", "10.0.0.7", 3)
    assert "10.0.0.7" not in str(list(RateCount.objects.values()))
    minute.now += dt.timedelta(minutes=5)
    limits.hit("sign_in", "10.0.0.8", 3)
    assert RateCount.objects.count() == 1


def test_sign_ins_from_one_address_are_limited(cast: SimpleNamespace, settings, minute: SimpleNamespace) -> None:
    settings.SIGN_INS_PER_MINUTE = 2
    for _ in range(2):
        assert Client().post(SIGN_IN, {"username": "viewer", "password": PASSWORD}).status_code == 302
    refused = Client().post(SIGN_IN, {"username": "viewer", "password": PASSWORD})
    assert (refused.status_code, refused["Retry-After"]) == (429, "30")
    assert "少しお待ちください" in refused.text
    assert Client(REMOTE_ADDR="10.0.0.9").post(SIGN_IN, {"username": "viewer", "password": PASSWORD}).status_code == 302
    assert Client().get(SIGN_IN).status_code == 200


def test_files_taken_by_one_person_are_limited(as_user, cast: SimpleNamespace, settings, minute) -> None:
    settings.FILES_PER_MINUTE = 2
    client, other = as_user(cast.secretariat), as_user(cast.admin)
    # A process of its own: it remembers who is full, and other tests would meet the same key of another person.
    client.handler = other.handler = ClientHandler(enforce_csrf_checks=False)
    pages = ["/audit/export/csv/", reverse("rounds:export_csv", args=[make.make_round("2026H1").pk])]
    assert [client.get(p).status_code for p in (*pages, pages[0])] == [200, 200, 429]
    assert client.get("/audit/").status_code == 200, "pages go on"
    assert other.get(pages[0]).status_code == 200, "and so do others"
    assert Read.objects.filter(kind="file").count() == 3, "what was refused was not read"


def test_headers_of_a_page(as_user, cast: SimpleNamespace) -> None:
    headers = as_user(cast.viewer).get("/").headers
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-store"


def test_a_page_that_says_how_long_it_may_be_kept_is_left_alone(as_user, cast: SimpleNamespace) -> None:
    assert "no-store" in as_user(cast.viewer).get("/accounts/password/").headers["Cache-Control"]
