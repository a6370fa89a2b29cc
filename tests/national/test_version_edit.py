"""Versions of the national plan as data: the version, its items, its targets."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from lib.writes import StaleError
from strategy.models import NationalPlan, NationalTarget, PriorityItem
from strategy.services import national_versions as services
from tests.builders import make_action, make_item, make_national_plan, make_register, today
from tests.indicators.builders import make_indicator
from tests.national.making import make_mapping, make_target

pytestmark = pytest.mark.django_db
VERSION = {"name": "自治体DX推進計画", "label": "第5.0版", "source": "総務省", "as_of": "R8.10.1", "version": 1}
ITEM = {"category": "priority", "number": 1, "name": "人材の確保", "short_name": "人材", "version": 1}


def test_the_office_creates_a_version_and_an_item_and_a_target(cast, as_user):
    client = as_user(cast.secretariat)
    data = VERSION | {"period_from": "令和8年4月1日", "period_to": "２０３１-０３-３１", "verified": "on"}
    response = client.post(reverse("national:version_create"), data)
    plan = NationalPlan.objects.get()
    assert response["Location"] == reverse("national:version", args=[plan.pk])
    assert (plan.period_to, plan.as_of, plan.verified, plan.is_current) == (
        dt.date(2031, 3, 31), dt.date(2026, 10, 1), True, False,
    )  # fmt: skip
    client.post(reverse("national:item_create", args=[plan.pk]), ITEM)
    item = plan.items.get()
    assert (item.key, item.order_key) == (f"n{plan.pk}-p1", 1)
    client.post(reverse("national:target_create", args=[item.key]), {"statement": "増やす", "version": 1})
    assert item.targets.get().order == 1
    assert list(Entry.objects.order_by("pk").values_list("act", "object_label")) == [
        ("create", "自治体DX推進計画 第5.0版"), ("create", "人材の確保"), ("create", "増やす"),
    ]  # fmt: skip
    html = client.get(reverse("national:version", args=[plan.pk])).content.decode()
    assert "人材の確保" in html
    assert "増やす" in html


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"label": "第1.0版"}, "第1.0版」という版がすでにあります"),
        ({"period_from": "R8.4.1", "period_to": "R8.3.31"}, "始め以後"),
        ({"as_of": "R20.1.1"}, "先の日付"),
        ({"published_on": "R20.1.1", "verified": "on"}, "公表日が先"),
        ({"published_on": "8.4.1"}, "元号がありません"),
        ({"label": "あ" * 41}, "40"),
        ({"note": "あ" * 2001}, "2000"),
        ({"source": ""}, "必須"),
    ],
)
def test_a_wrong_version_is_refused_and_what_was_typed_stays(cast, as_user, values, word):
    make_national_plan(label="第1.0版")
    response = as_user(cast.secretariat).post(reverse("national:version_create"), VERSION | values)
    html = response.content.decode()
    assert response.status_code == 422
    assert word in html
    assert "自治体DX推進計画" in html
    assert NationalPlan.objects.count() == 1
    assert not Entry.objects.exists()


def test_a_stale_version_shows_both_values(cast, as_user):
    plan = make_national_plan(label="第1.0版", source="総務省の目次")
    NationalPlan.objects.filter(pk=plan.pk).update(source="先に直した出典", version=2)
    url = reverse("national:version_edit", args=[plan.pk])
    response = as_user(cast.secretariat).post(url, VERSION | {"label": "第1.0版", "source": "自分の出典"})
    html = response.content.decode()
    assert response.status_code == 409
    assert "先に直した出典" in html
    assert "自分の出典" in html
    assert not Entry.objects.exists()


def test_a_megabyte_of_text_is_refused_by_the_service_too(cast):
    with pytest.raises(ValidationError, match=r"2,000字以内"):
        services.create_item(
            plan=make_national_plan(), category="other", number=1, name="あ", short_name="あ",
            description="あ" * 1_000_000, verified=True, by=cast.secretariat,
        )  # fmt: skip
    assert not PriorityItem.objects.exists()


def test_a_number_is_used_once_in_a_category(cast, as_user):
    plan = make_national_plan()
    make_item(plan=plan, number=1, name="先の項目")
    response = as_user(cast.secretariat).post(reverse("national:item_create", args=[plan.pk]), ITEM)
    assert response.status_code == 422
    assert "番号1は「先の項目」が使っています" in response.content.decode()
    other = as_user(cast.secretariat).post(
        reverse("national:item_create", args=[plan.pk]), ITEM | {"category": "other"}
    )
    assert other.status_code == 302


def test_an_item_in_another_category_stands_there(cast):
    item = make_item(number=1)
    services.update_item(item=item, version=1, category="organisation", by=cast.secretariat)
    item.refresh_from_db()
    assert (item.order_key, item.version) == (4, 2)
    with pytest.raises(StaleError):
        services.update_item(item=item, version=1, name="別の名称", by=cast.secretariat)


def test_items_and_targets_change_places(cast, as_user):
    plan = make_national_plan()
    first, second = make_item(plan=plan, number=3), make_item(plan=plan, number=5)
    client = as_user(cast.secretariat)
    client.post(reverse("national:item_move", args=[second.key]), {"direction": "up"})
    client.post(reverse("national:item_move", args=[second.key]), {"direction": "up"})
    assert list(plan.items.values_list("pk", "number")) == [(second.pk, 3), (first.pk, 5)]
    one, two = make_target(item=first, order=0), make_target(item=first, order=0)
    client.post(reverse("national:target_move", args=[one.pk]), {"direction": "down"})
    assert list(first.targets.all()) == [two, one]
    assert Entry.objects.filter(act="move").count() == 3


def test_what_refers_to_an_item_keeps_it(cast, as_user):
    item = make_item(name="標準化")
    make_action(items=[item])
    make_register(item=item)
    make_target(item=item)
    make_indicator().items.add(item)
    make_mapping(target=item, relation="new")
    client = as_user(cast.secretariat)
    html = client.post(reverse("national:item_delete", args=[item.key]), follow=True).content.decode()
    for word in ("取組1件", "登録簿1件", "目標1件", "指標1件", "ほかの版との対応1件", "削除できません"):
        assert word in html
    assert PriorityItem.objects.filter(pk=item.pk).exists()
    assert not Entry.objects.exists()


def test_what_nothing_refers_to_goes(cast, as_user):
    item = make_item()
    target = make_target(item=item)
    client = as_user(cast.secretariat)
    client.post(reverse("national:target_delete", args=[target.pk]))
    client.post(reverse("national:item_delete", args=[item.key]))
    client.post(reverse("national:version_delete", args=[item.plan_id]))
    assert not NationalTarget.objects.exists()
    assert not PriorityItem.objects.exists()
    assert not NationalPlan.objects.exists()
    assert list(Entry.objects.values_list("act", flat=True)) == ["delete"] * 3


def test_a_version_that_holds_something_stays(cast):
    plan = make_national_plan(is_current=True)
    with pytest.raises(ValidationError, match="従う版"):
        services.delete_version(plan=plan, by=cast.secretariat)
    with pytest.raises(ValidationError, match="項目がある"):
        services.delete_version(plan=make_item().plan, by=cast.secretariat)


def test_a_failing_ledger_takes_the_write_back(cast, monkeypatch):
    def fail(events):
        raise RuntimeError("ledger")

    item = make_item(number=1)
    monkeypatch.setattr("strategy.services.national_versions.ledger.record_many", fail)
    with pytest.raises(RuntimeError, match="ledger"):
        services.delete_item(item=item, by=cast.secretariat)
    assert PriorityItem.objects.filter(key=item.key).exists()


def test_an_unconfirmed_version_does_not_count_as_confirmed(cast, as_user):
    plan = make_national_plan(label="第9版", verified=False)
    make_item(plan=plan)
    html = as_user(cast.viewer).get(reverse("national:version", args=[plan.pk])).content.decode()
    assert '<span class="tag">未確認</span>' in html
    assert "編集" not in html


@pytest.mark.parametrize("text", ["-1", "0", "1000", "一", "1.5"])
def test_a_number_that_is_none_is_refused(cast, as_user, text):
    plan = make_national_plan(as_of=today())
    response = as_user(cast.secretariat).post(
        reverse("national:item_create", args=[plan.pk]), ITEM | {"number": text}
    )
    assert response.status_code == 422
    assert not plan.items.exists()
