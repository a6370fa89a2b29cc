"""Double click, browser back, four senders at once: a form counts once."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import once
from accounts.models import Department, RateCount
from actions import services
from actions.models import Proposal
from tests.builders import make_reply, make_round
from tests.conftest import confirm, signed_in
from tests.together import together

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


def test_a_part_of_a_page_counts_once_too(lead: Client, cast: SimpleNamespace) -> None:
    """課題を挙げる in a reply answers with the section that it stands in."""
    reply = make_reply(department=cast.tax, round=make_round(sections=["hurdles"]))
    address = reverse("actions:raise_hurdle", args=[reply.pk])
    said = {"kind": "people", "title": "担い手", "text": "足りない"}
    values = {"csrfmiddlewaretoken": TOKEN, **{f"hurdle-{name}": value for name, value in said.items()}}
    headers = {"HX-Request": "true", "HX-Target": "sec-hurdles"}
    kind = "application/x-www-form-urlencoded"
    first, second = (lead.post(address, urlencode(values), content_type=kind, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 204), first.text
    assert second["HX-Redirect"].startswith(reverse("rounds:reply", args=[reply.pk]))
    assert reply.hurdles.count() == 1


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


def press(client: Client, address: str, **values: Any) -> Any:
    body = urlencode({"csrfmiddlewaretoken": TOKEN} | values)
    return client.post(address, body, content_type="application/x-www-form-urlencoded")


def test_what_was_refused_on_the_next_page_may_be_sent_again(cast: SimpleNamespace) -> None:
    """The redirect says what is missing; whoever goes back after mending it sends the same form."""
    reply = make_reply(round=make_round("2026H1", sections=["progress", "hurdles"]), department=cast.tax)
    services.raise_hurdle(reply=reply, by=cast.member, actions=[], kind="law", title="押印", text="残っている")
    client = signed_in(cast.member)
    for _ in range(2):
        answer = press(client, reverse("actions:no_hurdle", args=[reply.pk]))
        assert answer.status_code == 302
        assert SENT not in client.get(answer["Location"]).text
    assert not client.session.get(once.KEPT)


def test_what_waited_for_the_password_may_be_sent_again(cast: SimpleNamespace) -> None:
    client = signed_in(cast.admin)
    address = reverse("accounts:department_create")
    values = {"code": "0901", "name": "新しい課", "short_name": "新課", "kind": "section"}
    values |= {"valid_from": "R8.4.1", "order": "1"}
    session = client.session
    session["confirmed_at"] = 1
    session.save()
    assert reverse("accounts:confirm") in press(client, address, **values)["Location"]
    confirm(client)
    again = press(client, address, **values)
    assert again.status_code == 302
    assert reverse("accounts:confirm") not in again["Location"]
    assert Department.objects.filter(code="0901").exists()


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


@pytest.mark.django_db
def test_two_on_either_side_of_a_minute_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither sees the other's claim before it is stored: the database alone can tell the second."""
    monkeypatch.setattr(QuerySet, "exists", lambda rows: False)
    begins = timezone.now().replace(second=0, microsecond=0)
    for moment, claimed in ((begins - dt.timedelta(milliseconds=1), True), (begins, False)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        assert once.claim("k") is claimed


@pytest.mark.django_db(transaction=True)
def test_four_at_once_make_one(cast: SimpleNamespace) -> None:
    cookies = signed_in(cast.lead).cookies

    def press() -> Any:
        client = Client()
        client.cookies = cookies
        return send(client, cast)

    answers = together(press, PRESSES)
    assert Proposal.objects.count() == 1
    assert {answer["Location"] for answer in answers} == {reverse("actions:proposal", args=[Proposal.objects.get().pk])}
