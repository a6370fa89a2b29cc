"""The page of one register, and one row of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from tests.builders import make_register, make_register_entry, today
from tests.national.making import make_world

pytestmark = pytest.mark.django_db
READERS = ["admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer"]


def url(register):
    return reverse("national:register", args=[register.key])


def page(client, register):
    response = client.get(url(register))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", READERS)
def test_every_reader_sees_the_rows_and_only_the_secretariat_may_edit(cast, as_user, role):
    world = make_world()
    html = page(as_user(getattr(cast, role)), world.register)
    assert "住民基本台帳" in html
    assert (reverse("national:entry_edit", args=[world.rows[0].pk]) in html) is (role == "secretariat")


def test_others_do_not(cast, as_user, client):
    register = make_register()
    assert as_user(cast.nobody).get(url(register)).status_code == 403
    assert client.get(url(register)).status_code == 302
    assert as_user(cast.viewer).get(reverse("national:register", args=["no-such"])).status_code == 404
    assert as_user(cast.secretariat).post(url(register)).status_code == 405


def test_an_empty_register_says_so(cast, as_user):
    assert "この登録簿にはまだ行がありません" in page(as_user(cast.viewer), make_register())


def test_the_head_counts_by_hand(cast, as_user):
    world = make_world(due_on=dt.date(2026, 3, 31))
    html = page(as_user(cast.viewer), world.register)
    assert "1<small> / 対象2業務" in html
    for words in ("済 1", "作業中 1", "該当を未確認 1", "対象外 1"):
        assert words in html
    assert "国の期日 令和8年3月31日" in html


def test_a_row_shows_state_dates_department_and_system(cast, as_user):
    register = make_register()
    make_register_entry(
        register=register, applicable="yes", state="done", done_on=dt.date(2026, 1, 5), department=cast.tax,
        system_name="標準準拠システム",
    )  # fmt: skip
    make_register_entry(register=register, applicable="yes", state="working", due_on=today())
    make_register_entry(register=register, applicable="yes", state="working", due_on=today() - dt.timedelta(days=1))
    make_register_entry(register=register, applicable="no", reason="該当する制度がない", verified=False)
    html = page(as_user(cast.viewer), register)
    assert "令和8年1月5日" in html
    assert "税務課" in html
    assert "標準準拠システム" in html
    assert html.count('class="due over"') == 1
    assert "該当する制度がない" in html
    assert '<span class="tag">未確認</span>' in html
    assert "受付の方法" not in html


def test_a_procedure_shows_channel_and_online_rate(cast, as_user):
    register = make_register(unit="手続")
    make_register_entry(
        register=register, group="介護", applicable="yes", channel="mynaportal", volume=2345, online_volume=469
    )
    make_register_entry(register=register, group="介護", applicable="yes", volume=100)
    make_register_entry(register=register, group="自動車", prefectural=True, applicable="no", reason="県の事務のため")
    html = page(as_user(cast.viewer), register)
    assert '<td class="nb">マイナポータル</td>' in html
    assert "2,345" in html
    assert "20.0%" in html
    assert "オンラインの利用率 20.0%" in html
    assert "県の事務" in html
    assert 'scope="rowgroup"' in html


def test_one_row_alone_and_its_page(cast, as_user):
    world = make_world()
    entry = reverse("national:entry", args=[world.rows[0].pk])
    client = as_user(cast.viewer)
    response = client.get(entry)
    assert (response.status_code, response["Location"]) == (302, f"{url(world.register)}#entry-{world.rows[0].pk}")
    html = client.get(entry, headers={"HX-Request": "true", "HX-Target": f"entry-{world.rows[0].pk}"}).content.decode()
    assert html.lstrip().startswith(f'<tr id="entry-{world.rows[0].pk}">')
    assert "編集" not in html
    assert "register-count" not in html
    assert client.get(reverse("national:entry", args=[999_999])).status_code == 404
    assert client.post(entry).status_code == 405


def test_text_is_escaped(cast, as_user):
    register = make_register(name="<script>alert(1)</script>")
    make_register_entry(register=register, name="<img src=x>", system_name="<b>", applicable="no", reason="<i>")
    html = page(as_user(cast.secretariat), register)
    assert "<script>alert" not in html
    assert "<img" not in html


def test_queries_do_not_grow(cast, as_user, queries_of):
    register = make_register()
    client = as_user(cast.secretariat)
    make_register_entry(register=register, department=cast.tax)
    few = queries_of(client, url(register))
    for n in range(20):
        make_register_entry(register=register, department=cast.welfare if n % 2 else cast.tax)
    many = queries_of(client, url(register))
    assert many == few <= 12
