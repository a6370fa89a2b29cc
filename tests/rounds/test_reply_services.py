"""The way of a reply: touch, submit, approve, withdraw, return, accept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Entry
from lib.ledger import command
from rounds import services
from rounds.models import Reply, Round
from rounds.sections import Missing
from tests.builders import make_reply, make_round, today
from tests.rounds.conftest import FakeSection


def acts(reply: Reply) -> list[str]:
    return [e.act for e in Entry.objects.about(reply).order_by("seq")]


def submitted(reply: Reply, by: Any, *, approve: bool = False) -> Reply:
    return services.submit_reply(reply=reply, version=reply.version, by=by, approve=approve)


# ---- touch


def test_the_first_touch_ends_the_silence(tax: Reply, cast: SimpleNamespace) -> None:
    services.touch(reply=tax, by=cast.member)
    assert tax.started_at is not None
    tax.refresh_from_db()
    assert (tax.shown_state, tax.version) == ("draft", 1)
    assert acts(tax) == ["update"]


def test_later_touches_are_not_noted_again(tax: Reply, cast: SimpleNamespace) -> None:
    services.touch(reply=tax, by=cast.member)
    first = tax.started_at
    services.touch(reply=tax, by=cast.member)
    tax.refresh_from_db()
    assert tax.started_at == first
    assert acts(tax) == ["update"]


@pytest.mark.parametrize(("state", "word"), [("submitted", "承認待ち"), ("approved", "確認待ち"), ("accepted", "受理")])
def test_a_reply_that_left_the_department_is_not_touched(
    tax: Reply, cast: SimpleNamespace, state: str, word: str
) -> None:
    Reply.objects.filter(pk=tax.pk).update(state=state, accepted_at=timezone.now())
    with pytest.raises(ValidationError, match=f"いま「{word}」のため"):
        services.touch(reply=tax, by=cast.member)
    assert not Entry.objects.exists()


def test_a_round_that_has_not_begun_is_not_touched(cast: SimpleNamespace, fake: FakeSection) -> None:
    start = today() + dt.timedelta(days=3)
    reply = make_reply(round=make_round(sections=["fake"], opens_on=start, due_on=start), department=cast.tax)
    with pytest.raises(ValidationError, match="から入力できます"):
        services.touch(reply=reply, by=cast.member)


def test_after_the_due_date_entry_goes_on_until_the_round_is_closed(tax: Reply, cast: SimpleNamespace) -> None:
    Round.objects.filter(pk=tax.round_id).update(due_on=today() - dt.timedelta(days=1))
    services.touch(reply=tax, by=cast.member)


def test_a_returned_reply_is_entered_again(tax: Reply, cast: SimpleNamespace) -> None:
    Reply.objects.filter(pk=tax.pk).update(state="returned")
    services.touch(reply=tax, by=cast.member)


def test_touching_needs_an_actor(tax: Reply) -> None:
    with pytest.raises(TypeError):
        services.touch(reply=tax, by=None)
    tax.refresh_from_db()
    assert tax.started_at is None


# ---- submit


def test_a_member_hands_in_for_approval(tax: Reply, cast: SimpleNamespace) -> None:
    moved = submitted(tax, cast.member)
    assert (moved.state, moved.submitted_by, moved.approved_by) == ("submitted", cast.member, None)
    tax.refresh_from_db()
    assert (tax.state, tax.version) == ("submitted", 2)
    assert acts(tax) == ["submit"]
    assert Entry.objects.about(tax).get().changes["state"] == ["draft", "submitted"]


def test_a_lead_hands_in_and_approves_at_once(tax: Reply, cast: SimpleNamespace) -> None:
    moved = submitted(tax, cast.lead, approve=True)
    assert (moved.state, moved.submitted_by, moved.approved_by) == ("approved", cast.lead, cast.lead)
    assert acts(tax) == ["submit", "approve"]


def test_a_reply_with_something_missing_is_not_handed_in(tax: Reply, cast: SimpleNamespace, fake: FakeSection) -> None:
    fake.missing = [Missing(f"K-{n:02} が未回答", f"a{n}") for n in range(1, 5)]
    with pytest.raises(ValidationError) as refused:
        submitted(tax, cast.member)
    assert refused.value.code == "missing"
    assert refused.value.message == (
        "まだ提出できません。あと4つ残っています（K-01 が未回答、K-02 が未回答、K-03 が未回答など）。"
    )
    tax.refresh_from_db()
    assert tax.state == "draft"
    assert not Entry.objects.exists()


def test_a_double_click_hands_in_once(tax: Reply, cast: SimpleNamespace) -> None:
    submitted(tax, cast.member)
    with pytest.raises(ValidationError, match="税務課の回答はいま「承認待ち」のため"):
        submitted(tax, cast.member)
    assert acts(tax) == ["submit"]


def test_handing_in_an_older_version_is_refused(tax: Reply, cast: SimpleNamespace) -> None:
    Reply.objects.filter(pk=tax.pk).update(version=5)
    with pytest.raises(ValidationError, match="表示したあとに、ほかの人がこの回答を動かしました") as refused:
        submitted(tax, cast.member)
    assert refused.value.code == "stale"
    assert not Entry.objects.exists()


def test_nothing_is_handed_in_after_the_close(asked: Round, tax: Reply, cast: SimpleNamespace) -> None:
    services.close_round(round_=asked, version=1, by=cast.secretariat)
    with pytest.raises(ValidationError, match="締め切られました"):
        submitted(tax, cast.member)


def test_a_command_hands_in_without_a_person(tax: Reply) -> None:
    moved = submitted(tax, command("デモの作成"), approve=True)
    assert (moved.state, moved.submitted_by) == ("approved", None)


# ---- approve and withdraw


def test_the_lead_approves(tax: Reply, cast: SimpleNamespace) -> None:
    moved = services.approve_reply(reply=submitted(tax, cast.member), version=2, by=cast.lead)
    assert (moved.state, moved.submitted_by, moved.approved_by) == ("approved", cast.member, cast.lead)
    assert acts(tax) == ["submit", "approve"]


def test_approving_twice_is_refused(tax: Reply, cast: SimpleNamespace) -> None:
    services.approve_reply(reply=submitted(tax, cast.member), version=2, by=cast.lead)
    with pytest.raises(ValidationError, match="いま「確認待ち」"):
        services.approve_reply(reply=tax, version=2, by=cast.lead)
    assert acts(tax) == ["submit", "approve"]


@pytest.mark.parametrize("approve", [False, True])
def test_the_department_takes_its_reply_back(tax: Reply, cast: SimpleNamespace, approve: bool) -> None:
    moved = services.withdraw_reply(reply=submitted(tax, cast.lead, approve=approve), version=2, by=cast.lead)
    moved.refresh_from_db()
    assert (moved.state, moved.shown_state) == ("draft", "draft")
    assert (moved.submitted_at, moved.approved_at, moved.approved_by) == (None, None, None)
    assert acts(tax)[-1] == "withdraw"


@pytest.mark.parametrize("act", [services.withdraw_reply, services.approve_reply])
def test_a_draft_is_neither_withdrawn_nor_approved(
    tax: Reply, cast: SimpleNamespace, act: Callable[..., Reply]
) -> None:
    with pytest.raises(ValidationError, match="いま「未回答」"):
        act(reply=tax, version=1, by=cast.lead)


@pytest.mark.parametrize("act", [services.withdraw_reply, services.approve_reply])
def test_after_the_close_the_department_moves_nothing(
    asked: Round, tax: Reply, cast: SimpleNamespace, act: Callable[..., Reply]
) -> None:
    submitted(tax, cast.member)
    services.close_round(round_=asked, version=1, by=cast.secretariat)
    with pytest.raises(ValidationError, match="締め切られました"):
        act(reply=tax, version=2, by=cast.lead)


# ---- return


def approved(reply: Reply, cast: SimpleNamespace) -> Reply:
    return submitted(reply, cast.lead, approve=True)


def test_a_reply_is_returned_with_a_reason(tax: Reply, cast: SimpleNamespace) -> None:
    moved = services.return_reply(
        reply=approved(tax, cast), version=2, by=cast.secretariat, comment=" 理由を書いてください。 "
    )
    moved.refresh_from_db()
    assert (moved.state, moved.return_comment, moved.returned_by) == (
        "returned", "理由を書いてください。", cast.secretariat,
    )  # fmt: skip
    assert moved.approved_at is None
    assert Entry.objects.about(tax).get(act="return").changes["return_comment"] == ["", "理由を書いてください。"]


@pytest.mark.parametrize(("comment", "words"), [("", "理由を入力"), (" \n", "理由を入力"), ("あ" * 1001, "1000字以内")])
def test_a_return_needs_a_reason_of_fair_length(tax: Reply, cast: SimpleNamespace, comment: str, words: str) -> None:
    approved(tax, cast)
    with pytest.raises(ValidationError) as refused:
        services.return_reply(reply=tax, version=2, by=cast.secretariat, comment=comment)
    assert words in refused.value.message_dict["comment"][0]
    tax.refresh_from_db()
    assert tax.state == "approved"


def test_a_draft_is_not_returned(tax: Reply, cast: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="いま「未回答」"):
        services.return_reply(reply=tax, version=1, by=cast.secretariat, comment="なぜ")


def test_after_the_close_a_return_would_lead_nowhere(asked: Round, tax: Reply, cast: SimpleNamespace) -> None:
    approved(tax, cast)
    services.close_round(round_=asked, version=1, by=cast.secretariat)
    with pytest.raises(ValidationError, match="先に締切を取り消して"):
        services.return_reply(reply=tax, version=2, by=cast.secretariat, comment="なぜ")


def test_a_returned_reply_is_handed_in_again(tax: Reply, cast: SimpleNamespace) -> None:
    services.return_reply(reply=approved(tax, cast), version=2, by=cast.secretariat, comment="直してください。")
    moved = services.submit_reply(reply=tax, version=3, by=cast.lead, approve=True)
    assert moved.state == "approved"
    assert acts(tax) == ["submit", "approve", "return", "submit", "approve"]


# ---- accept


def test_acceptance_freezes_and_makes_official(tax: Reply, cast: SimpleNamespace, fake: FakeSection) -> None:
    services.accept_reply(reply=approved(tax, cast), version=2, by=cast.secretariat)
    tax.refresh_from_db()
    assert (tax.state, tax.accepted_by) == ("accepted", cast.secretariat)
    assert fake.accepted == [tax.pk]
    assert tax.frozen["department"] == {"code": "0204", "name": "税務課"}
    assert tax.frozen["round"]["period_label"] == "令和8年度上期"
    assert [(s["label"], s["by"]) for s in tax.frozen["steps"]] == [
        ("提出", "税務課長"), ("課長の承認", "税務課長"), ("受理", "事務局"),
    ]  # fmt: skip
    assert tax.frozen["parts"] == [
        {
            "key": "fake", "title": "ためしの質問", "heads": ["項目", "答え"],
            "rows": [["一つ目", "税務課の答え"]], "raw": 1,
        }
    ]  # fmt: skip
    assert acts(tax) == ["submit", "approve", "accept"]


def test_a_frozen_reply_keeps_the_names_of_its_day(tax: Reply, cast: SimpleNamespace) -> None:
    services.accept_reply(reply=approved(tax, cast), version=2, by=cast.secretariat)
    cast.tax.name = "課税課"
    cast.tax.save()
    tax.refresh_from_db()
    assert tax.frozen["department"]["name"] == "税務課"


def test_accepting_twice_counts_once(tax: Reply, cast: SimpleNamespace, fake: FakeSection) -> None:
    services.accept_reply(reply=approved(tax, cast), version=2, by=cast.secretariat)
    for version in (2, 3):
        with pytest.raises(ValidationError, match="いま「受理」のため"):
            services.accept_reply(reply=tax, version=version, by=cast.secretariat)
    assert fake.accepted == [tax.pk]
    assert acts(tax).count("accept") == 1


def test_only_an_approved_reply_is_accepted(tax: Reply, cast: SimpleNamespace) -> None:
    submitted(tax, cast.member)
    with pytest.raises(ValidationError, match="いま「承認待ち」"):
        services.accept_reply(reply=tax, version=2, by=cast.secretariat)


def test_a_reply_handed_in_again_is_not_accepted_unseen(tax: Reply, cast: SimpleNamespace) -> None:
    services.withdraw_reply(reply=approved(tax, cast), version=2, by=cast.lead)
    services.submit_reply(reply=tax, version=3, by=cast.lead, approve=True)
    with pytest.raises(ValidationError, match="税務課：表示したあとに"):
        services.accept_reply(reply=tax, version=2, by=cast.secretariat)


def test_a_section_that_refuses_stops_the_acceptance(tax: Reply, cast: SimpleNamespace, fake: FakeSection) -> None:
    approved(tax, cast)
    fake.refuses = True
    with pytest.raises(ValidationError, match="受理できない値"):
        services.accept_reply(reply=tax, version=2, by=cast.secretariat)
    tax.refresh_from_db()
    assert (tax.state, tax.version, tax.frozen) == ("approved", 2, None)
    assert "accept" not in acts(tax)


def test_acceptance_is_possible_after_the_close(asked: Round, tax: Reply, cast: SimpleNamespace) -> None:
    approved(tax, cast)
    services.close_round(round_=asked, version=1, by=cast.secretariat)
    assert services.accept_reply(reply=tax, version=2, by=cast.secretariat).state == "accepted"


def test_several_replies_are_accepted_at_once(
    asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace, fake: FakeSection
) -> None:
    approved(tax, cast)
    submitted(welfare, cast.other_lead, approve=True)
    count = services.accept_replies(round_=asked, versions={tax.pk: 2, welfare.pk: 2}, by=cast.secretariat)
    assert count == 2
    assert sorted(fake.accepted) == sorted([tax.pk, welfare.pk])
    assert set(asked.replies.values_list("state", flat=True)) == {"accepted"}
    assert Entry.objects.filter(act="accept").count() == 2


def test_of_several_replies_all_or_none_are_accepted(
    asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace
) -> None:
    approved(tax, cast)
    submitted(welfare, cast.other_lead)
    with pytest.raises(ValidationError, match="福祉課の回答はいま「承認待ち」"):
        services.accept_replies(round_=asked, versions={tax.pk: 2, welfare.pk: 2}, by=cast.secretariat)
    tax.refresh_from_db()
    assert tax.state == "approved"
    assert not Entry.objects.filter(act="accept").exists()


def test_replies_of_another_round_are_refused(asked: Round, tax: Reply, cast: SimpleNamespace) -> None:
    other = make_reply(round=make_round("2025H2", sections=["fake"]), state="approved")
    approved(tax, cast)
    with pytest.raises(ValidationError, match="この照会にない回答"):
        services.accept_replies(round_=asked, versions={tax.pk: 2, other.pk: 1}, by=cast.secretariat)
    other.refresh_from_db()
    assert other.state == "approved"


def test_accepting_nothing_is_refused(asked: Round, cast: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="受理する回答がありません"):
        services.accept_replies(round_=asked, versions={}, by=cast.secretariat)
