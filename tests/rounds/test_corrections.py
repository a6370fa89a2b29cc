"""Out of turn: reopening one reply after the close, correcting what was accepted, ending a dissolved department's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import Department, User
from actions.services import save_report
from audit.models import Entry
from maturity.models import Assessment
from rounds import frozen, monitor, services
from rounds.models import Reply, Round
from tests.builders import make_action, make_assessment, make_membership, make_reply, make_round, make_rubric, today
from tests.rounds.conftest import FakeSection

Sign = Callable[[User], Client]
OTHERS = ("admin", "executive", "lead", "member", "viewer")
ACTS = ("reopen", "correct", "void")


def dissolve(department: Department) -> None:
    Department.objects.filter(pk=department.pk).update(valid_to=today() - dt.timedelta(days=1))


def closed(round_: Round, cast: SimpleNamespace) -> None:
    services.close_round(round_=round_, version=round_.version, by=cast.secretariat)


def accepted(reply: Reply, cast: SimpleNamespace) -> Reply:
    services.submit_reply(reply=reply, version=reply.version, by=cast.lead, approve=True)
    return services.accept_reply(reply=reply, version=reply.version + 1, by=cast.secretariat)


def url(reply: Reply, act: str) -> str:
    return f"/rounds/replies/{reply.pk}/{act}/"


def text_of(reply: Reply, client: Client) -> str:
    return client.get(f"/rounds/replies/{reply.pk}/").content.decode()


def test_a_correction_handed_in_by_the_office_says_so(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    services.correct_reply(reply=accepted(tax, cast), version=3, reason="転記の誤り", by=cast.secretariat)
    services.submit_reply(reply=tax, version=4, by=cast.secretariat, approve=True)
    page = text_of(tax, as_user(cast.lead))
    assert "事務局が課に代わって提出しました。事務局の確認を待っています。" in page
    assert "課長が承認しました" not in page
    assert "<b>課長の承認</b>" not in page
    done = services.accept_reply(reply=tax, version=5, by=cast.secretariat)
    assert [s["label"] for s in done.frozen["steps"]] == [
        "差し戻し", "課に代わる提出（事務局）", "課長に代わる承認（事務局）", "受理",
    ]  # fmt: skip


def test_an_approval_in_place_of_the_head_says_so(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    services.submit_reply(reply=tax, version=1, by=cast.member)
    services.approve_reply(reply=tax, version=2, by=cast.secretariat)
    page = text_of(tax, as_user(cast.lead))
    assert "事務局が課長に代わって承認しました。事務局の確認を待っています。" in page
    assert "<b>提出</b>" in page


def test_a_head_who_also_works_for_the_office_approved_as_head(
    tax: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    make_membership(user=cast.lead, role="secretariat")
    services.submit_reply(reply=tax, version=1, by=cast.lead, approve=True)
    page = text_of(tax, as_user(cast.lead))
    assert "課長が承認しました。事務局の確認を待っています。" in page
    assert "<b>課長の承認</b>" in page


# ---- reopening


def test_one_reply_goes_on_after_the_close(asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace) -> None:
    closed(asked, cast)
    Round.objects.filter(pk=asked.pk).update(due_on=today() - dt.timedelta(days=1))
    services.reopen_reply(reply=tax, version=1, reason="集計に間に合う", by=cast.secretariat)
    services.touch(reply=tax, by=cast.secretariat)
    with pytest.raises(ValidationError, match="締め切られました"):
        services.touch(reply=welfare, by=cast.member)
    late = services.submit_reply(reply=tax, version=2, by=cast.secretariat, approve=True)
    assert late.is_late
    assert services.return_reply(reply=tax, version=3, by=cast.secretariat, comment="直す").state == "returned"
    entry = Entry.objects.about(tax).get(act="reopen")
    assert entry.changes["reopen_reason"] == ["", "集計に間に合う"]


def test_what_comes_in_after_an_early_close_is_late_although_the_due_day_is_ahead(
    asked: Round, tax: Reply, cast: SimpleNamespace
) -> None:
    closed(asked, cast)
    tax.round.refresh_from_db()
    services.reopen_reply(reply=tax, version=1, reason="集計に間に合う", by=cast.secretariat)
    assert tax.round.due_on >= today()
    assert services.submit_reply(reply=tax, version=2, by=cast.secretariat, approve=True).is_late


def test_closing_again_ends_single_replies_too(asked: Round, tax: Reply, cast: SimpleNamespace) -> None:
    closed(asked, cast)
    services.reopen_reply(reply=tax, version=1, reason="遅れて届く", by=cast.secretariat)
    asked.refresh_from_db()
    services.reopen_round(round_=asked, version=asked.version, by=cast.secretariat)
    asked.refresh_from_db()
    closed(asked, cast)
    with pytest.raises(ValidationError, match="締め切られました"):
        services.touch(reply=tax, by=cast.member)


@pytest.mark.parametrize(("state", "words"), [("draft", "受け付けています"), ("accepted", "いま「受理」")])
def test_what_needs_no_reopening_is_refused(tax: Reply, cast: SimpleNamespace, state: str, words: str) -> None:
    Reply.objects.filter(pk=tax.pk).update(state=state, accepted_at=timezone.now())
    with pytest.raises(ValidationError, match=words):
        services.reopen_reply(reply=tax, version=1, reason="なぜ", by=cast.secretariat)


# ---- correcting


def test_a_correction_keeps_the_former_version(tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    accepted(tax, cast)
    moved = services.correct_reply(reply=tax, version=3, reason="件数の誤り", by=cast.secretariat)
    assert (moved.state, moved.frozen, moved.return_comment) == ("returned", None, "訂正：件数の誤り")
    former = moved.formers.get()
    assert (former.number, former.reason, former.corrected_by) == (1, "件数の誤り", cast.secretariat)
    assert former.content["parts"][0]["rows"] == [["一つ目", "税務課の答え"]]
    page = as_user(cast.viewer).get(url(tax, "frozen")).content.decode()
    assert "税務課の答え" in page
    assert "件数の誤り" in page
    assert "この版が公式の値です" in page
    assert "受理した内容を訂正しています" in as_user(cast.member).get(f"/rounds/replies/{tax.pk}/").content.decode()


def test_after_the_second_acceptance_both_versions_are_read(
    tax: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    accepted(tax, cast)
    services.correct_reply(reply=tax, version=3, reason="件数の誤り", by=cast.secretariat)
    services.submit_reply(reply=tax, version=4, by=cast.lead, approve=True)
    stored = services.accept_reply(reply=tax, version=5, by=cast.secretariat)
    assert [v.number for v in frozen.versions(stored)] == [1, 2]
    client = as_user(cast.viewer)
    newest = client.get(url(tax, "frozen")).content.decode()
    assert "訂正したあとの内容です（第2版）" in newest
    assert 'href="?version=1"' in newest
    assert "訂正する前の版（第1版）" in client.get(url(tax, "frozen"), {"version": "1"}).content.decode()
    assert client.get(url(tax, "frozen"), {"version": "3"}).status_code == 404
    assert client.get(url(tax, "frozen"), {"version": "x"}).status_code == 200


def test_a_correction_does_not_make_a_timely_reply_late(
    asked: Round, tax: Reply, cast: SimpleNamespace
) -> None:
    accepted(tax, cast)
    past = timezone.now() - dt.timedelta(days=10)
    Reply.objects.filter(pk=tax.pk).update(submitted_at=past)
    Round.objects.filter(pk=asked.pk).update(opens_on=past.date(), due_on=today() - dt.timedelta(days=5))
    services.correct_reply(reply=tax, version=3, reason="件数の誤り", by=cast.secretariat)
    services.submit_reply(reply=tax, version=4, by=cast.lead)
    stored = Reply.objects.select_related("round").get(pk=tax.pk)
    assert stored.submitted_at.date() != past.date()
    assert not stored.is_late


def test_a_correction_after_the_close_is_possible(asked: Round, tax: Reply, cast: SimpleNamespace) -> None:
    accepted(tax, cast)
    closed(asked, cast)
    services.correct_reply(reply=tax, version=3, reason="件数の誤り", by=cast.secretariat)
    services.touch(reply=tax, by=cast.member)


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "returned", "void"])
def test_only_an_accepted_reply_is_corrected(tax: Reply, cast: SimpleNamespace, state: str) -> None:
    Reply.objects.filter(pk=tax.pk).update(state=state)
    with pytest.raises(ValidationError, match="この操作はできません"):
        services.correct_reply(reply=tax, version=1, reason="なぜ", by=cast.secretariat)
    assert not tax.formers.exists()


def test_a_double_click_opens_one_correction(tax: Reply, cast: SimpleNamespace) -> None:
    accepted(tax, cast)
    services.correct_reply(reply=tax, version=3, reason="件数の誤り", by=cast.secretariat)
    with pytest.raises(ValidationError, match="いま「差し戻し中」"):
        services.correct_reply(reply=tax, version=3, reason="件数の誤り", by=cast.secretariat)
    assert tax.formers.count() == 1


def test_official_values_move_only_with_the_second_acceptance(cast: SimpleNamespace) -> None:
    """With the real sections: what everybody reads stays, the draft stays hidden, nothing is counted twice."""
    rubric = make_rubric(axes=1)
    action = make_action(lead_department=cast.tax, lifecycle="running", percent=10)
    reply = make_reply(round=make_round("2026H1"), department=cast.tax)
    make_assessment({"axis-1": 2}, reply=reply, rubric=rubric)
    save_report(action=action, reply=reply, lifecycle="running", percent=60, done="誤り", by=cast.member)
    accepted(reply, cast)
    services.correct_reply(reply=reply, version=3, reason="進捗率の誤り", by=cast.secretariat)
    report = action.reports.get()
    said = {"lifecycle": "running", "percent": 70, "done": "直した", "version": report.version}
    save_report(action=action, reply=reply, by=cast.member, **said)
    action.refresh_from_db()
    assert (action.percent, action.last_report) == (60, None)
    assert Assessment.objects.get(reply=reply).accepted_at is None
    services.submit_reply(reply=reply, version=4, by=cast.lead, approve=True)
    services.accept_reply(reply=reply, version=5, by=cast.secretariat)
    action.refresh_from_db()
    assert (action.percent, action.last_report.done) == (70, "直した")
    assert action.reports.official().count() == 1
    assert Assessment.objects.get(reply=reply).accepted_at is not None


# ---- a dissolved department


def test_the_reply_of_a_dissolved_department_stays_and_is_marked(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    dissolve(cast.tax)
    client = as_user(cast.secretariat)
    assert "に廃止されました" in client.get(f"/rounds/replies/{tax.pk}/").content.decode()
    assert "所属は廃止" in client.get(f"/rounds/{asked.pk}/").content.decode()
    services.touch(reply=tax, by=cast.secretariat)


def test_it_is_ended_and_counted_nowhere(asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    dissolve(cast.tax)
    services.void_reply(reply=tax, version=1, reason="福祉課へ引き継ぎ", by=cast.secretariat)
    shown = monitor.build(asked.replies.light().grouped(), lambda reply: "")
    assert (shown.total, shown.unfinished) == (1, 1)
    counted = Round.objects.with_counts().get(pk=asked.pk)
    assert (counted.n_all, counted.n_void, counted.n_silent) == (1, 1, 1)
    with pytest.raises(ValidationError, match="いま「廃止」"):
        services.touch(reply=tax, by=cast.member)
    page = as_user(cast.secretariat).get(f"/rounds/replies/{tax.pk}/").content.decode()
    assert "福祉課へ引き継ぎ" in page
    assert Entry.objects.about(tax).get(act="void").changes["state"] == ["draft", "void"]


def test_it_can_be_taken_back(tax: Reply, cast: SimpleNamespace) -> None:
    dissolve(cast.tax)
    services.void_reply(reply=tax, version=1, reason="誤り", by=cast.secretariat)
    back = services.reopen_reply(reply=tax, version=2, reason="回答が届いた", by=cast.secretariat)
    assert (back.state, back.void_reason, back.voided_at) == ("draft", "", None)


def test_a_living_department_is_not_ended(tax: Reply, cast: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="廃止されていません"):
        services.void_reply(reply=tax, version=1, reason="なぜ", by=cast.secretariat)


def test_an_accepted_reply_is_not_ended_even_while_it_is_corrected(tax: Reply, cast: SimpleNamespace) -> None:
    accepted(tax, cast)
    dissolve(cast.tax)
    with pytest.raises(ValidationError, match="いま「受理」"):
        services.void_reply(reply=tax, version=3, reason="なぜ", by=cast.secretariat)
    services.correct_reply(reply=tax, version=3, reason="誤り", by=cast.secretariat)
    with pytest.raises(ValidationError, match="訂正しているところ"):
        services.void_reply(reply=tax, version=4, reason="なぜ", by=cast.secretariat)


# ---- pages


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", OTHERS)
def test_only_the_secretariat_acts_out_of_turn(
    tax: Reply, cast: SimpleNamespace, as_user: Sign, act: str, role: str
) -> None:
    client = as_user(getattr(cast, role))
    assert client.get(url(tax, act)).status_code == 403
    assert client.post(url(tax, act), {"version": 1, "reason": "なぜ"}).status_code == 403


def prepared(act: str, asked: Round, tax: Reply, cast: SimpleNamespace) -> int:
    """Bring the reply to where `act` is possible; returns its version."""
    if act == "reopen":
        closed(asked, cast)
    elif act == "void":
        dissolve(cast.tax)
    else:
        return accepted(tax, cast).version
    return 1


@pytest.mark.parametrize("act", ACTS)
def test_each_act_asks_for_a_reason(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, act: str, fake: FakeSection
) -> None:
    version = prepared(act, asked, tax, cast)
    client = as_user(cast.secretariat)
    assert f'href="{url(tax, act)}"' in client.get(f"/rounds/replies/{tax.pk}/").content.decode()
    refused = client.post(url(tax, act), {"version": version, "reason": "  "})
    assert refused.status_code == 422
    assert "理由を入力してください。" in refused.content.decode()
    stale: Any = client.post(url(tax, act), {"version": version - 1, "reason": "理由"})
    assert stale.status_code == 422
    assert "表示したあとに" in stale.content.decode()
    done = client.post(url(tax, act), {"version": version, "reason": "理由"}, follow=True)
    assert done.redirect_chain == [(f"/rounds/replies/{tax.pk}/", 302)]
    assert "税務課の回答：" in done.content.decode()
