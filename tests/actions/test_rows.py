"""The rows of a reply's page save themselves, with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actions import services
from actions.models import ProgressReport
from tests.builders import make_action

pytestmark = pytest.mark.django_db
HX = {"HTTP_HX_REQUEST": "true"}


def url(name, reply, action=None):
    return reverse(f"actions:{name}", args=[reply.pk, action.pk] if action else [reply.pk])


def said(**kw):
    return {
        "lifecycle": "running",
        "percent": "40",
        "done": "試行した。",
        "reason_kind": "",
        "reason": "",
        "version": "",
    } | kw


def test_without_javascript_the_page_comes_back_at_the_row(cast, as_user, reply, action):
    response = as_user(cast.member).post(url("row", reply, action), said())
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('rounds:reply', args=[reply.pk])}#a-{action.pk}"
    assert ProgressReport.objects.get(reply=reply).percent == 40


def test_with_htmx_only_what_the_server_computes_comes_back(cast, as_user, reply, action):
    response = as_user(cast.member).post(url("row", reply, action), said(percent="４０％"), **HX)
    page = response.content.decode()
    assert response.status_code == 200
    assert response["HX-Trigger-After-Swap"] == "reply-changed"
    assert f'id="a-{action.pk}-version" value="1"' in page
    assert "予定37%に対し40%" in page
    assert "保存済み" in page
    assert "<textarea" not in page
    assert "<select" not in page
    assert "<html" not in page


def test_a_blank_percent_stands_for_the_one_before(cast, as_user, reply, action):
    as_user(cast.member).post(url("row", reply, action), said(percent=""))
    assert ProgressReport.objects.get(reply=reply).percent == 30


def test_a_missing_reason_is_stored_and_shown(cast, as_user, reply, action):
    page = as_user(cast.member).post(url("row", reply, action), said(percent="10"), **HX).content.decode()
    assert "要修正" in page
    assert "理由が必要です" in page
    assert ProgressReport.objects.get(reply=reply).percent == 10


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"percent": "101"}, "0から100までの整数"),
        ({"percent": "-1"}, "0から100までの整数"),
        ({"percent": "abc"}, "0から100までの整数"),
        ({"percent": "9" * 5000}, "0から100までの整数"),
        ({"lifecycle": "sleeping"}, "sleeping"),
        ({"lifecycle": ""}, "選んでください"),
        ({"done": "長" * 1001}, "1000"),
        ({"reason": "長" * 301}, "300"),
        ({"reason_kind": "weather"}, "weather"),
        ({"version": "x"}, ""),
    ],
)
def test_wrong_values_are_told_in_place_and_not_stored(cast, as_user, reply, action, wrong, words):
    response = as_user(cast.member).post(url("row", reply, action), said(**wrong), **HX)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "要修正" in response.content.decode()
    assert not ProgressReport.objects.filter(reply=reply).exists()


def test_without_javascript_a_refused_row_keeps_what_was_typed(cast, as_user, reply, action):
    response = as_user(cast.member).post(url("row", reply, action), said(percent="120", done="長い文章"))
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="120"' in page
    assert "長い文章" in page
    assert "保存できませんでした" in page


def test_a_conflict_shows_both_values_and_can_then_be_decided(cast, as_user, reply, action):
    first = services.save_report(
        action=action, reply=reply, by=cast.lead, lifecycle="running", percent=50, done="課長の文"
    )
    response = as_user(cast.member).post(url("row", reply, action), said(), **HX)
    page = response.content.decode()
    assert response.status_code == 409
    assert response["HX-Retarget"] == f"#a-{action.pk}"
    assert response["HX-Reswap"] == "outerHTML"
    assert "いま保存されている値：50%" in page
    assert "いま保存されている値：課長の文" in page
    assert "試行した。" in page
    assert '<p class="err whole">' in page  # asks for another save, not for a reason
    assert 'class="why"' in page
    assert f'name="version" value="{first.version}"' in page
    assert ProgressReport.objects.get(reply=reply).percent == 50
    again = as_user(cast.member).post(url("row", reply, action), said(version=str(first.version)), **HX)
    assert again.status_code == 200
    assert ProgressReport.objects.get(reply=reply).percent == 40


def test_a_draft_taken_back_meanwhile_can_be_saved_anew(cast, as_user, reply, action):
    response = as_user(cast.member).post(url("row", reply, action), said(version="4"), **HX)
    page = response.content.decode()
    assert response.status_code == 409
    assert "先に削除しています" in page
    assert 'name="version" value="4"' not in page


def test_no_change_and_its_undo(cast, as_user, reply, action):
    client = as_user(cast.member)
    page = client.post(url("row_no_change", reply, action), {"version": ""}, **HX).content.decode()
    assert f'<li class="act same" id="a-{action.pk}">' in page
    assert "取り消す" in page
    report = ProgressReport.objects.get(reply=reply)
    assert report.no_change
    page = client.post(url("row_undo", reply, action), {"version": report.version}, **HX).content.decode()
    assert 'name="percent"' in page
    assert not ProgressReport.objects.filter(reply=reply).exists()


def test_no_change_over_somebody_elses_draft_is_a_conflict(cast, as_user, reply, action):
    services.save_report(action=action, reply=reply, by=cast.lead, lifecycle="running", percent=50, done="課長の文")
    response = as_user(cast.member).post(url("row_no_change", reply, action), said(version=""), **HX)
    assert response.status_code == 409
    assert not ProgressReport.objects.get(reply=reply).no_change


def test_undoing_nothing_is_refused(cast, as_user, reply, action):
    response = as_user(cast.member).post(url("row_undo", reply, action), **HX)
    assert response.status_code == 422
    assert "取り消す報告がありません" in response.content.decode()


def test_undoing_what_another_person_changed_is_a_conflict(cast, as_user, reply, action):
    services.save_report(action=action, reply=reply, by=cast.lead, lifecycle="running", percent=50, done="課長の文")
    response = as_user(cast.member).post(url("row_undo", reply, action), {"version": "7"}, **HX)
    page = response.content.decode()
    assert response.status_code == 409
    assert "ほかの人が先に保存しています" in page
    assert "課長の文" in page
    assert "必須。" not in page
    assert ProgressReport.objects.filter(reply=reply).exists()


def test_a_refused_undo_without_javascript_is_told_on_a_page(cast, as_user, reply, action):
    response = as_user(cast.member).post(url("row_undo", reply, action))
    assert response.status_code == 422
    assert "取り消す報告がありません。" in response.content.decode()
    assert "保存できませんでした" in response.content.decode()


def test_the_rest_in_one_go(cast, as_user, reply, action):
    make_action(lead_department=cast.tax, code="K-13", reported_as_of=action.reported_as_of)
    response = as_user(cast.member).post(url("rest_no_change", reply), **HX)
    page = response.content.decode()
    assert 'id="sec-progress"' in page
    assert "残りの取組を「変更なし」にしました。理由が必要な取組が1件あります。" in page
    assert ProgressReport.objects.filter(reply=reply, no_change=True).count() == 2
    assert "まとめて変更なし" not in page


def test_the_rest_without_javascript(cast, as_user, reply, action):
    response = as_user(cast.member).post(url("rest_no_change", reply), follow=True)
    assert response.redirect_chain[0][0].endswith("#section-progress")
    assert "残りの取組を「変更なし」にしました。" in response.content.decode()


def test_a_reply_that_left_meanwhile_takes_nothing(cast, as_user, reply, action):
    reply.state = "submitted"
    reply.save()
    client = as_user(cast.member)
    response = client.post(url("row", reply, action), said(), **HX)
    assert response.status_code == 422
    assert "この操作はできません" in response.content.decode()
    assert client.post(url("rest_no_change", reply), **HX).status_code == 422
    refused = client.post(url("rest_no_change", reply), follow=True)
    assert "この操作はできません" in refused.content.decode()
    assert not ProgressReport.objects.filter(reply=reply).exists()


def test_a_reply_that_left_meanwhile_says_so_without_javascript(cast, as_user, reply, action):
    reply.state = "submitted"
    reply.save()
    response = as_user(cast.member).post(url("row", reply, action), said())
    assert response.status_code == 422
    assert "この操作はできません" in response.content.decode()


def test_a_closed_round_takes_nothing(cast, as_user, reply, action):
    reply.round.closed_at = timezone.now()
    reply.round.save()
    assert as_user(cast.lead).post(url("row_no_change", reply, action), **HX).status_code == 422


@pytest.mark.parametrize("name", ["row", "row_no_change", "row_undo"])
def test_a_foreign_action_or_reply_does_not_exist(cast, as_user, reply, action, name):
    foreign = make_action(lead_department=cast.welfare)
    client = as_user(cast.member)
    assert client.post(url(name, reply, foreign), said()).status_code == 404
    assert client.post(reverse(f"actions:{name}", args=[reply.pk, 10**25]), said()).status_code == 404
    assert client.post(reverse(f"actions:{name}", args=[10**25, action.pk]), said()).status_code == 404


@pytest.mark.parametrize("name", ["row", "row_no_change", "row_undo", "rest_no_change"])
@pytest.mark.parametrize(
    ("who", "status"), [("other_lead", 404), ("executive", 404), ("viewer", 404), ("admin", 404), ("nobody", 403)]
)
def test_strangers_learn_nothing(cast, as_user, reply, action, name, who, status):
    address = url(name, reply, None if name == "rest_no_change" else action)
    assert as_user(getattr(cast, who)).post(address, said()).status_code == status
    assert not ProgressReport.objects.filter(reply=reply).exists()


@pytest.mark.parametrize("name", ["row_no_change", "row_undo", "rest_no_change"])
def test_rows_are_only_posted_to(cast, as_user, reply, action, name):
    assert as_user(cast.member).get(url(name, reply, None if name == "rest_no_change" else action)).status_code == 405


def test_a_post_without_a_token_is_refused(cast, reply, action):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.member, backend="accounts.backends.PortalBackend")
    assert client.post(url("row", reply, action), said()).status_code == 403
    assert not ProgressReport.objects.filter(reply=reply).exists()


def test_a_round_that_does_not_ask_for_progress_has_no_rows(cast, as_user, reply, action):
    reply.round.sections = ["maturity"]
    reply.round.save()
    assert as_user(cast.member).post(url("row", reply, action), said()).status_code == 404


def test_markup_in_a_report_is_text(cast, as_user, reply, action):
    client = as_user(cast.member)
    client.post(url("row", reply, action), said(done="<script>alert(1)</script>"))
    page = client.get(reverse("rounds:reply", args=[reply.pk])).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_what_was_typed_stays_where_somebody_pressed_no_change_meanwhile(cast, as_user, reply, action):
    """The row would be plain text now; then the words of the other one would be nowhere."""
    as_user(cast.lead).post(url("row_no_change", reply, action), {"version": ""}, **HX)
    response = as_user(cast.member).post(url("row", reply, action), said(done="窓口で試した。"), **HX)
    page = response.content.decode()
    assert response.status_code == 409
    assert "ほかの人が先に保存しています" in page
    assert re.search(r"<textarea[^>]*>\s*窓口で試した。</textarea>", page)
    assert "いま保存されている値" in page
