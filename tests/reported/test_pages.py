"""Figures on the reply's page: saved by a fragment and by a plain form, refused with what was typed kept."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from rounds.models import Reply
from strategy.models import Indicator, RegisterEntry, ReportedFigure
from tests.builders import make_register_entry, make_reply, make_round
from tests.indicators.builders import make_indicator


@pytest.fixture
def reply(cast: SimpleNamespace) -> Reply:
    return make_reply(round=make_round("2025H1", sections=["registers", "indicators"]), department=cast.tax)


@pytest.fixture
def entry(cast: SimpleNamespace) -> RegisterEntry:
    return make_register_entry(department=cast.tax, group="子育て", applicable="yes", state="working", name="現況届")


@pytest.fixture
def indicator(cast: SimpleNamespace) -> Indicator:
    return make_indicator(department=cast.tax, name="電子申告の件数", actuals={"2025-03-31": 40})


@pytest.fixture
def member(as_user: Callable[[User], Client], cast: SimpleNamespace) -> Client:
    return as_user(cast.member)


def entry_url(reply: Reply, entry: RegisterEntry) -> str:
    return reverse("national:report_entry", args=[reply.pk, entry.pk])


def htmx(target: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target}


TYPED = {"version": 0, "state": "working", "channel": "mynaportal", "volume": "１，２００", "online_volume": "300"}


def test_the_page_asks_for_both(member: Client, reply: Reply, entry: RegisterEntry, indicator: Indicator) -> None:
    text = member.get(reverse("rounds:reply", args=[reply.pk])).text
    assert "登録簿の数値" in text
    assert "指標の実績" in text
    assert "現況届" in text
    assert "前回 40件" in text
    assert "令和7年9月30日時点" in text


def test_a_row_is_saved_by_htmx(member: Client, reply: Reply, entry: RegisterEntry) -> None:
    response = member.post(entry_url(reply, entry), TYPED, headers=htmx(f"entry-{entry.pk}"))
    assert response.status_code == 200
    assert response["HX-Trigger-After-Swap"] == "reply-changed"
    assert response.text.lstrip().startswith("<li")
    assert "保存済み（報告あり）" in response.text
    assert ReportedFigure.objects.get().values["volume"] == 1200


def test_a_row_is_saved_without_script(member: Client, reply: Reply, entry: RegisterEntry) -> None:
    response = member.post(entry_url(reply, entry), TYPED)
    assert response["Location"] == f"{reverse('rounds:reply', args=[reply.pk])}#entry-{entry.pk}"


def test_no_change_is_one_click(member: Client, reply: Reply, entry: RegisterEntry) -> None:
    response = member.post(
        entry_url(reply, entry), TYPED | {"answer": "no_change", "volume": "x"}, headers=htmx(f"entry-{entry.pk}")
    )
    assert "保存済み（変更なし）" in response.text
    assert ReportedFigure.objects.get().values == {}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"volume": "たくさん"}, "整数で入力してください"),
        ({"volume": "10"}, "オンライン件数は年間件数以下"),
        ({"state": "done"}, "完了日を入力してください"),
        ({"done_on": "令和99年13月1日"}, "完了日"),
    ],
)
def test_a_refused_row_keeps_what_was_typed(member, reply, entry, wrong: dict, words: str) -> None:
    response = member.post(entry_url(reply, entry), TYPED | wrong, headers=htmx(f"entry-{entry.pk}"))
    assert response.status_code == 422
    assert words in response.text
    assert 'value="300"' in response.text
    assert "保存していません" in response.text
    assert not ReportedFigure.objects.exists()
    assert member.post(entry_url(reply, entry), TYPED | wrong).status_code == 422


def test_two_members_see_both_values(member: Client, reply: Reply, entry: RegisterEntry) -> None:
    member.post(entry_url(reply, entry), TYPED)
    typed = TYPED | {"volume": "900", "state": "planned"}
    response = member.post(entry_url(reply, entry), typed, headers=htmx(f"entry-{entry.pk}"))
    assert response.status_code == 409
    assert "いま保存されている値：1200" in response.text
    assert "いま保存されている値：作業中" in response.text
    assert 'value="900"' in response.text


def test_an_indicator_is_reported_or_said_to_be_unknown(member: Client, reply: Reply, indicator: Indicator) -> None:
    url, headers = reverse("indicators:report_actual", args=[reply.pk, indicator.pk]), htmx(f"indicator-{indicator.pk}")
    assert member.post(url, {"version": 0, "value": ""}, headers=headers).status_code == 422
    refused = member.post(url, {"version": 0, "answer": "unknown"}, headers=headers)
    assert "報告できない理由" in refused.text
    response = member.post(url, {"version": 0, "value": "５５", "comment": "速報"}, headers=headers)
    assert "保存済み（報告あり）" in response.text
    assert ReportedFigure.objects.get().values == {"value": "55"}


def test_readers_of_an_accepted_reply_see_the_words(as_user, cast, reply: Reply, indicator: Indicator) -> None:
    client = as_user(cast.member)
    client.post(reverse("indicators:report_actual", args=[reply.pk, indicator.pk]), {"version": 0, "value": "55"})
    Reply.objects.filter(pk=reply.pk).update(state="approved")
    text = client.get(reverse("rounds:reply", args=[reply.pk])).text
    assert "55件" in text
    assert 'name="value"' not in text
