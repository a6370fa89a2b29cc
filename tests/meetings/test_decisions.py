"""Decisions: making, reporting, finishing, and the actions that follow from them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from actions.models import Action
from audit.models import Entry
from meetings import services
from meetings.models import Decision
from tests.builders import main_plan, make_action, make_department, today
from tests.meetings.making import make_agenda, make_decision, make_meeting

pytestmark = pytest.mark.django_db


def url(decision, name="decision"):
    return reverse(f"meetings:{name}", args=[decision.pk])


@pytest.fixture
def decision(cast):
    return make_decision(department=cast.tax, text="範囲を整理する")


# ---- making


def test_a_decision_may_stand_for_itself(cast):
    made = services.add_decision(meeting=make_meeting(), by=cast.secretariat, kind="decision", text="手引を用いる")
    assert (made.state, made.department, made.order) == ("open", None, 1)
    assert Entry.objects.get().act == "create"


@pytest.mark.parametrize("kind", ["instruction", "homework"])
def test_an_order_names_who_and_until_when(cast, kind):
    with pytest.raises(ValidationError) as refusal:
        services.add_decision(meeting=make_meeting(), by=cast.secretariat, kind=kind, text="整理する")
    assert set(refusal.value.message_dict) == {"department", "due_on"}
    assert not Decision.objects.exists()
    assert not Entry.objects.exists()


def test_a_due_date_before_the_meeting_and_a_foreign_item_are_refused(cast):
    meeting = make_meeting()
    values = {
        "kind": "homework", "text": "整理する", "department": cast.tax,
        "agenda_item": make_agenda(meeting=make_meeting()), "due_on": meeting.held_on - dt.timedelta(days=1),
    }  # fmt: skip
    with pytest.raises(ValidationError) as refusal:
        services.add_decision(meeting=meeting, by=cast.secretariat, **values)
    assert set(refusal.value.message_dict) == {"due_on", "agenda_item"}


def test_it_is_written_on_the_meetings_page(cast, as_user):
    item = make_agenda()
    client = as_user(cast.secretariat)
    target = reverse("meetings:decision_create", args=[item.meeting_id])
    assert f'value="{item.pk}" selected' in client.get(target, {"item": item.pk}).content.decode()
    data = {
        "kind": "homework", "text": "整理する", "department": cast.tax.pk, "due_on": "令和9年3月31日",
        "agenda_item": item.pk,
    }  # fmt: skip
    assert client.post(target, data).status_code == 302
    made = Decision.objects.get()
    assert (made.due_on, made.agenda_item) == (dt.date(2027, 3, 31), item)


def test_a_stale_decision_is_not_overwritten(cast, as_user, decision):
    Decision.objects.update(text="別の内容", version=2)
    data = {
        "version": 1, "kind": "homework", "text": "私の内容", "department": cast.tax.pk, "due_on": "R9.3.31",
    }  # fmt: skip
    response = as_user(cast.secretariat).post(url(decision, "decision_edit"), data)
    assert response.status_code == 409
    assert "いま保存されている値：別の内容" in response.content.decode()
    assert Decision.objects.get().text == "別の内容"


# ---- following up


def test_the_department_reports_and_the_secretariat_closes(cast, as_user, decision):
    member, office = as_user(cast.member), as_user(cast.secretariat)
    response = member.post(url(decision, "decision_report"), {"version": 1, "text": "整理を終えた。"})
    assert response.status_code == 302
    decision.refresh_from_db()
    assert decision.state == "reported"
    report = decision.reports.get()
    assert (report.text, report.reported_by) == ("整理を終えた。", cast.member)
    assert Entry.objects.get(act="report").note == "整理を終えた。"
    assert "整理を終えた。" in office.get(url(decision)).content.decode()
    office.post(url(decision, "decision_finish"), {"version": decision.version})
    decision.refresh_from_db()
    assert (decision.state, decision.done_on) == ("done", today())


def test_nobody_else_reports(cast, as_user, decision):
    for role, status in (("other_lead", 403), ("executive", 403), ("viewer", 403)):
        response = as_user(getattr(cast, role)).post(url(decision, "decision_report"), {"version": 1, "text": "x"})
        assert response.status_code == status
    assert not decision.reports.exists()


@pytest.mark.parametrize("text", ["", " ", "あ" * 1001])
def test_an_impossible_report_keeps_what_was_typed(cast, as_user, decision, text):
    response = as_user(cast.lead).post(url(decision, "decision_report"), {"version": 1, "text": text})
    assert response.status_code == 422
    assert text.strip() in response.content.decode()
    decision.refresh_from_db()
    assert (decision.state, decision.reports.count()) == ("open", 0)


def test_a_stale_report_writes_nothing(cast, decision):
    Decision.objects.update(version=3)
    with pytest.raises(ValidationError, match="ほかの人"):
        services.report_decision(decision=decision, version=1, text="終えた。", by=cast.lead)
    assert not decision.reports.exists()
    assert not Entry.objects.exists()


def test_a_finished_decision_takes_no_report_until_it_is_opened_again(cast, decision):
    services.report_decision(decision=decision, version=1, text="終えた。", by=cast.lead)
    services.finish_decision(decision=decision, version=2, by=cast.secretariat)
    with pytest.raises(ValidationError, match="再開"):
        services.report_decision(decision=decision, version=3, text="もう一度。", by=cast.lead)
    again = services.finish_decision(decision=decision, version=3, by=cast.secretariat)
    assert again.version == 3
    opened = services.reopen_decision(decision=decision, version=3, by=cast.secretariat)
    assert (opened.state, opened.done_on) == ("reported", None)


def test_the_list_is_filtered(cast, as_user, decision):
    make_decision(kind="instruction", text="別の指示", state="done", done_on=today(), meeting=decision.meeting)
    client = as_user(cast.viewer)
    target = reverse("meetings:decisions")
    both = client.get(target).content.decode()
    assert both.index("範囲を整理する") < both.index("別の指示")
    for asked, there in (({"state": "unfinished"}, False), ({"kind": "instruction"}, True), ({"state": "done"}, True)):
        assert ("別の指示" in client.get(target, asked).content.decode()) is there
    part = client.get(target, {"department": cast.tax.pk}, headers={"HX-Request": "true", "HX-Target": "decisions"})
    assert part.content.decode().lstrip().startswith('<div id="decisions"')


def test_a_broken_filter_is_not_an_error(cast, as_user, decision):
    assert as_user(cast.viewer).get(reverse("meetings:decisions"), {"state": "x", "meeting": "y"}).status_code == 200


# ---- at home


def test_the_department_finds_its_own_at_home(cast, as_user, decision):
    make_decision(department=cast.welfare, text="福祉課の宿題", meeting=decision.meeting)
    text = as_user(cast.lead).get(reverse("dashboard:home")).content.decode()
    assert "範囲を整理する" in text
    assert "福祉課の宿題" not in text


# ---- actions


def opening(cast, **kw):
    return {
        "code": "K-99", "title": "新しい取組", "lead_department": cast.tax.pk, "purpose": "", "starts_on": "R8.12.1",
        "ends_on": "R9.3.31",
    } | kw  # fmt: skip


@pytest.mark.parametrize("role", ["secretariat", "lead"])
def test_an_action_opened_from_a_decision_keeps_the_link(cast, as_user, decision, role):
    main_plan()
    response = as_user(getattr(cast, role)).post(url(decision, "action_open"), opening(cast))
    assert response.status_code == 302
    action = Action.objects.get(code="K-99")
    link = decision.links.get()
    assert (link.action, link.how) == (action, "opened")
    assert Entry.objects.filter(act="link").count() == 1
    text = as_user(cast.viewer).get(url(decision)).content.decode()
    assert reverse("actions:detail", args=[action.pk]) in text


def test_a_lead_opens_none_in_another_department(cast, as_user, decision):
    main_plan()
    client = as_user(cast.lead)
    shown = client.get(url(decision, "action_open")).context["form"]
    assert list(shown.fields["lead_department"].queryset) == [cast.tax]
    data = opening(cast, lead_department=cast.welfare.pk)
    refused = client.post(url(decision, "action_open"), data)
    assert refused.status_code == 422
    assert "新しい取組" in refused.content.decode(), "nothing typed is lost"
    assert as_user(cast.other_lead).post(url(decision, "action_open"), opening(cast)).status_code == 403
    assert not Action.objects.exists()


def test_a_refused_action_leaves_no_link(cast, as_user, decision):
    make_action(code="K-99", plan=main_plan())
    response = as_user(cast.secretariat).post(url(decision, "action_open"), opening(cast))
    assert response.status_code == 422
    assert "整理番号" in response.content.decode()
    assert not decision.links.exists()


def test_a_lead_is_offered_the_actions_of_the_own_department(cast, as_user, decision):
    own, other = make_action(lead_department=cast.tax), make_action(lead_department=cast.welfare)
    client = as_user(cast.lead)
    assert list(client.get(url(decision, "action_link")).context["form"].fields["action"].queryset) == [own]
    assert client.post(url(decision, "action_link"), {"action": other.pk, "ends_on": ""}).status_code == 422
    assert not decision.links.exists()


def test_an_existing_action_is_linked_and_unlinked(cast, as_user, decision):
    action = make_action(lead_department=cast.tax)
    client = as_user(cast.secretariat)
    assert client.post(url(decision, "action_link"), {"action": action.pk, "ends_on": ""}).status_code == 302
    link = decision.links.get()
    assert (link.action, link.how) == (action, "about")
    assert client.post(url(decision, "action_link"), {"action": action.pk}).status_code == 422
    client.post(reverse("meetings:action_unlink", args=[link.pk]))
    assert not decision.links.exists()
    assert list(Entry.objects.values_list("act", flat=True).order_by("seq")) == ["link", "unlink"]


def test_a_new_end_changes_the_plan_and_keeps_the_link(cast, as_user, decision):
    action = make_action(lead_department=cast.tax)
    later = action.ends_on + dt.timedelta(days=90)
    data = {"action": action.pk, "ends_on": later.isoformat(), "date_reason": ""}
    client = as_user(cast.lead)
    assert "「範囲を整理する」による。" in client.get(url(decision, "action_link")).content.decode()
    refused = client.post(url(decision, "action_link"), data)
    assert refused.status_code == 422
    assert "理由を入力してください" in refused.content.decode()
    assert not decision.links.exists()
    told = data | {"date_reason": "本部会議の宿題による。"}
    assert client.post(url(decision, "action_link"), told).status_code == 302
    action.refresh_from_db()
    assert (action.ends_on, action.pushes) == (later, 1)
    assert action.date_changes.get().reason == "本部会議の宿題による。"
    assert decision.links.get().how == "changed"


def test_an_end_before_the_start_changes_nothing(cast, as_user, decision):
    action = make_action(lead_department=cast.tax)
    early = action.starts_on - dt.timedelta(days=1)
    response = as_user(cast.secretariat).post(
        url(decision, "action_link"), {"action": action.pk, "ends_on": early.isoformat()}
    )
    assert response.status_code == 422
    assert not decision.links.exists()


def test_the_decisions_department_may_have_been_dissolved(cast, as_user, decision):
    old = make_department(valid_to=today() - dt.timedelta(days=1))
    Decision.objects.update(department=old)
    assert as_user(cast.secretariat).get(url(decision, "decision_edit")).status_code == 200
