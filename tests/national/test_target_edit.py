"""Editing a target of the country."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from audit.models import Entry
from strategy.models import NationalTarget
from tests.builders import make_item, make_national_plan
from tests.national.making import make_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def target():
    plan = make_national_plan(period_from=dt.date(2021, 1, 1))
    return make_target(item=make_item(plan=plan), statement="20業務を移す", due_on=dt.date(2026, 3, 31))


def url(target):
    return reverse("national:target_edit", args=[target.pk])


def data(target, **kw):
    values = {
        "version": target.version, "statement": target.statement, "due_on": "令和8年3月31日", "due_label": "",
        "measure": "", "source": "総務省", "verified": "on",
    }  # fmt: skip
    return values | kw


@pytest.mark.parametrize("role", ["admin", "executive", "lead", "member", "other_lead", "viewer", "nobody"])
def test_only_the_secretariat_edits(cast, as_user, target, role):
    client = as_user(getattr(cast, role))
    assert client.get(url(target)).status_code == 403
    assert client.post(url(target), data(target, statement="別")).status_code == 403
    assert NationalTarget.objects.get(pk=target.pk).statement == "20業務を移す"


def test_strangers_and_missing_targets(cast, as_user, client, target):
    assert client.get(url(target)).status_code == 302
    assert as_user(cast.secretariat).get(reverse("national:target_edit", args=[999_999])).status_code == 404
    assert as_user(cast.secretariat).put(url(target)).status_code == 405


def test_the_form_shows_what_is_stored(cast, as_user, target):
    html = as_user(cast.secretariat).get(url(target)).content.decode()
    assert "20業務を移す" in html
    assert 'value="令和8年3月31日"' in html


def test_saving_leads_back_to_the_item(cast, as_user, target):
    client = as_user(cast.secretariat)
    response = client.post(
        url(target), data(target, statement="22業務を移す", due_on="R9.3.31", due_label="令和8年度末")
    )
    assert response["Location"] == reverse("national:item", args=[target.item.key])
    stored = NationalTarget.objects.get(pk=target.pk)
    assert (stored.statement, stored.due_on, stored.due_label) == ("22業務を移す", dt.date(2027, 3, 31), "令和8年度末")
    assert Entry.objects.get(act="update").changes["statement"] == ["20業務を移す", "22業務を移す"]
    assert "目標を保存しました" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"statement": ""}, "必須"),
        ({"statement": "あ" * 301}, "300"),
        ({"due_on": "2020-12-31"}, "計画期間の始め（令和3年1月1日）以後"),
        ({"due_on": "年度末"}, "日付として読めません"),
        ({"due_label": "あ" * 61}, "60"),
        ({"source": ""}, "確かめた出典"),
    ],
)
def test_refusals_stand_on_the_form_and_store_nothing(cast, as_user, target, values, words):
    response = as_user(cast.secretariat).post(url(target), data(target, **values))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert NationalTarget.objects.get(pk=target.pk).version == 1
    assert not Entry.objects.filter(act="update").exists()


def test_a_stale_form_shows_both_values(cast, as_user, target):
    NationalTarget.objects.filter(pk=target.pk).update(statement="先の目標", verified=False, version=2)
    response = as_user(cast.secretariat).post(url(target), data(target, statement="わたしの<目標>"))
    html = response.content.decode()
    assert response.status_code == 409
    assert "いま保存されている値：先の目標" in html
    assert "いま保存されている値：いいえ" in html
    assert "わたしの&lt;目標&gt;" in html
    assert NationalTarget.objects.get(pk=target.pk).statement == "先の目標"
