"""A department that ends while it answers a round: nothing entered is lost, nothing counts twice."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts import services_reorganisation as services
from actions.models import ProgressReport
from rounds.models import Answer, Reply
from strategy.models import ReportedFigure
from tests.accounts.making import apply, change, make_reorganisation, new
from tests.builders import (
    make_action,
    make_assessment,
    make_attachment,
    make_question,
    make_register_entry,
    make_reply,
    make_report,
    make_round,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    return make_reorganisation()


@pytest.fixture
def round_():
    return make_round()


def test_what_was_entered_goes_on_with_the_heir(cast, row, round_) -> None:
    reply = make_reply(round=round_, department=cast.tax, started_at=timezone.now(), state="submitted")
    report = make_report(action=make_action(lead_department=cast.tax), reply=reply)
    answer = Answer.objects.create(reply=reply, question=make_question(round=round_), text="はい")
    paper = make_attachment(reply=reply)
    assessment = make_assessment({"axis-1": 3}, reply=reply)
    change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
    apply(row, cast.admin)
    fresh = Reply.objects.get(department__name="課税課")
    for obj in (report, answer, paper, assessment):
        obj.refresh_from_db()
        assert obj.reply == fresh
    assert assessment.department == fresh.department
    reply.refresh_from_db()
    assert (reply.state, reply.void_reason) == ("void", "組織改編により課税課へ引き継ぎ")
    assert (fresh.state, fresh.started_at) == ("draft", reply.started_at)


def test_a_link_to_the_old_reply_leads_to_that_of_the_heir(cast, row, round_, as_user) -> None:
    old = make_reply(round=round_, department=cast.tax, started_at=timezone.now())
    change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
    apply(row, cast.admin)
    fresh = Reply.objects.get(department__name="課税課")
    page = as_user(cast.member).get(f"/rounds/replies/{old.pk}/", follow=True)
    assert page.redirect_chain == [(f"/rounds/replies/{fresh.pk}/", 302)]
    assert "組織改編により課税課の回答に引き継がれています" in page.text
    assert as_user(cast.viewer).get(f"/rounds/replies/{old.pk}/").status_code == 404


def test_merging_two_drafts_keeps_both_reports(cast, row, round_) -> None:
    replies = [make_reply(round=round_, department=d, started_at=timezone.now()) for d in (cast.tax, cast.welfare)]
    for reply in replies:
        make_report(action=make_action(lead_department=reply.department), reply=reply)
    question = make_question(round=round_)
    for reply, text in zip(replies, ("甲", "乙"), strict=True):
        Answer.objects.create(reply=reply, question=question, text=text)
    change(row, "merge", [cast.tax, cast.welfare], [new("0401", "税務福祉課")], cast.admin)
    apply(row, cast.admin)
    fresh = Reply.objects.get(department__name="税務福祉課")
    assert fresh.reports.count() == 2
    # One question has one answer; that of the second stays readable on its own reply.
    assert (fresh.answers.get().text, replies[1].answers.get().text) == ("甲", "乙")
    assert Reply.objects.exclude(state="void").count() == 1


def test_a_split_asks_every_part(cast, row, round_) -> None:
    reply = make_reply(round=round_, department=cast.tax, started_at=timezone.now())
    one, two = (make_action(lead_department=cast.tax) for _ in range(2))
    drafts = {a.pk: make_report(action=a, reply=reply) for a in (one, two)}
    split = change(row, "split", [cast.tax], [new("0204", "課税課"), new("0214", "収納課")], cast.admin)
    services.assign(change=split, assignments={f"action-{two.pk}": 1}, by=cast.admin)
    apply(row, cast.admin)
    found = {r.department.name: [x.action_id for x in r.reports.all()] for r in Reply.objects.exclude(state="void")}
    assert found == {"課税課": [one.pk], "収納課": [two.pk]}
    assert ProgressReport.objects.count() == len(drafts)


def test_an_approved_reply_waits_under_its_old_name(cast, row, round_) -> None:
    reply = make_reply(round=round_, department=cast.tax, state="approved", approved_at=timezone.now())
    change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
    apply(row, cast.admin)
    reply.refresh_from_db()
    assert (reply.state, reply.department) == ("approved", cast.tax)


def test_without_an_heir_it_only_ends(cast, row, round_) -> None:
    reply = make_reply(round=round_, department=cast.tax)
    change(row, "abolish", [cast.tax], [], cast.admin)
    apply(row, cast.admin)
    reply.refresh_from_db()
    assert (reply.state, reply.void_reason) == ("void", "組織改編により廃止")


def test_figures_that_were_entered_follow_their_row(cast, row) -> None:
    reply = make_reply(round=make_round(sections=["registers"]), department=cast.tax, started_at=timezone.now())
    entry = make_register_entry(department=cast.tax)
    figure = ReportedFigure.objects.create(reply=reply, entry=entry, answer="no_change")
    change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
    apply(row, cast.admin)
    figure.refresh_from_db()
    assert figure.reply.department.name == "課税課"
