"""管理者's pages: the dated tree of departments."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Department
from audit.models import Entry
from tests import builders

pytestmark = pytest.mark.django_db
LIST = reverse("accounts:departments")
NEW = {
    "code": "0901", "name": "デジタル推進課", "short_name": "デジタル", "kind": "section", "parent": "",
    "order": "９０", "valid_from": "令和9年4月1日", "valid_to": "",
}  # fmt: skip


def test_create_reads_wareki_and_full_width(cast, as_user) -> None:
    assert as_user(cast.admin).post(reverse("accounts:department_create"), NEW).status_code == 302
    made = Department.objects.get(code="0901")
    assert (made.order, made.valid_from) == (90, dt.date(2027, 4, 1))
    assert Entry.objects.about(made).get().act == "create"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "0204"}, "すでに"),
        ({"name": ""}, "必須"),
        ({"name": "課" * 61}, "60"),
        ({"order": "たくさん"}, "整数"),
        ({"order": "-1"}, "0"),
        ({"valid_to": "R9.3.31"}, "設置日以後"),
        ({"valid_from": "平成32年4月1日"}, "平成"),
        ({"parent": "424242"}, "選択"),
    ],
)
def test_refusals_keep_what_was_typed(cast, as_user, change, words) -> None:
    before = Department.objects.count()
    page = as_user(cast.admin).post(reverse("accounts:department_create"), NEW | change)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert Department.objects.count() == before


def test_abolished_departments_leave_the_list_but_stay_on_record(cast, as_user) -> None:
    gone = builders.make_department(name="旧課", valid_to=dt.date(2021, 3, 31))
    client = as_user(cast.admin)
    assert gone not in client.get(LIST).context["departments"]
    assert gone in client.get(LIST, {"all": "1"}).context["departments"]


def test_code_of_an_abolished_department_may_be_used_again(cast, as_user) -> None:
    builders.make_department(code="0901", valid_to=dt.date(2021, 3, 31))
    assert as_user(cast.admin).post(reverse("accounts:department_create"), NEW).status_code == 302


def test_rename_is_recorded_and_a_stale_form_shows_both(cast, as_user) -> None:
    url = reverse("accounts:department", args=[cast.tax.pk])
    values = NEW | {"code": "0204", "valid_from": "R2.4.1", "name": "税務収納課", "version": cast.tax.version}
    client = as_user(cast.admin)
    assert client.post(url, values).status_code == 302
    assert Entry.objects.about(cast.tax).get().changes["name"] == ["税務課", "税務収納課"]
    page = client.post(url, values | {"name": "課税課"})
    assert page.status_code == 409
    assert "税務収納課" in page.content.decode()
    assert "課税課" in page.content.decode()
    assert Department.objects.get(pk=cast.tax.pk).name == "税務収納課"


def test_a_department_of_the_past_keeps_its_division(cast, as_user) -> None:
    division = builders.make_department(kind="division", valid_to=dt.date(2024, 3, 31))
    gone = builders.make_department(parent=division, valid_to=dt.date(2024, 3, 31))
    url, client = reverse("accounts:department", args=[gone.pk]), as_user(cast.admin)
    assert f'<option value="{division.pk}" selected>' in client.get(url).text
    values = NEW | {"valid_from": "R2.4.1", "valid_to": "R6.3.31", "parent": division.pk, "version": gone.version}
    assert client.post(url, values).status_code == 302
    assert Department.objects.get(pk=gone.pk).parent == division


def abolished(client, department, day: dt.date, **change) -> str:
    url = reverse("accounts:department", args=[department.pk])
    values = NEW | {"code": department.code, "name": department.name, "valid_from": "R2.4.1", "valid_to": str(day)}
    return client.post(url, values | {"version": department.version} | change, follow=True).text


ORPHANS = f'<a href="{reverse("accounts:orphans")}">担当のないもの</a>'


def test_what_an_abolished_department_leaves_is_told(cast, as_user) -> None:
    builders.make_action(lead_department=cast.tax)
    text = abolished(as_user(cast.admin), cast.tax, builders.today() - dt.timedelta(days=1))
    assert "所属を保存しました。" in text
    assert f"この所属が持ったままのものが3件あります。{ORPHANS}を確かめてください。" in text


def test_before_its_last_day_is_over_it_is_told_what_will_be_left(cast, as_user) -> None:
    text = abolished(as_user(cast.admin), cast.tax, builders.today())
    assert f"廃止日を過ぎると、この所属が持ったままのもの2件が{ORPHANS}になります。" in text


def test_nothing_is_told_where_nothing_is_left_or_nothing_ended(cast, as_user) -> None:
    client, yesterday = as_user(cast.admin), builders.today() - dt.timedelta(days=1)
    empty = builders.make_department(name="空の課")
    assert "持ったまま" not in abolished(client, empty, yesterday)
    abolished(client, cast.tax, yesterday)
    cast.tax.refresh_from_db()
    assert "持ったまま" not in abolished(client, cast.tax, yesterday, name="税務収納課")
    assert "持ったまま" not in abolished(client, cast.welfare, "")
