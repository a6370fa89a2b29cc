"""The list of rounds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from rounds.models import Reply, Round
from tests.builders import make_membership, make_reply, make_round, today

Sign = Callable[[User], Client]
URL = "/rounds/"


def text_of(response: object) -> str:
    return re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.S)


@pytest.mark.parametrize("role", ["admin", "secretariat", "executive", "lead", "member", "viewer"])
def test_every_reader_sees_the_rounds(asked: Round, cast: SimpleNamespace, as_user: Sign, role: str) -> None:
    response = as_user(getattr(cast, role)).get(URL)
    assert response.status_code == 200
    assert f"{asked}</a></th>" in response.content.decode()


def test_staff_without_a_role_are_refused(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    assert as_user(cast.nobody).get(URL).status_code == 403


def test_a_stranger_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL)["Location"].startswith(reverse("accounts:sign_in"))


def test_the_list_is_only_read(cast: SimpleNamespace, as_user: Sign) -> None:
    assert as_user(cast.secretariat).post(URL).status_code == 405


def test_each_state_is_counted(asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    Reply.objects.filter(pk=tax.pk).update(state="accepted", accepted_at=timezone.now())
    page = as_user(cast.viewer).get(URL).content.decode()
    assert "受理1課、未回答1課" in page
    assert '<td class="nb">1 / 2課</td><td class="nb">1課</td>' in page


def test_a_started_draft_is_not_counted_as_silent(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    Reply.objects.filter(pk=tax.pk).update(started_at=timezone.now())
    assert "下書き1課、未回答1課" in as_user(cast.viewer).get(URL).content.decode()


def test_the_own_open_reply_comes_first(asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    page = text_of(as_user(cast.member).get(URL))
    assert f'<a class="btn primary" href="/rounds/replies/{tax.pk}/">' in page
    assert page.index("回答する") < page.index("照会の一覧")
    assert "福祉課" not in page


def test_a_returned_reply_says_so(asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    Reply.objects.filter(pk=tax.pk).update(state="returned")
    assert "事務局から差し戻されています。" in text_of(as_user(cast.lead).get(URL))


def test_a_lead_is_told_what_waits_for_approval(asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    Reply.objects.filter(pk=tax.pk).update(state="submitted")
    assert "承認待ちの回答を見る" in text_of(as_user(cast.lead).get(URL))


def test_two_posts_show_two_replies(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    make_membership(user=cast.member, role="member", department=cast.welfare)
    page = text_of(as_user(cast.member).get(URL))
    assert page.count("own-reply") == 2
    assert page.count("btn primary") == 1


@pytest.mark.parametrize("state", ["accepted", "closed", "planned"])
def test_what_needs_no_answer_is_not_put_first(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, state: str
) -> None:
    if state == "accepted":
        Reply.objects.filter(pk=tax.pk).update(state="accepted", accepted_at=timezone.now())
    elif state == "closed":
        Round.objects.filter(pk=asked.pk).update(closed_at=timezone.now())
    else:
        Round.objects.filter(pk=asked.pk).update(opens_on=today() + dt.timedelta(days=1))
    assert "own-reply" not in text_of(as_user(cast.member).get(URL))


def test_only_the_secretariat_opens_rounds(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    assert reverse("rounds:open") in as_user(cast.secretariat).get(URL).content.decode()
    assert reverse("rounds:open") not in as_user(cast.lead).get(URL).content.decode()


def test_without_rounds_the_next_step_is_named(cast: SimpleNamespace, as_user: Sign) -> None:
    assert "最初の照会を開く" in text_of(as_user(cast.secretariat).get(URL))
    assert "事務局が照会を開くと" in text_of(as_user(cast.viewer).get(URL))


def test_the_list_is_sorted_and_cut_into_pages(cast: SimpleNamespace, as_user: Sign) -> None:
    for year in range(2001, 2024):
        make_round(f"{year}H1", title=f"{year}の照会")
    client = as_user(cast.viewer)
    first = text_of(client.get(URL))
    assert first.index("2023の照会") < first.index("2022の照会")
    assert "2001の照会" not in first
    assert "2001の照会" in text_of(client.get(URL, {"page": 2}))
    assert "2001の照会" in text_of(client.get(URL, {"sort": "period"}))
    assert client.get(URL, {"page": "last", "sort": "nonsense"}).status_code == 200


def test_the_table_alone_is_swapped(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    headers = {"HX-Request": "true", "HX-Target": "rounds"}
    response = as_user(cast.viewer).get(URL, headers=headers)
    assert response.content.decode().lstrip().startswith('<div id="rounds">')


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ((-7, 7, False), "受付中"),
        ((-7, -1, False), "期限後も受付中"),
        ((3, 7, False), "開始前"),
        ((-7, 7, True), "締切済み"),
    ],
)
def test_the_phase_is_shown(cast: SimpleNamespace, as_user: Sign, dates: tuple[int, int, bool], words: str) -> None:
    start, end, closed = dates
    make_round(
        opens_on=today() + dt.timedelta(days=start), due_on=today() + dt.timedelta(days=end),
        closed_at=timezone.now() if closed else None,
    )  # fmt: skip
    assert f"{words}</span>" in text_of(as_user(cast.viewer).get(URL))


def test_more_rounds_need_no_more_queries(cast: SimpleNamespace, as_user: Sign) -> None:
    client = as_user(cast.member)

    def queries_with(rounds: int) -> int:
        while Round.objects.count() < rounds:
            make_reply(round=make_round(f"{2000 + Round.objects.count()}H1"), department=cast.tax)
        with CaptureQueriesContext(connection) as seen:
            client.get(URL)
        return len(seen)

    queries_with(1)
    assert queries_with(5) == queries_with(10)
