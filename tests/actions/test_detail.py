"""The page of one action, for every role."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actions import services
from tests.builders import (
    make_action,
    make_edition,
    make_element,
    make_item,
    make_layer,
    make_milestone,
    make_phase,
    make_report,
    make_rubric,
    today,
)

pytestmark = pytest.mark.django_db

READERS = ("admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer")


def page_of(client, action):
    response = client.get(reverse("actions:detail", args=[action.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_everything_about_the_action(cast, as_user, action):
    element = make_element(layer=make_layer(edition=make_edition(status="published")), title="標準化を進める")
    item, rubric = make_item(name="情報システムの標準化", key="n-2"), make_rubric()
    action.elements.add(element)
    action.items.add(item)
    action.axes.add(rubric.axes.first())
    action.supporting.add(cast.welfare)
    make_phase(action=action, label="移行テスト", owner="joint")
    make_milestone(action=action, title="本番の切替", due_on=today() - dt.timedelta(days=1))
    make_milestone(action=action, title="契約", due_on=today(), done_on=today())
    page = page_of(as_user(cast.viewer), action)
    for words in (
        "標準準拠システムへの移行",
        "K-12",
        "税務課",
        "福祉課",
        "標準化を進める",
        "移行テスト",
        "本番の切替",
        "期日超過",
        "達成",
    ):
        assert words in page
    assert reverse("strategy:element", args=[element.pk]) in page
    assert reverse("national:item", args=["n-2"]) in page
    assert "様式を確定した。" in page
    assert "予定25%に対し30%" in page
    assert "状態の決まり方" in page


@pytest.mark.parametrize("who", READERS)
def test_every_role_reads_but_only_some_act(cast, as_user, reply, action, who):
    page = page_of(as_user(getattr(cast, who)), action)
    edits, reports = who in ("secretariat", "lead"), who in ("secretariat", "lead", "member")
    assert (reverse("actions:edit", args=[action.pk]) in page) is edits
    assert (reverse("actions:archive", args=[action.pk]) in page) is edits
    assert (reverse("actions:report", args=[action.pk]) in page) is reports
    assert ("操作の記録</h2>" in page) is (who in ("admin", "secretariat"))


def test_somebody_without_a_role_reads_nothing(cast, as_user, action):
    assert as_user(cast.nobody).get(reverse("actions:detail", args=[action.pk])).status_code == 403


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("member", True),
        ("lead", True),
        ("secretariat", True),
        ("other_lead", False),
        ("executive", False),
        ("viewer", False),
    ],
)
def test_a_draft_is_seen_by_its_department_and_the_office_only(cast, as_user, reply, action, who, seen):
    services.save_report(
        action=action, reply=reply, by=cast.member, lifecycle="running", percent=77, done="秘密の下書き"
    )
    page = page_of(as_user(getattr(cast, who)), action)
    assert ("秘密の下書き" in page) is seen
    assert ("77%" in page) is seen


def test_the_history_of_reports_is_told_latest_first(cast, as_user, action):
    services.ad_hoc_report(action=action, by=cast.lead, lifecycle="running", percent=35, done="二回目の報告")
    page = page_of(as_user(cast.viewer), action)
    assert page.index("二回目の報告") < page.index("様式を確定した。")
    assert "随時報告" in page
    assert "受理した報告2件" in page


def test_the_ledger_tells_what_changed_in_words(cast, as_user, action):
    item = make_item(name="情報システムの標準化")
    services.update_action(action=action, version=1, by=cast.lead, title="新しい名前", items=[item])
    page = page_of(as_user(cast.secretariat), action)
    assert "取組名" in page
    assert "新しい名前" in page
    assert "国の項目" in page
    assert "（なし）" in page


def test_an_action_without_anything_says_what_to_do(cast, as_user):
    page = page_of(as_user(cast.secretariat), make_action())
    for words in (
        "工程はまだ登録されていません",
        "受理した報告はまだありません",
        "結び付けた要素はありません",
        "記録はありません",
    ):
        assert words in page


def test_an_archived_action_says_so_and_can_be_restored(cast, as_user, action):
    services.archive_action(action=action, by=cast.secretariat)
    page = page_of(as_user(cast.lead), action)
    assert "保管され、一覧と集計に入りません" in page
    assert reverse("actions:restore", args=[action.pk]) in page
    assert reverse("actions:report", args=[action.pk]) not in page
    assert reverse("actions:restore", args=[action.pk]) not in page_of(as_user(cast.viewer), action)


@pytest.mark.parametrize("pk", [0, 999999, 10**30])
def test_what_is_not_there_is_not_found(cast, as_user, pk):
    assert as_user(cast.viewer).get(f"/actions/{pk}/").status_code == 404


def test_it_is_only_read(cast, as_user, action):
    assert as_user(cast.secretariat).post(reverse("actions:detail", args=[action.pk])).status_code == 405


@pytest.mark.parametrize("who", READERS)
def test_queries_do_not_grow_with_the_history(cast, as_user, reply, action, who):
    client = as_user(getattr(cast, who))
    page_of(client, action)

    def count(n):
        for _ in range(n):
            make_phase(action=action)
            make_milestone(action=action)
            make_report(action=action, accepted_at="2026-05-20T00:00:00Z")
            action.elements.add(make_element())
            action.items.add(make_item())
            make_action(merged_into=action, merge_kind="merged", archived_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            page_of(client, action)
        return len(queries)

    assert count(2) == count(8) <= 12


def test_nothing_that_was_typed_becomes_markup(cast, as_user, action):
    evil = "<img src=x onerror=alert(1)>"
    make_report(action=action, done=evil, reason_kind="people", reason=evil, accepted_at=timezone.now())
    make_phase(action=action, label=evil[:30])
    make_milestone(action=action, title=evil, due_on=today())
    action.elements.add(make_element(title=evil))
    action.items.add(make_item(name=evil))
    client = as_user(cast.secretariat)
    edited = {"title": evil, "version": action.version}
    services.update_action(action=action, by=cast.secretariat, **edited)
    page = page_of(client, action)
    assert "<img" not in page
    assert page.count("&lt;img") >= 8
