"""The page of one national item."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from tests.builders import make_item, make_national_plan
from tests.national.making import make_mapping, make_target, make_world

pytestmark = pytest.mark.django_db


def url(item):
    return reverse("national:item", args=[item.key])


def page(client, item):
    response = client.get(url(item))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", ["admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer"])
def test_every_reader_sees_the_page_and_only_the_secretariat_may_edit(cast, as_user, role):
    world = make_world()
    html = page(as_user(getattr(cast, role)), world.item)
    assert "20業務を移す" in html
    assert (reverse("national:target_edit", args=[world.target.pk]) in html) is (role == "secretariat")


def test_others_do_not(cast, as_user, client):
    world = make_world()
    assert as_user(cast.nobody).get(url(world.item)).status_code == 403
    assert client.get(url(world.item)).status_code == 302
    assert as_user(cast.viewer).get(reverse("national:item", args=["no-such"])).status_code == 404
    assert as_user(cast.viewer).post(url(world.item)).status_code == 405


def test_targets_tell_due_measure_and_source(cast, as_user):
    world = make_world(due_on=dt.date(2026, 3, 31))
    make_target(item=world.item, statement="3割減", measure="減少率", source="改革工程表", verified=False)
    html = page(as_user(cast.viewer), world.item)
    assert "登録簿で判定" in html
    assert "減少率" in html
    assert "改革工程表" in html
    assert "期日の定めなし" in html
    assert "期限超過" in html
    assert '<span class="tag">未確認</span>' in html


def test_the_register_is_shown_with_a_link(cast, as_user):
    world = make_world()
    html = page(as_user(cast.viewer), world.item)
    assert reverse("national:register", args=[world.register.key]) in html
    assert "<b>1</b> / 2 業務" in html


def test_an_item_with_nothing_says_so(cast, as_user):
    html = page(as_user(cast.viewer), make_item())
    assert "この項目を数える登録簿はありません" in html
    assert "目標が示されていません" in html
    assert "まだ確かめていません" in html


def test_an_unconfirmed_item_warns(cast, as_user):
    html = page(as_user(cast.viewer), make_item(verified=False))
    assert "原典でまだ確かめていません" in html


def test_mapping_to_older_and_newer_versions(cast, as_user):
    old = make_item(plan=make_national_plan(label="第1.0版"), name="手続のオンライン化")
    mid = make_item(plan=make_national_plan(label="第2.3版"), name="フロントヤード改革")
    new = make_item(plan=make_national_plan(label="第5.0版"), name="次の項目")
    make_mapping(source=old, target=mid, relation="absorbed", note="改革の一部になった")
    make_mapping(source=mid, target=new, relation="superset")
    html = page(as_user(cast.viewer), mid)
    assert url(old) in html
    assert "ほかの項目に含まれた" in html
    assert "改革の一部になった" in html
    assert url(new) in html
    assert "分かれた" in html


def test_a_new_item_has_no_older_one(cast, as_user):
    item = make_item()
    make_mapping(target=item, relation="new")
    html = page(as_user(cast.viewer), item)
    assert "旧版に対応する項目なし" in html
    assert "新設" in html


def test_schedule_and_actions_are_loaded_beside_plain_links(cast, as_user):
    item = make_item()
    html = page(as_user(cast.viewer), item)
    assert f'hx-get="{reverse("actions:item_schedule")}?item={item.key}"' in html
    assert f'hx-get="{reverse("actions:item_actions", args=[item.key])}"' in html
    assert f'href="{reverse("actions:list")}?item={item.pk}"' in html


def test_text_is_escaped(cast, as_user):
    item = make_item(name="<b>太字</b>", description="<script>alert(1)</script>")
    make_target(item=item, statement="<img src=x>", source="<i>")
    html = page(as_user(cast.viewer), item)
    assert "<script>alert" not in html
    assert "<img" not in html


def test_queries_do_not_grow(cast, as_user, queries_of):
    world = make_world()
    client = as_user(cast.secretariat)
    few = queries_of(client, url(world.item))
    for _ in range(10):
        make_target(item=world.item)
        make_mapping(source=make_item(), target=world.item)
    many = queries_of(client, url(world.item))
    assert many == few <= 12
