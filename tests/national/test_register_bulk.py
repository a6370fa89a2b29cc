"""All rows of a register in one table."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from audit.models import Entry
from strategy.models import RegisterEntry
from strategy.services.registers import EntryChange, RowsRefused, update_entries
from tests.builders import make_department, make_register, make_register_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(cast):
    register = make_register(unit="手続")
    make_register_entry(register=register, number=1, name="認定請求", group="子育て", volume=120, online_volume=30)
    make_register_entry(register=register, number=2, name="現況届", group="子育て", department=cast.tax)
    return register


def url(register):
    return reverse("national:register_bulk", args=[register.key])


def shown(client, register):
    """What a browser would send back: every field of the table as the page shows it."""
    html = client.get(url(register)).content.decode()
    data = {m[1]: m[2] for m in re.finditer(r'<input[^>]*? name="(e[^"]+)"(?:[^>]*? value="([^"]*)")?', html)}
    for m in re.finditer(r'<select name="(e[^"]+)".*?</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', m[0])
        data[m[1]] = chosen[1] if chosen else ""
    return {name: value or "" for name, value in data.items()}


def cell(entry, name):
    return f"e{entry.pk}-{name}"


def test_touched_rows_are_saved_together(cast, as_user, register):
    client = as_user(cast.secretariat)
    one, two = register.entries.all()
    data = shown(client, register)
    data |= {
        cell(one, "applicable"): "yes", cell(one, "state"): "done", cell(one, "done_on"): "R8.4.1",
        cell(one, "channel"): "mynaportal", cell(one, "volume"): "１，２００", cell(one, "volume_year"): "2025",
    }  # fmt: skip
    response = client.post(url(register), data)
    assert response["Location"] == reverse("national:register", args=[register.key])
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, one.done_on, one.volume, one.volume_year, one.version) == (
        "done", dt.date(2026, 4, 1), 1200, 2025, 2,
    )  # fmt: skip
    assert two.version == 1
    assert Entry.objects.count() == 1
    assert "R7年度" in client.get(reverse("national:register", args=[register.key])).content.decode()


def test_an_untouched_page_writes_nothing(cast, as_user, register):
    client = as_user(cast.secretariat)
    response = client.post(url(register), shown(client, register), follow=True)
    assert "変わった行はありませんでした" in response.content.decode()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("volume", "-5", "年間件数「-5」"),
        ("volume", "たくさん", "年間件数「たくさん」"),
        ("online_volume", "500", "うちオンライン「500」"),
        ("due_on", "令和8年13月1日", "完了の見込み「令和8年13月1日」"),
        ("done_on", "R8.4.1", "完了日「R8.4.1」"),
        ("applicable", "no", "対象外の理由「（空欄）」"),
        ("channel", "fax", "受付の方法「fax」"),
        ("department", "999999", "所管「999999」"),
        ("volume_year", "2099", "件数の年度「2099」"),
        ("system_name", "あ" * 101, "システム・事業者「あああ"),
    ],
)
def test_an_error_names_row_column_and_value_and_saves_nothing(cast, as_user, register, field, typed, words):
    client = as_user(cast.secretariat)
    one, two = register.entries.all()
    data = shown(client, register) | {cell(two, "system_name"): "新しいシステム", cell(one, field): typed}
    response = client.post(url(register), data)
    html = response.content.decode()
    assert response.status_code == 422
    assert f"1番 認定請求　{words}" in html
    assert 'value="新しいシステム"' in html
    assert not Entry.objects.exists()
    assert RegisterEntry.objects.get(pk=two.pk).system_name == ""


def test_a_conflict_shows_both_values_and_the_rest_stays(cast, as_user, register):
    client = as_user(cast.secretariat)
    one, two = register.entries.all()
    data = shown(client, register) | {cell(one, "system_name"): "自分の値", cell(two, "system_name"): "二行目"}
    RegisterEntry.objects.filter(pk=one.pk).update(system_name="先に保存した値", version=2)
    response = client.post(url(register), data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "先に保存した値" in html
    assert 'value="自分の値"' in html
    assert 'value="二行目"' in html
    assert not Entry.objects.exists()
    again = data | {cell(one, "version"): "2", cell(one, "seen"): "", cell(one, "system_name"): ""}
    assert client.post(url(register), again).status_code == 302
    assert RegisterEntry.objects.get(pk=one.pk).system_name == ""


def test_a_row_nobody_touched_is_left_to_the_person_who_did(cast, as_user, register):
    client = as_user(cast.secretariat)
    one, two = register.entries.all()
    data = shown(client, register) | {cell(two, "system_name"): "二行目"}
    RegisterEntry.objects.filter(pk=one.pk).update(system_name="先に保存した値", version=2)
    assert client.post(url(register), data).status_code == 302
    assert RegisterEntry.objects.get(pk=one.pk).system_name == "先に保存した値"


def test_a_foreign_row_is_refused(cast, as_user, register):
    other = make_register_entry(name="よその行")
    data = {cell(other, "version"): 1, cell(other, "applicable"): "yes"}
    response = as_user(cast.secretariat).post(url(register), data)
    assert response.status_code == 422
    assert "この登録簿にない行" in response.content.decode()
    assert RegisterEntry.objects.get(pk=other.pk).version == 1


def test_systems_have_no_channel_and_no_cases(cast, as_user):
    register = make_register()
    make_register_entry(register=register)
    html = as_user(cast.secretariat).get(url(register)).content.decode()
    assert "data-grid" in html
    assert "受付の方法" not in html
    assert "年間件数" not in html


def test_the_service_rolls_every_row_back(cast, register):
    one, two = register.entries.all()
    rows = [EntryChange(one, 1, {"system_name": "一"}), EntryChange(two, 1, {"volume_year": 1900})]
    with pytest.raises(RowsRefused) as refused:
        update_entries(rows=rows, by=cast.secretariat)
    assert list(refused.value.rows) == [two.pk]
    assert not Entry.objects.exists()
    assert not RegisterEntry.objects.exclude(system_name="").exists()


def test_queries_do_not_grow(cast, as_user, register, queries_of):
    client = as_user(cast.secretariat)
    few = queries_of(client, url(register))
    for _ in range(20):
        make_register_entry(register=register, group="介護", department=make_department())
    assert queries_of(client, url(register)) == few <= 12


def test_unknown_and_not_applicable_never_count_as_zero(cast, as_user):
    register = make_register(unit="手続")
    make_register_entry(register=register, group="介護", applicable="unknown", volume=100, online_volume=0)
    make_register_entry(register=register, group="介護", applicable="no", reason="なし", volume=100, online_volume=0)
    make_register_entry(register=register, group="介護", applicable="yes", volume=10, online_volume=5)
    make_register_entry(register=register, group="介護", applicable="yes", volume=90)
    html = as_user(cast.viewer).get(reverse("national:register", args=[register.key])).content.decode()
    assert "0<small> / 対象2手続" in html
    assert "オンラインの利用率 50.0%" in html
