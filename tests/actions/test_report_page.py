"""The report on an action's own page: into the open round, or ad hoc."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actions import services
from actions.models import ProgressReport
from tests import builders

pytestmark = pytest.mark.django_db


def url(action):
    return reverse("actions:report", args=[action.pk])


def said(**kw):
    return {
        "lifecycle": "running",
        "percent": "４５",
        "done": "試行した。",
        "reason_kind": "",
        "reason": "",
        "version": "",
    } | kw


def new_reports(action):
    return ProgressReport.objects.filter(action=action).exclude(pk=action.last_report_id)


@pytest.mark.parametrize("who", ["member", "lead", "secretariat"])
def test_in_an_open_round_it_is_a_draft_of_the_reply(cast, as_user, reply, action, who):
    client = as_user(getattr(cast, who))
    page = client.get(url(action)).content.decode()
    assert "への回答として" in page
    assert "前回 30%" in page
    response = client.post(url(action), said())
    assert response["Location"] == reverse("actions:detail", args=[action.pk])
    report = new_reports(action).get()
    assert (report.reply, report.percent, report.accepted_at) == (reply, 45, None)


def test_a_survey_beside_the_round_does_not_turn_the_answer_into_an_ad_hoc_report(cast, as_user, reply, action):
    builders.make_reply(round=builders.make_round("2027", sections=["questions"]), department=cast.tax)
    assert "への回答として" in as_user(cast.lead).get(url(action)).text


def test_a_missing_reason_is_asked_for_without_losing_anything(cast, as_user, reply, action):
    page = as_user(cast.member).post(url(action), said(percent="10"), follow=True).content.decode()
    assert "理由が未入力です" in page
    assert "理由が必要です" in page
    assert 'value="10"' in page
    assert new_reports(action).get().percent == 10


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_when_the_reply_has_left_a_lead_reports_ad_hoc(cast, as_user, reply, action, state):
    reply.state = state
    reply.save()
    client = as_user(cast.lead)
    assert "随時報告" in client.get(url(action)).content.decode()
    client.post(url(action), said())
    report = new_reports(action).get()
    assert report.reply is None
    assert report.accepted_at
    action.refresh_from_db()
    assert (action.percent, action.last_report) == (45, report)


@pytest.mark.parametrize(("who", "status"), [("lead", 200), ("secretariat", 200), ("member", 403), ("other_lead", 403)])
def test_without_a_round_only_those_in_charge_report(cast, as_user, action, who, status):
    assert as_user(getattr(cast, who)).get(url(action)).status_code == status


@pytest.mark.parametrize("who", ["other_lead", "executive", "viewer", "admin", "nobody"])
def test_others_never_report(cast, as_user, reply, action, who):
    client = as_user(getattr(cast, who))
    assert client.get(url(action)).status_code == 403
    assert client.post(url(action), said()).status_code == 403
    assert not new_reports(action).exists()


def test_an_ad_hoc_report_needs_its_reason_at_once(cast, as_user, action):
    response = as_user(cast.lead).post(url(action), said(percent="20"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "理由が必要です" in page
    assert 'value="20"' in page
    assert not new_reports(action).exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"percent": "101"}, "0から100"),
        ({"percent": "-1"}, "0から100"),
        ({"percent": "半分"}, "0から100"),
        ({"percent": ""}, "必須"),
        ({"lifecycle": "x"}, "x"),
        ({"done": "長" * 1001}, "1000"),
        ({"reason": "長" * 301}, "300"),
    ],
)
@pytest.mark.parametrize("in_round", [True, False])
def test_wrong_values_are_told_and_nothing_is_stored(cast, as_user, action, wrong, words, in_round, request):
    if in_round:
        request.getfixturevalue("reply")
    response = as_user(cast.lead).post(url(action), said(**wrong))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not new_reports(action).exists()


def test_an_empty_post_is_told(cast, as_user, action):
    assert as_user(cast.lead).post(url(action)).status_code == 422


def test_a_conflict_shows_both_values(cast, as_user, reply, action):
    services.save_report(action=action, reply=reply, by=cast.lead, lifecycle="studying", percent=50, done="課長の文")
    response = as_user(cast.member).post(url(action), said())
    page = response.content.decode()
    assert response.status_code == 409
    for words in (
        "いま保存されている値：50%",
        "いま保存されている値：検討中",
        "いま保存されている値：課長の文",
        "試行した。",
        "この内容で上書きする",
    ):
        assert words in page
    assert new_reports(action).get().percent == 50
    as_user(cast.member).post(url(action), said(version="1"))
    assert new_reports(action).get().percent == 45


def test_an_archived_action_is_not_reported_on(cast, as_user, reply, action):
    services.archive_action(action=action, by=cast.secretariat)
    assert as_user(cast.lead).get(url(action)).status_code == 403


def test_a_closed_round_is_no_channel(cast, as_user, reply, action):
    reply.round.closed_at = timezone.now()
    reply.round.save()
    assert as_user(cast.member).get(url(action)).status_code == 403
    assert "随時報告" in as_user(cast.lead).get(url(action)).content.decode()


def test_a_round_without_progress_is_no_channel(cast, as_user, reply, action):
    reply.round.sections = ["maturity"]
    reply.round.save()
    assert as_user(cast.member).get(url(action)).status_code == 403


def test_methods_and_addresses(cast, as_user, action):
    client = as_user(cast.lead)
    assert client.put(url(action)).status_code == 405
    assert client.get(reverse("actions:report", args=[999999])).status_code == 404


def test_a_post_without_a_token_is_refused(cast, action):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.lead, backend="accounts.backends.PortalBackend")
    assert client.post(url(action), said()).status_code == 403
