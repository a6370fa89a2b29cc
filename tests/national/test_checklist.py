"""The page of one checklist, and editing a check as a page and in place."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from audit.models import Entry
from lib import ledger
from strategy.models import Checklist, ChecklistItem
from strategy.services import load_checklists
from tests.national.making import facts, make_check, make_checklist

pytestmark = pytest.mark.django_db
READERS = ["admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer"]


def url(checklist):
    return reverse("national:checklist", args=[checklist.key])


def edit_url(check):
    return reverse("national:check_edit", args=[check.pk])


def htmx(check):
    return {"HX-Request": "true", "HX-Target": f"check-{check.pk}"}


def data(check, **kw):
    return {"version": check.version, "state": "working", "evidence": "", "done_on": ""} | kw


def page(client, checklist):
    response = client.get(url(checklist))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", READERS)
def test_every_reader_sees_the_checks_and_only_the_secretariat_may_edit(cast, as_user, role):
    check = make_check(text="ビジョンを描いた")
    html = page(as_user(getattr(cast, role)), check.group.checklist)
    assert "ビジョンを描いた" in html
    assert (edit_url(check) in html) is (role == "secretariat")


def test_others_do_not(cast, as_user, client):
    checklist = make_checklist()
    assert as_user(cast.nobody).get(url(checklist)).status_code == 403
    assert client.get(url(checklist)).status_code == 302
    assert as_user(cast.viewer).get(reverse("national:checklist", args=["no-such"])).status_code == 404
    assert as_user(cast.secretariat).post(url(checklist)).status_code == 405


def test_the_steps_of_the_facts(cast, as_user):
    load_checklists(data=facts("checklists"), by=ledger.command("load"))
    check = ChecklistItem.objects.filter(group__checklist__key="steps").first()
    ChecklistItem.objects.filter(pk=check.pk).update(
        state="done", done_on=dt.date(2025, 4, 1), evidence="第3回本部会議の資料"
    )
    client = as_user(cast.viewer)
    html = page(client, Checklist.objects.get(key="steps"))
    assert "1<small> / 13項目" in html
    for n in range(4):
        assert f"ステップ{n}" in html
    assert "令和7年4月1日" in html
    assert "第3回本部会議の資料" in html
    assert html.count("未着手") == 12
    html = page(client, Checklist.objects.get(key="principles12"))
    assert "0<small> / 12項目" in html
    assert "ステップ" not in html.split("<main", 1)[1].split("進み", 1)[1]


def test_an_empty_checklist_says_so(cast, as_user):
    assert "この点検表にはまだ項目がありません" in page(as_user(cast.viewer), make_checklist())


def test_one_check_alone_and_its_page(cast, as_user):
    check = make_check()
    client = as_user(cast.viewer)
    entry = reverse("national:check", args=[check.pk])
    assert client.get(entry)["Location"] == f"{url(check.group.checklist)}#check-{check.pk}"
    html = client.get(entry, headers=htmx(check)).content.decode()
    assert html.lstrip().startswith(f'<li id="check-{check.pk}"')
    assert "編集" not in html
    assert client.get(reverse("national:check", args=[999_999])).status_code == 404


@pytest.mark.parametrize("role", ["admin", "executive", "lead", "member", "other_lead", "viewer", "nobody"])
def test_only_the_secretariat_edits(cast, as_user, role):
    check = make_check()
    client = as_user(getattr(cast, role))
    assert client.get(edit_url(check)).status_code == 403
    assert client.post(edit_url(check), data(check), headers=htmx(check)).status_code == 403
    check.refresh_from_db()
    assert check.state == "open"


def test_saving_the_page_leads_back_to_the_check(cast, as_user):
    check = make_check(text="体制をつくった")
    client = as_user(cast.secretariat)
    assert "体制をつくった" in client.get(edit_url(check)).content.decode()
    response = client.post(edit_url(check), data(check, state="done", done_on="令和７年４月１日", evidence="要綱"))
    assert response["Location"] == f"{url(check.group.checklist)}#check-{check.pk}"
    check.refresh_from_db()
    assert (check.state, check.done_on, check.evidence) == ("done", dt.date(2025, 4, 1), "要綱")


def test_editing_in_place(cast, as_user):
    check = make_check()
    client = as_user(cast.secretariat)
    html = client.get(edit_url(check), headers=htmx(check)).content.decode()
    assert html.lstrip().startswith(f'<li id="check-{check.pk}"')
    assert f'hx-post="{edit_url(check)}"' in html
    response = client.post(edit_url(check), data(check), headers=htmx(check))
    html = response.content.decode()
    assert response.status_code == 200
    assert html.lstrip().startswith(f'<li id="check-{check.pk}"')
    assert "取組中" in html
    assert 'id="checklist-count" hx-swap-oob="true"' in html
    assert Entry.objects.filter(act="update").count() == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "done"}, "済んだ日を入力"),
        ({"state": "done", "done_on": "2099-04-01"}, "先の日付"),
        ({"state": "done", "done_on": "去年"}, "日付として読めません"),
        ({"done_on": "R7.4.1"}, "状態を「済」に"),
        ({"evidence": "あ" * 301}, "300"),
        ({"state": "x"}, "正しく選択"),
    ],
)
def test_refusals_stand_on_the_form_and_store_nothing(cast, as_user, values, words):
    check = make_check()
    response = as_user(cast.secretariat).post(edit_url(check), data(check, **values), headers=htmx(check))
    assert response.status_code == 422
    assert words in response.content.decode()
    check.refresh_from_db()
    assert (check.state, check.version) == ("open", 1)


def test_a_stale_form_shows_both_values(cast, as_user):
    check = make_check()
    ChecklistItem.objects.filter(pk=check.pk).update(state="working", evidence="先の根拠", version=2)
    response = as_user(cast.secretariat).post(edit_url(check), data(check, state="open", evidence="わたしの根拠"))
    html = response.content.decode()
    assert response.status_code == 409
    assert "いま保存されている値：先の根拠" in html
    assert "いま保存されている値：取組中" in html
    assert 'value="わたしの根拠"' in html


def test_text_is_escaped(cast, as_user):
    check = make_check(text="<script>alert(1)</script>", evidence="<img src=x>")
    html = page(as_user(cast.secretariat), check.group.checklist)
    assert "<script>alert" not in html
    assert "<img" not in html


def test_queries_do_not_grow(cast, as_user, queries_of):
    checklist = make_checklist()
    make_check(checklist=checklist)
    client = as_user(cast.secretariat)
    few = queries_of(client, url(checklist))
    for _ in range(10):
        make_check(checklist=checklist)
    many = queries_of(client, url(checklist))
    assert many == few <= 12
