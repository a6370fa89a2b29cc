"""The page of the national plan: items, targets, registers, channels."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from lib import ledger
from strategy import charts, progress
from strategy import queries_national as queries
from strategy.models import RegisterEntry
from strategy.services import load_checklists, load_national_plans, load_registers
from tests.builders import make_item, make_national_plan, make_register, make_register_entry, today
from tests.national.making import facts, make_checklist, make_target, make_world

pytestmark = pytest.mark.django_db
URL = reverse("national:home")
PAST, FUTURE = dt.date(2026, 3, 31), dt.date(2031, 3, 31)


def page(client, query=""):
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def reader(cast, as_user):
    return as_user(cast.viewer)


@pytest.mark.parametrize("role", ["admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer"])
def test_every_reader_sees_the_page(cast, as_user, role):
    make_world()
    assert "標準化・共通化" in page(as_user(getattr(cast, role)))


def test_a_person_without_a_role_does_not(cast, as_user, client):
    assert as_user(cast.nobody).get(URL).status_code == 403
    assert client.get(URL).status_code == 302


def test_only_reading_is_possible(cast, as_user):
    assert as_user(cast.secretariat).post(URL).status_code == 405


def test_an_empty_portal_says_what_to_do(reader):
    assert "本市が従う国の計画がまだありません" in page(reader)


def test_a_version_without_items_is_not_an_error(reader):
    make_national_plan(label="第9版", is_current=True)
    html = page(reader)
    assert "第9版" in html
    assert "この区分の項目はまだありません" in html


def test_progress_leaves_unknown_and_excluded_rows_out(reader):
    make_world(due_on=FUTURE)
    html = page(reader)
    assert "<b>1</b> / 2 業務" in html
    assert "作業中1・該当を未確認1・対象外1" in html
    assert "期日前" in html


def test_a_register_nobody_has_looked_at_is_not_zero(reader):
    world = make_world(due_on=PAST)
    world.register.entries.update(applicable="unknown", state="unknown", done_on=None)
    html = page(reader)
    assert "<b>0</b>" not in html
    assert '<b class="plain">未確認</b>' in html
    assert "対象の業務を未確認" in html
    assert "該当を未確認4" in html
    assert "期限超過" not in html


def test_a_date_passed_without_completion_is_overdue(reader):
    make_world(due_on=PAST)
    html = page(reader)
    assert '<span class="due over">令和8年3月末</span>' in html
    assert "期限超過" in html
    assert "期日を過ぎた項目 1 / 1" in html


def test_a_completed_register_is_achieved_after_the_date_too(reader):
    world = make_world(due_on=PAST)
    world.register.entries.exclude(name="住民基本台帳").update(applicable="no", reason="本市にない")
    html = page(reader)
    assert "達成" in html
    assert "due over" not in html
    assert "期日を過ぎた項目 0 / 1" in html


def test_expected_dates_after_the_countrys_date_are_late(reader):
    world = make_world(due_on=FUTURE)
    world.register.entries.filter(name="固定資産税").update(due_on=FUTURE + dt.timedelta(days=1))
    assert 'class="st late' in page(reader)


def test_an_item_without_a_register_is_not_judged(reader):
    plan = make_national_plan(is_current=True)
    make_target(item=make_item(plan=plan), due_on=PAST, statement="方針を公表する")
    html = page(reader)
    assert "登録簿なし" in html
    assert "期限超過" not in html
    assert "令和8年3月末" in html


def test_an_unconfirmed_date_binds_nobody(reader):
    world = make_world(due_on=FUTURE)
    make_target(item=world.item, due_on=PAST, verified=False, statement="全国で300団体")
    html = page(reader)
    assert "期日前" in html
    assert "due over" not in html
    assert html.index("全国で300団体") < html.index("未確認", html.index("全国で300団体"))


def test_the_earliest_confirmed_date_is_the_one_that_counts():
    world = make_world(due_on=FUTURE)
    make_target(item=world.item, due_on=PAST)
    make_target(item=world.item, due_on=dt.date(2020, 4, 1), verified=False)
    assert queries.measured_due(world.item.targets.all()) == PAST


def test_a_date_shows_the_words_of_the_document_and_the_day(reader):
    world = make_world(due_on=PAST)
    world.item.targets.update(due_label="令和7年度末")
    html = page(reader)
    assert "令和7年度末</span><br>" in html
    assert "令和8年3月31日" in html


def test_unconfirmed_items_are_tagged_and_counted_apart(reader):
    world = make_world()
    make_item(plan=world.plan, category="accompanying", number=1, verified=False, name="地域のデジタル化")
    html = page(reader, "?category=accompanying")
    assert "併せて取り組む事項 未確認1" in html
    assert html.count('<span class="tag">未確認</span>') == 2  # beside the item, and in the legend


def test_the_filter_by_category_swaps_the_table_and_the_switch(reader):
    world = make_world()
    make_item(plan=world.plan, category="organisation", number=1, name="組織体制の整備")
    response = reader.get(
        f"{URL}?category=organisation", headers={"HX-Request": "true", "HX-Target": "national-targets"}
    )
    html = response.content.decode()
    assert html.lstrip().startswith('<section class="card" id="national-targets">')
    assert "組織体制の整備" in html
    assert "標準化・共通化" not in html
    assert 'id="national-seg" aria-label="見る範囲" hx-swap-oob="true"' in html
    assert "HX-Target" in response["Vary"]


@pytest.mark.parametrize("query", ["?category=x", "?category=", "?category=%3Cscript%3E", "?category=other"])
def test_an_unknown_category_falls_back_to_the_first(reader, query):
    make_world()
    html = page(reader, query)
    assert "重点取組事項の目標と進み" in html
    assert "<script>" not in html.replace("<script src", "")


def test_only_the_current_version_is_shown(reader):
    make_world()
    make_item(name="昔の項目")
    assert "昔の項目" not in page(reader)


def test_systems_are_tiles_with_state_and_month(reader):
    world = make_world()
    world.register.entries.filter(name="固定資産税").update(state="deferred", due_on=dt.date(2029, 9, 30))
    html = page(reader)
    assert '<a class="tile late"' in html
    assert "<small>R11.9</small>" in html
    assert '<span class="vh">特定移行支援：</span>固定資産税' in html
    assert f"#entry-{world.rows[0].pk}" in html


def procedures(item):
    """子育て: 2 portal, 1 counter, 1 excluded, 1 unclear. 介護: 1 own. 自動車: the prefecture's."""
    register = make_register(item=item, name="手続", unit="手続")

    def row(group, **kw):
        return make_register_entry(register=register, group=group, **{"applicable": "yes"} | kw)

    row("子育て", channel="mynaportal", volume=100, online_volume=30, state="done", done_on=PAST)
    row("子育て", channel="mynaportal", volume=50, online_volume=15)
    row("子育て", channel="counter", volume=1000)
    row("子育て", applicable="no", reason="制度なし", channel="none")
    row("子育て", applicable="unknown", channel="mynaportal")
    row("介護", channel="own")
    row("自動車", applicable="no", reason="県", prefectural=True, channel="mynaportal")
    return register


