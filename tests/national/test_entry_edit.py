"""Editing a row of a register: as a page, and in place."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from audit.models import Entry
from strategy.models import RegisterEntry
from tests.builders import make_department, make_register, make_register_entry

pytestmark = pytest.mark.django_db


def url(entry):
    return reverse("national:entry_edit", args=[entry.pk])


def data(entry, **kw):
    values = {
        "version": entry.version, "applicable": "yes", "state": "working", "reason": "", "due_on": "", "done_on": "",
        "department": "", "system_name": "",
    }  # fmt: skip
    if entry.group:
        values |= {"channel": "unknown", "volume": "", "online_volume": ""}
    return values | kw


def htmx(entry):
    return {"HX-Request": "true", "HX-Target": f"entry-{entry.pk}"}


@pytest.fixture
def procedure():
    return make_register_entry(register=make_register(unit="手続"), group="介護", name="要介護認定の申請")


@pytest.mark.parametrize("role", ["admin", "executive", "lead", "member", "other_lead", "viewer", "nobody"])
def test_only_the_secretariat_edits(cast, as_user, procedure, role):
    client = as_user(getattr(cast, role))
    assert client.get(url(procedure)).status_code == 403
    assert client.post(url(procedure), data(procedure)).status_code == 403
    assert client.get(url(procedure), headers=htmx(procedure)).status_code == 403
    assert RegisterEntry.objects.get(pk=procedure.pk).version == 1


def test_a_visitor_signs_in_first(client, procedure):
    assert client.post(url(procedure), data(procedure)).status_code == 302
    assert RegisterEntry.objects.get(pk=procedure.pk).version == 1


@pytest.mark.parametrize("pk", [999_999, 10**30])
def test_a_row_that_is_not_there(cast, as_user, pk):
    assert as_user(cast.secretariat).get(reverse("national:entry_edit", args=[pk])).status_code == 404


def test_other_methods_are_refused(cast, as_user, procedure):
    assert as_user(cast.secretariat).delete(url(procedure)).status_code == 405


def test_the_page_has_a_working_form(cast, as_user, procedure):
    html = as_user(cast.secretariat).get(url(procedure)).content.decode()
    assert "<html" in html
    assert "要介護認定の申請" in html
    assert 'name="channel"' in html
    assert 'hx-post="' not in html


def test_a_system_has_neither_channel_nor_cases(cast, as_user):
    html = as_user(cast.secretariat).get(url(make_register_entry())).content.decode()
    assert 'name="channel"' not in html
    assert 'name="volume"' not in html


def test_saving_the_page_leads_back_to_the_row(cast, as_user, procedure):
    client = as_user(cast.secretariat)
    response = client.post(
        url(procedure),
        data(
            procedure, state="done", done_on="Ｒ８．１．５", channel="mynaportal", volume="１，２００",
            online_volume="300", department=cast.tax.pk, system_name="標準準拠システム",
        ),
    )  # fmt: skip
    assert response.status_code == 302
    assert response["Location"] == f"/national/registers/{procedure.register.key}/#entry-{procedure.pk}"
    stored = RegisterEntry.objects.get(pk=procedure.pk)
    assert (stored.done_on, stored.volume, stored.online_volume) == (dt.date(2026, 1, 5), 1200, 300)
    assert (stored.department, stored.channel) == (cast.tax, "mynaportal")
    assert "「要介護認定の申請」を保存しました。" in client.get(response["Location"]).content.decode()


def test_editing_in_place(cast, as_user, procedure):
    client = as_user(cast.secretariat)
    html = client.get(url(procedure), headers=htmx(procedure)).content.decode()
    assert html.lstrip().startswith(f'<tr id="entry-{procedure.pk}">')
    assert f'hx-post="{url(procedure)}"' in html
    assert 'method="post"' in html
    assert "autofocus" in html
    response = client.post(url(procedure), data(procedure), headers=htmx(procedure))
    html = response.content.decode()
    assert response.status_code == 200
    assert html.lstrip().startswith(f'<tr id="entry-{procedure.pk}">')
    assert "作業中" in html
    assert 'id="register-count" hx-swap-oob="true"' in html
    assert 'id="messages"' in html
    assert "を保存しました。" in html


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"done_on": "13月"}, "日付として読めません"),
        ({"done_on": "令和8年2月30日"}, "という日はありません"),
        ({"due_on": "8.11.1"}, "元号"),
        ({"volume": "-1"}, "0 以上"),
        ({"volume": "百"}, "整数で入力してください"),
        ({"volume": "99999999999"}, "以下"),
        ({"volume": "5", "online_volume": "6"}, "年間件数以下"),
        ({"online_volume": "6"}, "年間件数も入力"),
        ({"system_name": "あ" * 101}, "100"),
        ({"applicable": "no"}, "対象外とする理由"),
        ({"applicable": "maybe"}, "正しく選択"),
        ({"state": "done"}, "完了日を入力"),
        ({"state": "done", "done_on": "2099-01-01"}, "先の日付"),
        ({"due_on": "2020-01-01"}, "今日以後"),
        ({"channel": "none"}, "対象外"),
        ({"department": "999999"}, "正しく選択"),
        ({"department": "x"}, "正しく選択"),
    ],
)
def test_refusals_stand_on_the_form_and_store_nothing(cast, as_user, procedure, values, words):
    response = as_user(cast.secretariat).post(url(procedure), data(procedure, **values))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert RegisterEntry.objects.get(pk=procedure.pk).version == 1
    assert not Entry.objects.filter(act="update").exists()


def test_what_was_typed_stays_after_a_refusal(cast, as_user, procedure):
    html = as_user(cast.secretariat).post(
        url(procedure), data(procedure, system_name="新しい<システム>", done_on="あした"), headers=htmx(procedure)
    ).content.decode()  # fmt: skip
    assert html.lstrip().startswith(f'<tr id="entry-{procedure.pk}">')
    assert 'value="新しい&lt;システム&gt;"' in html
    assert 'value="あした"' in html


@pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": ""}])
def test_a_form_without_its_version_is_refused(cast, as_user, procedure, sent):
    values = {k: v for k, v in data(procedure).items() if k != "version"} | sent if sent else {}
    assert as_user(cast.secretariat).post(url(procedure), values).status_code == 422


def test_an_abolished_department_is_not_offered(cast, as_user, procedure):
    gone = make_department(name="廃止課", valid_to=dt.date(2024, 3, 31))
    client = as_user(cast.secretariat)
    assert "廃止課" not in client.get(url(procedure)).content.decode()
    assert client.post(url(procedure), data(procedure, department=gone.pk)).status_code == 422


def test_a_row_of_the_prefecture_is_not_made_to_count(cast, as_user):
    entry = make_register_entry(prefectural=True, applicable="no", reason="県の事務", group="自動車")
    response = as_user(cast.secretariat).post(url(entry), data(entry))
    assert response.status_code == 422
    assert "県の事務は、市の登録簿では対象にできません" in response.content.decode()


@pytest.mark.parametrize("in_place", [False, True])
def test_a_stale_form_shows_both_values_and_the_person_decides(cast, as_user, procedure, in_place):
    RegisterEntry.objects.filter(pk=procedure.pk).update(
        applicable="yes", state="deferred", system_name="先に保存した名称", version=2
    )
    client = as_user(cast.secretariat)
    headers = htmx(procedure) if in_place else {}
    response = client.post(url(procedure), data(procedure, system_name="わたしの名称"), headers=headers)
    html = response.content.decode()
    assert response.status_code == 409
    assert "ほかの人が先に保存しています" in html
    assert "いま保存されている値：先に保存した名称" in html
    assert "いま保存されている値：特定移行支援" in html
    assert 'value="わたしの名称"' in html
    assert 'name="version" value="2"' in html
    assert RegisterEntry.objects.get(pk=procedure.pk).system_name == "先に保存した名称"
    again = client.post(url(procedure), data(procedure, version=2, system_name="わたしの名称"), headers=headers)
    assert again.status_code in (200, 302)
    assert RegisterEntry.objects.get(pk=procedure.pk).system_name == "わたしの名称"
