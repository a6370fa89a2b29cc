"""Double click, browser back, four senders at once: a form counts once."""

from __future__ import annotations

import datetime as dt
import threading
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import once
from accounts.models import RateCount
from actions.models import Proposal
from tests.conftest import signed_in

TOKEN = "t" * once.LENGTH
PRESSES = 4
SENT = "この内容はすでに受け付けています"


def send(client: Client, cast: SimpleNamespace, token: str = TOKEN, title: str = "案", **headers: str) -> Any:
    """導入計画書: nothing in the database forbids two of the same title."""
    values = {"csrfmiddlewaretoken": token, "title": title, "department": cast.tax.pk, "version": ""}
    address = reverse("actions:proposal_create")
    kind = "application/x-www-form-urlencoded"
    return client.post(address, urlencode(values), content_type=kind, headers=headers)


@pytest.fixture
def lead(cast: SimpleNamespace) -> Client:
    return signed_in(cast.lead)


def test_a_double_click_leads_to_the_same_page(lead: Client, cast: SimpleNamespace) -> None:
    first, second = send(lead, cast), send(lead, cast)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert SENT in lead.get(second["Location"]).text
    assert Proposal.objects.count() == 1


def test_going_back_much_later_too(lead: Client, cast: SimpleNamespace) -> None:
    send(lead, cast)
    RateCount.objects.all().delete()
    send(lead, cast)
    assert Proposal.objects.count() == 1


def test_htmx_is_led_by_header(lead: Client, cast: SimpleNamespace) -> None:
    send(lead, cast)
    answer = send(lead, cast, **{"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"]


@pytest.mark.parametrize("other", [{"token": "u" * once.LENGTH}, {"title": "別の案"}])
def test_a_new_page_or_other_values_are_another_sending(lead: Client, cast: SimpleNamespace, other: dict) -> None:
    send(lead, cast)
    send(lead, cast, **other)
    assert Proposal.objects.count() == 2


def test_what_was_refused_may_be_sent_again(lead: Client, cast: SimpleNamespace) -> None:
    for _ in range(2):
        assert send(lead, cast, title="").status_code == 422
    assert not RateCount.objects.exists()


def test_others_are_not_taken_for_the_same(lead: Client, cast: SimpleNamespace) -> None:
    send(lead, cast)
    send(signed_in(cast.member), cast)
    assert Proposal.objects.count() == 2


def test_a_sending_that_never_ends_is_told(lead: Client, cast: SimpleNamespace, monkeypatch: Any) -> None:
    monkeypatch.setattr(once, "WAITS", 1)
    monkeypatch.setattr(once, "PAUSE", 0)
    monkeypatch.setattr(once, "claim", lambda key: False)
    answer = send(lead, cast)
    assert answer["Location"] == "/"
    assert "途中です" in lead.get("/").text
    assert not Proposal.objects.exists()


@pytest.mark.django_db
def test_the_claim_of_a_dead_process_goes() -> None:
    RateCount.objects.create(key="k", start=timezone.now() - dt.timedelta(minutes=3))
    assert once.claim("k")
    assert not once.claim("k")


@pytest.mark.django_db(transaction=True)
def test_four_at_once_make_one(cast: SimpleNamespace) -> None:
    cookies = signed_in(cast.lead).cookies
    start, answers = threading.Barrier(PRESSES), []

    def press() -> None:
        client = Client()
        client.cookies = cookies
        start.wait()
        answers.append(send(client, cast))
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(PRESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Proposal.objects.count() == 1
    assert {answer["Location"] for answer in answers} == {reverse("actions:proposal", args=[Proposal.objects.get().pk])}
