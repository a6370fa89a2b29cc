"""The page of the versions and the mapping between them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from lib import ledger
from strategy import queries_national as queries
from strategy.services import load_national_plans
from tests.builders import make_item, make_national_plan
from tests.national.making import facts, make_mapping

pytestmark = pytest.mark.django_db
URL = reverse("national:versions")


def page(client):
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", ["admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer"])
def test_every_reader_sees_the_page(cast, as_user, role):
    make_national_plan(label="第7版")
    assert "第7版" in page(as_user(getattr(cast, role)))


def test_others_do_not(cast, as_user, client):
    assert as_user(cast.nobody).get(URL).status_code == 403
    assert client.get(URL).status_code == 302
    assert as_user(cast.secretariat).post(URL).status_code == 405


def test_without_versions_the_page_says_what_to_do(cast, as_user):
    assert "国の計画の版がまだありません" in page(as_user(cast.viewer))


def test_a_version_tells_period_source_and_as_of(cast, as_user):
    make_national_plan(
        label="第7版", period_from=dt.date(2021, 1, 1), period_to=dt.date(2026, 3, 31),
        source="総務省の目次", as_of=dt.date(2024, 2, 5), published_on=None, is_current=True,
    )  # fmt: skip
    html = page(as_user(cast.viewer))
    assert "令和3年1月〜" in html
    assert "令和8年3月" in html
    assert "期間終了" in html
    assert "総務省の目次" in html
    assert "令和6年2月5日" in html
    assert "本市が従う版" in html
    assert '<td class="nb">未確認</td>' in html


def test_a_version_without_a_confirmed_item_is_unconfirmed():
    empty, unread, read = make_national_plan(), make_national_plan(), make_national_plan()
    make_item(plan=unread, verified=False)
    make_item(plan=read)
    found = {v.plan: v.is_confirmed for v in queries.versions()}
    assert found == {empty: False, unread: False, read: True}


def test_the_mapping_of_the_facts(cast, as_user):
    load_national_plans(data=facts("national_plans"), by=ledger.command("load"))
    (table,) = queries.mappings()
    assert (table.target.label, [p.label for p in table.sources]) == ("第2.3版", ["第1.0版"])
    assert len(table.rows) == 14
    assert [item.key for item in table.left] == ["n1-o1", "n1-o2", "n1-o3"]
    html = page(as_user(cast.viewer))
    assert "第1.0版から第2.3版へ" in html
    for word in ("同じ", "一部になった", "分かれた", "ほかの項目に含まれた", "新設"):
        assert word in html
    assert "新版での扱いを確かめていない旧版の項目" in html
    assert "項目の一覧を未確認" in html


def test_versions_without_mapping_say_so(cast, as_user):
    make_national_plan()
    assert "版のあいだの対応はまだ登録されていません" in page(as_user(cast.viewer))


def test_text_is_escaped(cast, as_user):
    plan = make_national_plan(note="<script>alert(1)</script>", source="<img src=x>")
    make_mapping(target=make_item(plan=plan), relation="new", note="<i>")
    html = page(as_user(cast.viewer))
    assert "<script>alert" not in html
    assert "<img" not in html


def test_queries_do_not_grow(cast, as_user, queries_of):
    client = as_user(cast.viewer)
    make_mapping(source=make_item(), target=make_item())
    few = queries_of(client, URL)
    for _ in range(10):
        make_mapping(source=make_item(), target=make_item())
    many = queries_of(client, URL)
    assert many == few <= 12
