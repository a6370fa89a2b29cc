"""The department's one page, its standing, and its acts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from rounds import services
from rounds.models import Reply, Round
from rounds.sections import Missing
from tests.builders import make_department, make_reply, make_round, make_user, today
from tests.rounds.conftest import FakeSection

Sign = Callable[[User], Client]


def text_of(response: object) -> str:
    return re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.S)


def url(reply: Reply, act: str = "") -> str:
    return f"/rounds/replies/{reply.pk}/{act + '/' if act else ''}"


def put(reply: Reply, state: str, **kw: object) -> None:
    Reply.objects.filter(pk=reply.pk).update(state=state, **kw)


# ---- who reads what


@pytest.mark.parametrize("role", ["secretariat", "lead", "member"])
def test_the_department_and_the_secretariat_read_the_draft(
    tax: Reply, cast: SimpleNamespace, as_user: Sign, role: str
) -> None:
    response = as_user(getattr(cast, role)).get(url(tax))
    assert response.status_code == 200
    assert "税務課の下書きの内容" in response.content.decode()


@pytest.mark.parametrize("role", ["admin", "executive", "viewer", "other_lead"])
@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "returned"])
def test_for_others_a_draft_does_not_exist(
    tax: Reply, cast: SimpleNamespace, as_user: Sign, role: str, state: str
) -> None:
    put(tax, state)
    client = as_user(getattr(cast, role))
    assert client.get(url(tax)).status_code == 404
    assert client.get(url(tax, "standing")).status_code == 404
    assert client.get(url(tax, "frozen")).status_code == 404


@pytest.mark.parametrize("role", ["admin", "executive", "viewer", "other_lead"])
def test_others_are_led_to_what_was_accepted(tax: Reply, cast: SimpleNamespace, as_user: Sign, role: str) -> None:
    services.submit_reply(reply=tax, version=1, by=cast.lead, approve=True)
    services.accept_reply(reply=tax, version=2, by=cast.secretariat)
    response = as_user(getattr(cast, role)).get(url(tax), follow=True)
    assert response.redirect_chain == [(url(tax, "frozen"), 302)]
    assert "下書きの内容" not in response.content.decode()


def test_staff_without_a_role_are_refused(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    for act in ("", "standing", "frozen"):
        assert as_user(cast.nobody).get(url(tax, act)).status_code == 403


@pytest.mark.parametrize("act", ["", "standing", "frozen", "return"])
def test_unknown_replies_are_not_found(tax: Reply, cast: SimpleNamespace, as_user: Sign, act: str) -> None:
    for pk in (99999, 10**30):
        assert as_user(cast.secretariat).get(f"/rounds/replies/{pk}/{act + '/' if act else ''}").status_code == 404


# ---- the page


def test_the_head_says_what_until_when(asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    Round.objects.filter(pk=asked.pk).update(note="添付も見てください。\n<b>太字</b>")
    page = text_of(as_user(cast.member).get(url(tax)))
    assert "令和8年度上期の照会　税務課" in page
    assert "あと7日" in page
    assert "令和8年4月〜令和8年9月" in page
    assert "添付も見てください。" in page
    assert "&lt;b&gt;太字" in page


def test_the_strip_adds_up_all_sections(tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection) -> None:
    fake.missing = [Missing("K-17 が未回答", "a6")]
    page = text_of(as_user(cast.member).get(url(tax)))
    assert '<span class="num">3</span>件中<span class="num">2</span>件 回答済み' in page
    assert 'href="#fake-2" class="bad" title="二つ目：要修正"' in page
    assert "ためしの質問 2/3</a>" in page
    assert "まだ入力はありません" in page
    assert "提出まで、あと1つです" in page
    assert '<a href="#a6">K-17 が未回答</a>' in page


def test_a_long_list_of_missing_things_is_cut(
    tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    fake.missing = [Missing(f"K-{n} が未回答", f"a{n}") for n in range(11)]
    page = text_of(as_user(cast.member).get(url(tax)))
    assert page.count("が未回答</a>") == 8
    assert "ほか3つ" in page


def test_the_time_of_saving_is_shown(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    services.touch(reply=tax, by=cast.member)
    assert re.search(r"令和\d+年\d+月\d+日 \d\d:\d\d 保存", text_of(as_user(cast.member).get(url(tax))))


@pytest.mark.parametrize(
    ("role", "words"),
    [("member", "課長の承認へ進む"), ("lead", "承認して提出する"), ("secretariat", "課に代わって提出する")],
)
def test_each_role_has_its_own_button(tax: Reply, cast: SimpleNamespace, as_user: Sign, role: str, words: str) -> None:
    page = text_of(as_user(getattr(cast, role)).get(url(tax)))
    assert words in page
    assert "入力できます" in page


@pytest.mark.parametrize(
    ("role", "state", "shown", "hidden"),
    [
        ("member", "submitted", ["下書きに戻す", "課長の承認を待っています"], ["承認して提出", "受理する"]),
        ("lead", "submitted", ["承認して提出する", "差し戻す（下書きへ）"], ["受理する"]),
        ("secretariat", "submitted", ["課長に代わって承認する", "差し戻す"], ["下書きに戻す", "受理する"]),
        ("member", "approved", ["事務局の確認を待っています"], ["下書きに戻す", "受理する"]),
        ("lead", "approved", ["下書きに戻す"], ["承認して提出", "受理する"]),
        ("secretariat", "approved", ["受理する", "差し戻す"], ["下書きに戻す"]),
        ("lead", "accepted", ["受理した内容を見る", "事務局に訂正を頼んでください"], ["下書きに戻す", "承認して提出"]),
        ("member", "accepted", ["事務局に訂正を頼んでください"], ["訂正する</a>"]),
        ("secretariat", "accepted", ["受理した内容を見る", "訂正する</a>"], ["受理する</button>", "差し戻す</a>"]),
        ("secretariat", "accepted", ["受理した内容を見る"], ["事務局に訂正を頼んで"]),
    ],
)
def test_after_submission_the_page_is_read_only(
    tax: Reply, cast: SimpleNamespace, as_user: Sign, role: str, state: str, shown: list[str], hidden: list[str]
) -> None:
    now = timezone.now()
    put(tax, state, submitted_at=now, submitted_by=cast.member, accepted_at=now if state == "accepted" else None)
    page = text_of(as_user(getattr(cast, role)).get(url(tax)))
    assert "読むだけです" in page
    assert "税務課推進員" in page
    for words in shown:
        assert words in page
    for words in hidden:
        assert words not in page


def test_a_returned_reply_shows_the_reason(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    services.submit_reply(reply=tax, version=1, by=cast.lead, approve=True)
    services.return_reply(reply=tax, version=2, by=cast.secretariat, comment="K-12の<理由>を書いてください。")
    page = text_of(as_user(cast.member).get(url(tax)))
    assert "事務局から差し戻されました" in page
    assert "K-12の&lt;理由&gt;を書いてください。" in page
    assert "課長の承認へ進む" in page


@pytest.mark.parametrize(
    ("dates", "words"), [({"opens": 3}, "から入力できます"), ({"closed": True}, "に締め切られました")]
)
def test_outside_its_time_the_page_is_read_only(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, dates: dict[str, int], words: str
) -> None:
    if "opens" in dates:
        Round.objects.filter(pk=asked.pk).update(opens_on=today() + dt.timedelta(days=3))
    else:
        Round.objects.filter(pk=asked.pk).update(closed_at=timezone.now())
    page = text_of(as_user(cast.member).get(url(tax)))
    assert words in page
    assert "読むだけです" in page
    assert "課長の承認へ進む" not in page


def test_the_previous_reply_is_one_click_away(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    assert "前回の回答" not in text_of(as_user(cast.member).get(url(tax)))
    old_round = make_round("2025H2", sections=["fake"])
    old = make_reply(round=old_round, department=cast.tax, state="accepted", accepted_at=timezone.now(), frozen={})
    assert f'href="{url(old, "frozen")}"' in text_of(as_user(cast.member).get(url(tax)))


# ---- standing


def test_the_standing_brings_strip_and_submit_bar(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    response = as_user(cast.member).get(url(tax, "standing"), headers={"HX-Request": "true", "HX-Target": "strip"})
    page = response.content.decode()
    assert page.startswith('<div class="sticky" id="strip"')
    assert 'id="submit-bar" hx-swap-oob="true"' in page
    assert "reply-changed" not in page, "what listens stands outside of what is exchanged"
    assert "下書きの内容" not in page
    whole = as_user(cast.member).get(url(tax)).content.decode()
    assert 'hx-trigger="reply-changed from:body"' in whole
    assert 'hx-sync="this:queue last"' in whole


def test_without_htmx_the_standing_is_the_page(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    assert as_user(cast.member).get(url(tax, "standing"))["Location"] == url(tax)


# ---- acts


@pytest.mark.parametrize(
    ("role", "state", "words"),
    [
        ("member", "submitted", "課長の承認へ進めました。"),
        ("lead", "approved", "提出しました。事務局の確認を待っています。"),
        ("secretariat", "approved", "提出しました。"),
    ],
)
def test_submitting_goes_as_far_as_the_role_reaches(
    tax: Reply, cast: SimpleNamespace, as_user: Sign, role: str, state: str, words: str
) -> None:
    response = as_user(getattr(cast, role)).post(url(tax, "submit"), {"version": 1}, follow=True)
    assert words in response.content.decode()
    tax.refresh_from_db()
    assert (tax.state, tax.submitted_by) == (state, getattr(cast, role))


def test_submitting_with_missing_parts_says_which(
    tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    fake.missing = [Missing("K-17 が未回答", "a6")]
    response = as_user(cast.member).post(url(tax, "submit"), {"version": 1})
    assert response.status_code == 422
    page = response.content.decode()
    assert "まだ提出できません。あと1つ残っています（K-17 が未回答）。" in page
    assert '<a href="#a6">' in page
    tax.refresh_from_db()
    assert tax.state == "draft"


def test_a_double_click_is_told_and_counted_once(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    client = as_user(cast.member)
    client.post(url(tax, "submit"), {"version": 1})
    response = client.post(url(tax, "submit"), {"version": 1})
    assert response.status_code == 409
    assert "いま「承認待ち」のため" in response.content.decode()
    assert Entry.objects.about(tax).filter(act="submit").count() == 1


@pytest.mark.parametrize("version", ["9", "", "最新", "0"])
def test_an_act_on_another_version_is_refused(tax: Reply, cast: SimpleNamespace, as_user: Sign, version: str) -> None:
    response = as_user(cast.lead).post(url(tax, "submit"), {"version": version})
    assert response.status_code == 409
    assert "ほかの人がこの回答を動かしました" in response.content.decode()


def test_the_lead_approves_or_takes_back(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    client = as_user(cast.lead)
    put(tax, "submitted")
    response = client.post(url(tax, "approve"), {"version": 1}, follow=True)
    assert "承認しました。" in response.content.decode()
    response = client.post(url(tax, "withdraw"), {"version": 2}, follow=True)
    assert "下書きに戻しました。" in response.content.decode()
    tax.refresh_from_db()
    assert tax.state == "draft"


def test_a_member_takes_back_until_the_lead_approves(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    client = as_user(cast.member)
    put(tax, "submitted")
    assert client.post(url(tax, "withdraw"), {"version": 1}).status_code == 302
    put(tax, "approved")
    assert client.post(url(tax, "withdraw"), {"version": 2}).status_code == 403


def test_a_member_does_not_approve(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    put(tax, "submitted")
    assert as_user(cast.member).post(url(tax, "approve"), {"version": 1}).status_code == 403


@pytest.mark.parametrize("act", ["submit", "approve", "withdraw"])
@pytest.mark.parametrize("role", ["admin", "executive", "viewer", "other_lead"])
def test_strangers_move_nothing(tax: Reply, cast: SimpleNamespace, as_user: Sign, act: str, role: str) -> None:
    assert as_user(getattr(cast, role)).post(url(tax, act), {"version": 1}).status_code == 404
    tax.refresh_from_db()
    assert (tax.state, tax.version) == ("draft", 1)


@pytest.mark.parametrize("act", ["submit", "approve", "withdraw", "accept"])
def test_acts_are_posted_only(tax: Reply, cast: SimpleNamespace, as_user: Sign, act: str) -> None:
    assert as_user(cast.secretariat).get(url(tax, act)).status_code == 405


@pytest.mark.parametrize("act", ["", "standing", "frozen"])
def test_pages_are_read_only(tax: Reply, cast: SimpleNamespace, as_user: Sign, act: str) -> None:
    assert as_user(cast.secretariat).post(url(tax, act)).status_code == 405


def test_after_an_act_htmx_is_led_to_the_page(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    response = as_user(cast.member).post(url(tax, "submit"), {"version": 1}, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == url(tax)


def test_the_lead_of_two_departments_reads_both(
    asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    both = make_user("lead", department=cast.tax)
    make_department()
    client = as_user(both)
    assert client.get(url(tax)).status_code == 200
    assert client.get(url(welfare)).status_code == 404


# ---- the 所属長 gives it back to the 推進員


def test_a_lead_gives_a_reply_back_with_a_reason_that_the_member_reads(
    tax: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    services.submit_reply(reply=tax, version=1, by=cast.member)
    lead, member = as_user(cast.lead), as_user(cast.member)
    assert f'href="{url(tax, "send-back")}"' in text_of(lead.get(url(tax)))
    assert lead.get(url(tax, "send-back")).status_code == 200
    blank = lead.post(url(tax, "send-back"), {"version": 2, "reason": " "})
    assert (blank.status_code, Reply.objects.get(pk=tax.pk).state) == (422, "submitted")
    lead.post(url(tax, "send-back"), {"version": 2, "reason": "進捗率の根拠を書いてください。"})
    found = Reply.objects.get(pk=tax.pk)
    assert (found.state, found.submitted_at) == ("draft", None)
    page = text_of(member.get(url(tax)))
    assert "課長から差し戻されました" in page
    assert "進捗率の根拠を書いてください。" in page
    assert "課長から差し戻されています" in text_of(member.get("/rounds/"))
    entry = Entry.objects.about(found).order_by("-seq").first()
    assert (entry.act, entry.changes["sent_back_reason"]) == ("return", ["", "進捗率の根拠を書いてください。"])
    services.submit_reply(reply=found, version=found.version, by=cast.member)
    found.refresh_from_db()
    assert (found.sent_back_reason, found.sent_back_at) == ("", None)


def test_only_what_awaits_approval_is_given_back(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    assert as_user(cast.lead).get(url(tax, "send-back"))["Location"] == url(tax)
    with pytest.raises(ValidationError, match="この操作はできません"):
        services.send_back_reply(reply=tax, version=1, by=cast.lead, reason="直してください。")
    services.submit_reply(reply=tax, version=1, by=cast.member)
    assert as_user(cast.member).post(url(tax, "send-back"), {"version": 2, "reason": "x"}).status_code == 403
    stale = as_user(cast.lead).post(url(tax, "send-back"), {"version": 1, "reason": "直してください。"})
    assert stale.status_code == 422
    assert Reply.objects.get(pk=tax.pk).state == "submitted"