def test_channels_by_group():
    item = make_item(plan=make_national_plan(is_current=True))
    procedures(item)
    (view,) = queries.current_items(today())[0].registers
    found = charts.channels(view)
    assert [(r.group, r.total, r.counts, r.percent) for r in found.rows] == [
        ("子育て", 5, {"mynaportal": 2, "counter": 1, "none": 1, "unknown": 1}, "30.0%"),
        ("介護", 1, {"own": 1}, "—"),
    ]
    assert found.prefectural == 1
    assert [style.word for _, style in found.legend.entries] == [
        "マイナポータル 2", "独自 1", "窓口のみ 1", "対象外・制度なし 1", "未確認 1",
    ]  # fmt: skip
    assert found.rows[1].bar.segments[0].width < found.rows[0].bar.width / 4
    assert found.table.rows[0].cells == ("5", "2", "0", "0", "1", "1", "1", "30.0%")


def test_channels_stand_on_the_page(reader):
    procedures(make_item(plan=make_national_plan(is_current=True)))
    html = page(reader)
    assert 'aria-label="子育て マイナポータル2手続、窓口のみ1手続、対象外・制度なし1手続、未確認1手続"' in html
    assert "県の事務1手続は数えません" in html
    assert "自動車" not in html


def test_checklists_are_linked(reader):
    checklist = make_checklist(title="全体手順書")
    make_world()
    assert reverse("national:checklist", args=[checklist.key]) in page(reader)


def test_the_schedule_is_loaded_beside_a_plain_link(reader):
    make_world()
    html = page(reader)
    assert f'hx-get="{reverse("actions:item_schedule")}"' in html
    assert f'href="{reverse("actions:schedule")}"' in html


def test_names_are_escaped(reader):
    world = make_world()
    world.item.name = "<script>alert(1)</script>"
    world.item.save()
    world.register.entries.update(name='"><img src=x onerror=alert(1)>')
    html = page(reader)
    assert "<script>alert" not in html
    assert "<img" not in html


def test_the_whole_facts_stand_on_the_page(cast, as_user):
    by = ledger.command("load")
    load_national_plans(data=facts("national_plans"), by=by)
    load_registers(data=facts("registers"), by=by)
    load_checklists(data=facts("checklists"), by=by)
    html = page(as_user(cast.executive))
    assert html.count('class="tile') >= 20
    assert "重点取組事項 7" in html
    assert "併せて取り組む事項 未確認3" in html
    assert "推進体制 4" in html
    assert "該当を未確認20" in html
    assert "該当を未確認27・県の事務4" in html


def test_python_and_sql_count_alike():
    world = make_world()
    make_register_entry(register=world.register, prefectural=True, applicable="yes", state="done", done_on=PAST)
    counts = progress.tally(world.register.entries.all(), today())
    assert RegisterEntry.objects.filter(register=world.register).tallied() == {
        "done": counts.done, "applicable": counts.applicable, "unknown": counts.unclear, "excluded": counts.excluded,
    }  # fmt: skip


def test_queries_do_not_grow(reader, queries_of):
    world = make_world()
    make_checklist()
    few = queries_of(reader, URL)
    for _ in range(10):
        item = make_item(plan=world.plan)
        make_target(item=item)
        make_register_entry(register=make_register(item=item))
        make_checklist()
    many = queries_of(reader, URL)
    assert many == few <= 12
