"""Accepting and returning on screen, and reading what was accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rounds import services
from rounds.models import Reply, Round
from rounds.sections import Change
from tests.builders import make_reply, make_round
from tests.rounds.conftest import FakeSection

Sign = Callable[[User], Client]
HTMX = {"HX-Request": "true", "HX-Target": "review"}
OTHERS = ("admin", "executive", "lead", "member", "viewer", "nobody")


@pytest.fixture
def waiting(tax: Reply, cast: SimpleNamespace) -> Reply:
    """The reply of 税務課, approved; its version is 2."""
    return services.submit_reply(reply=tax, version=1, by=cast.lead, approve=True)


def text_of(response: object) -> str:
    return re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.S)


def url(reply: Reply, act: str) -> str:
    return f"/rounds/replies/{reply.pk}/{act}/"


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_secretariat_accepts_and_returns(
    asked: Round, waiting: Reply, cast: SimpleNamespace, as_user: Sign, role: str
) -> None:
    client = as_user(getattr(cast, role))
    assert client.post(url(waiting, "accept"), {"version": 2}).status_code == 403
    assert client.get(url(waiting, "return")).status_code == 403
    assert client.post(url(waiting, "return"), {"version": 2, "comment": "なぜ"}).status_code == 403
    quiet = client.post(f"/rounds/{asked.pk}/accept-unchanged/", {"replies": [f"{waiting.pk}:2"]})
    assert quiet.status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == "approved"


# ---- accept


def test_a_reply_is_accepted(asked: Round, waiting: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    client = as_user(cast.secretariat)
    response = client.post(url(waiting, "accept"), {"version": 2, "kind": "newly_late"}, follow=True)
    assert response.redirect_chain == [(f"/rounds/{asked.pk}/?kind=newly_late", 302)]
    assert "税務課の回答を受理しました。" in response.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "accepted"


def test_htmx_gets_the_queue_without_the_accepted_reply(
    waiting: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    services.submit_reply(reply=welfare, version=1, by=cast.other_lead, approve=True)
    fake.moved = {r.pk: [Change("done", 60, f"{r.department}の取組", "")] for r in (waiting, welfare)}
    response = as_user(cast.secretariat).post(url(waiting, "accept"), {"version": 2}, headers=HTMX)
    page = text_of(response)
    assert page.lstrip().startswith('<div id="review"')
    assert "福祉課の取組" in page
    assert "税務課の取組" not in page
    assert 'hx-swap-oob="true"' in page
    assert "税務課の回答を受理しました。" in page
    assert page.count("data-focus") == 1


@pytest.mark.parametrize("version", ["1", "", "x"])
def test_an_unseen_version_is_not_accepted(waiting: Reply, cast: SimpleNamespace, as_user: Sign, version: str) -> None:
    response = as_user(cast.secretariat).post(url(waiting, "accept"), {"version": version}, headers=HTMX)
    assert response.status_code == 409
    assert "税務課：表示したあとに" in response.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "approved"


def test_accepting_twice_is_refused(waiting: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection) -> None:
    client = as_user(cast.secretariat)
    client.post(url(waiting, "accept"), {"version": 2})
    response = client.post(url(waiting, "accept"), {"version": 2})
    assert response.status_code == 409
    assert "いま「受理」のため" in response.content.decode()
    assert fake.accepted == [waiting.pk]


def test_quiet_replies_are_accepted_together(
    asked: Round, waiting: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    services.submit_reply(reply=welfare, version=1, by=cast.other_lead, approve=True)
    sent = {"replies": [f"{waiting.pk}:2", f"{welfare.pk}:2"]}
    response = as_user(cast.secretariat).post(f"/rounds/{asked.pk}/accept-unchanged/", sent, follow=True)
    assert "変更のない2課の回答を受理しました。" in response.content.decode()
    assert sorted(fake.accepted) == sorted([waiting.pk, welfare.pk])


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ([], "受理する回答がありません"),
        (["x"], "受理する回答がありません"),
        (["{tax}:2", "1;2"], "受理する回答がありません"),
        (["{tax}:1"], "表示したあとに"),
        (["{tax}:2", "{welfare}:1"], "福祉課の回答はいま「未回答」"),
        (["{tax}:2", "{foreign}:1"], "この照会にない回答"),
        (["99999999999:2"], "受理する回答がありません"),
    ],
)
def test_together_all_or_none_are_accepted(
    asked: Round, waiting: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign,
    replies: list[str], words: str,
) -> None:  # fmt: skip
    foreign = make_reply(round=make_round("2025H2", sections=["fake"]), state="approved")
    sent = [r.format(tax=waiting.pk, welfare=welfare.pk, foreign=foreign.pk) for r in replies]
    response = as_user(cast.secretariat).post(f"/rounds/{asked.pk}/accept-unchanged/", {"replies": sent})
    assert response.status_code == 409
    assert words in response.content.decode()
    assert not Reply.objects.accepted().exists()


# ---- return


def test_the_form_opens_in_place_and_as_a_page(waiting: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    client = as_user(cast.secretariat)
    inline = client.get(
        url(waiting, "return"), headers={"HX-Request": "true", "HX-Target": f"return-{waiting.pk}"}
    ).content.decode()
    assert inline.startswith(f'<form class="ret" id="return-{waiting.pk}"')
    assert 'hx-target="#review"' in inline
    page = client.get(url(waiting, "return")).content.decode()
    assert "税務課の回答を差し戻す" in page
    assert "hx-post" not in page


def test_a_reply_is_returned(asked: Round, waiting: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    sent = {"version": 2, "comment": "理由を書いてください。"}
    response = as_user(cast.secretariat).post(url(waiting, "return"), sent, follow=True)
    assert response.redirect_chain == [(f"/rounds/{asked.pk}/", 302)]
    assert "税務課に差し戻しました。" in response.content.decode()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.return_comment) == ("returned", "理由を書いてください。")


def test_htmx_gets_the_queue_after_a_return(waiting: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    sent = {"version": 2, "comment": "理由を書いてください。"}
    response = as_user(cast.secretariat).post(url(waiting, "return"), sent, headers=HTMX)
    assert response.content.decode().lstrip().startswith('<div id="review"')
    assert "HX-Retarget" not in response


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"version": 2, "comment": ""}, "差し戻しの理由を入力してください。"),
        ({"version": 2, "comment": "   "}, "差し戻しの理由を入力してください。"),
        ({"version": 2, "comment": "あ" * 1001}, "1000"),
        ({"version": 1, "comment": "理由"}, "表示したあとに"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wrong_return_is_shown_in_its_form(
    waiting: Reply, cast: SimpleNamespace, as_user: Sign, sent: dict[str, object], words: str, headers: dict[str, str]
) -> None:
    response = as_user(cast.secretariat).post(url(waiting, "return"), sent, headers=headers)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert str(sent["comment"]).strip() in response.content.decode()
    if headers:
        assert response["HX-Retarget"] == f"#return-{waiting.pk}"
        assert response.content.decode().startswith('<form class="ret"')
    waiting.refresh_from_db()
    assert waiting.state == "approved"


def test_a_reply_not_handed_in_cannot_be_returned(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    client = as_user(cast.secretariat)
    response = client.get(url(tax, "return"), follow=True)
    assert response.redirect_chain == [(f"/rounds/replies/{tax.pk}/", 302)]
    assert "提出されていないため、差し戻せません" in response.content.decode()
    response = client.post(url(tax, "return"), {"version": 1, "comment": "理由"})
    assert response.status_code == 422
    assert "いま「未回答」のため" in response.content.decode()


def test_an_accepted_reply_is_corrected_not_returned(
    waiting: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    client = as_user(cast.secretariat)
    client.post(url(waiting, "accept"), {"version": waiting.version})
    response = client.get(url(waiting, "return"), follow=True)
    assert "受理しているため、差し戻せません" in response.content.decode()
    assert "訂正する" in response.content.decode()
    waiting.refresh_from_db()
    refused = client.post(url(waiting, "return"), {"version": waiting.version, "comment": "理由"})
    assert refused.status_code == 422
    waiting.refresh_from_db()
    assert (waiting.state, waiting.return_comment) == ("accepted", "")


# ---- what was accepted


@pytest.mark.parametrize("role", ["admin", "secretariat", "executive", "lead", "other_lead", "viewer"])
def test_every_reader_reads_the_accepted_content(
    waiting: Reply, cast: SimpleNamespace, as_user: Sign, role: str
) -> None:
    services.accept_reply(reply=waiting, version=2, by=cast.secretariat)
    cast.tax.name = "課税課"
    cast.tax.save()
    page = text_of(as_user(getattr(cast, role)).get(url(waiting, "frozen")))
    assert "税務課の答え" in page
    assert "<h1>令和8年度上期の照会　税務課</h1>" in page
    for words in ("ためしの質問", "項目", "課長の承認", "事務局", "令和8年度上期"):
        assert words in page


def test_a_section_without_rows_says_so(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    empty = {
        "round": {"title": "照会", "period_label": "令和8年度上期"}, "department": {"name": "税務課"},
        "steps": [], "parts": [{"key": "fake", "title": "ためし", "heads": ["項目"], "rows": []}],
    }  # fmt: skip
    Reply.objects.filter(pk=tax.pk).update(state="accepted", accepted_at=timezone.now(), frozen=empty)
    assert "この部分に回答する項目はありませんでした。" in text_of(as_user(cast.viewer).get(url(tax, "frozen")))
