"""Opening, changing and closing a round on screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from lib import fiscal
from lib.wareki import format_date
from rounds import services
from rounds.forms import period_choices
from rounds.models import Reply, Round
from tests.builders import make_department, make_round, today
from tests.rounds.conftest import FakeSection

Sign = Callable[[User], Client]
URL = "/rounds/new/"
OTHERS = ("admin", "executive", "lead", "member", "viewer", "nobody")


def sent(cast: SimpleNamespace, **kw: Any) -> dict[str, Any]:
    values = {
        "title": "令和8年度上期の照会", "period": period_choices(today())[0][1][2][0], "sections": ["fake"],
        "opens_on": format_date(today()), "due_on": format_date(today() + dt.timedelta(days=14), "short"),
        "departments": [cast.tax.pk, cast.welfare.pk], "note": "上期の実績をお願いします。",
    }  # fmt: skip
    return values | kw


# ---- opening


def test_the_form_comes_filled_in(cast: SimpleNamespace, fake: FakeSection, as_user: Sign) -> None:
    parent = make_department(name="総務部", kind="division", order=0)
    make_department(name="人事課", parent=parent)
    gone = make_department(name="旧電算課", valid_to=dt.date(2021, 3, 31))
    page = as_user(cast.secretariat).get(URL).content.decode()
    assert f'value="{format_date(today())}"' in page
    assert page.count('name="departments"') == 3
    # All departments, the one section, and 必須 of the empty row for a question.
    assert page.count("checked") == page.count('name="departments" value') + 2
    assert page.index("総務部") < page.index("人事課") < page.index("その他") < page.index("税務課")
    assert gone.name not in page
    assert "総務部</label>" not in page


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_secretariat_opens(cast: SimpleNamespace, fake: FakeSection, as_user: Sign, role: str) -> None:
    client = as_user(getattr(cast, role))
    assert client.get(URL).status_code == 403
    assert client.post(URL, sent(cast)).status_code == 403
    assert not Round.objects.exists()


def test_one_form_opens_the_round(cast: SimpleNamespace, fake: FakeSection, as_user: Sign) -> None:
    response = as_user(cast.secretariat).post(URL, sent(cast), follow=True)
    round_ = Round.objects.get()
    assert response.redirect_chain == [(f"/rounds/{round_.pk}/", 302)]
    assert "「令和8年度上期の照会」を2課に開きました。" in response.content.decode()
    assert (round_.due_on, round_.note) == (today() + dt.timedelta(days=14), "上期の実績をお願いします。")
    assert Entry.objects.about(round_).get().actor == cast.secretariat.ledger_label


def test_dates_are_read_in_every_usual_way(cast: SimpleNamespace, fake: FakeSection, as_user: Sign) -> None:
    due = today() + dt.timedelta(days=30)
    wide = due.isoformat().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    as_user(cast.secretariat).post(URL, sent(cast, opens_on=today().isoformat(), due_on=wide))
    assert Round.objects.get().due_on == due


def test_a_deadline_before_the_opening_is_told_beside_what_else_is_wrong(
    cast: SimpleNamespace, fake: FakeSection, as_user: Sign
) -> None:
    late = format_date(today() + dt.timedelta(days=20), "short")
    page = as_user(cast.secretariat).post(URL, sent(cast, opens_on=late, departments=[])).text
    assert "回答の期限は開始日以後の日" in page
    assert "照会する所属を1つ以上" in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"due_on": "11月31日"}, "日付として読めません"),
        ({"due_on": "令和99年1月1日"}, "2年以内"),
        ({"due_on": "R3.4.1"}, "今日以後"),
        ({"due_on": ""}, "回答の期限"),
        ({"opens_on": "昭和50年1月1日"}, "1年以内"),
        ({"period": "1999H1"}, "対象の期間"),
        ({"sections": []}, "たずねることを1つ以上"),
        ({"sections": ["budget"]}, "budget"),
        ({"departments": []}, "照会する所属を1つ以上"),
        ({"departments": ["999999"]}, "999999"),
        ({"departments": ["税務課"]}, "税務課"),
        ({"title": "あ" * 101}, "100"),
        ({"note": "あ" * 1001}, "1000"),
    ],
)
def test_a_wrong_value_is_shown_and_nothing_is_stored(
    cast: SimpleNamespace, fake: FakeSection, as_user: Sign, wrong: dict[str, Any], words: str
) -> None:
    response = as_user(cast.secretariat).post(URL, sent(cast, **wrong))
    assert response.status_code == 422
    page = response.content.decode()
    assert "まだ保存していません" in page
    assert words in page
    assert "上期の実績をお願いします。" in page or "note" in wrong
    assert not Round.objects.exists()


def test_the_due_day_does_not_come_before_the_opening(cast: SimpleNamespace, fake: FakeSection, as_user: Sign) -> None:
    later = format_date(today() + dt.timedelta(days=30))
    response = as_user(cast.secretariat).post(URL, sent(cast, opens_on=later))
    assert response.status_code == 422
    assert "回答の期限は開始日以後の日にしてください。" in response.content.decode()
    assert not Round.objects.exists()


def test_sending_the_form_twice_opens_one_round(cast: SimpleNamespace, fake: FakeSection, as_user: Sign) -> None:
    client = as_user(cast.secretariat)
    client.post(URL, sent(cast))
    response = client.post(URL, sent(cast))
    assert response.status_code == 422
    assert "まだ開いています" in response.content.decode()
    assert Round.objects.count() == 1


def test_a_half_year_that_has_its_round_is_not_proposed_again(
    cast: SimpleNamespace, fake: FakeSection, as_user: Sign
) -> None:
    client, running = as_user(cast.secretariat), fiscal.half_of(today())
    over, coming = running.previous(), running.next()
    make_round(over.key, sections=["questions"])
    for period in (over, running, coming):
        form = client.get(URL).context["form"]
        assert (form["period"].value(), form["title"].value()) == (period.key, f"{period.label}の照会")
        make_round(period.key, sections=["fake"])
    assert client.get(URL).context["form"]["period"].value() == over.key


def test_the_title_follows_the_period(cast: SimpleNamespace, fake: FakeSection, as_user: Sign) -> None:
    client = as_user(cast.secretariat)
    half = period_choices(today())[0][1][2]
    headers = {"HX-Request": "true", "HX-Target": "round-title"}
    swapped = client.get(URL, {"period": half[0], "title": f"{half[1]}の照会"}, headers=headers).content.decode()
    assert swapped.startswith('<div id="round-title">')
    assert f'value="{half[1]}の照会"' in swapped
    kept = client.get(URL, {"period": half[0], "title": "手で書いた件名"}, headers=headers).content.decode()
    assert 'value="手で書いた件名"' in kept
    assert client.get(URL, {"period": "いつか"}).status_code == 200


def test_periods_around_today_are_offered() -> None:
    groups = dict(period_choices(dt.date(2026, 11, 10)))
    assert [key for key, _ in groups["半期"]][:3] == ["2027H1", "2026H2", "2026H1"]
    assert [key for key, _ in groups["四半期"]][:3] == ["2026Q4", "2026Q3", "2026Q2"]
    assert [key for key, _ in groups["年度"]][:3] == ["2027", "2026", "2025"]


# ---- changing


def edit_form(round_: Round, **kw: Any) -> dict[str, Any]:
    values = {"version": round_.version, "title": round_.title, "due_on": round_.due_on.isoformat(), "note": ""}
    return values | kw


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("act", ["edit", "close", "reopen"])
def test_only_the_secretariat_changes_a_round(
    asked: Round, cast: SimpleNamespace, as_user: Sign, role: str, act: str
) -> None:
    url = f"/rounds/{asked.pk}/{act}/"
    client = as_user(getattr(cast, role))
    assert client.post(url, edit_form(asked)).status_code == 403
    assert client.get(url).status_code == (405 if act == "reopen" else 403)


def test_a_change_is_stored_and_told(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    later = asked.due_on + dt.timedelta(days=7)
    client = as_user(cast.secretariat)
    assert format_date(asked.due_on) in client.get(f"/rounds/{asked.pk}/edit/").content.decode()
    response = client.post(f"/rounds/{asked.pk}/edit/", edit_form(asked, due_on=later.isoformat()), follow=True)
    assert "照会を変更しました。" in response.content.decode()
    asked.refresh_from_db()
    assert asked.due_on == later


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"due_on": "R5.4.1"}, "今日以後"),
        ({"due_on": "そのうち"}, "日付として読めません"),
        ({"title": ""}, "必須"),
        ({"note": "あ" * 1001}, "1000"),
        ({"version": ""}, "確かめてください"),
    ],
)
def test_a_wrong_change_is_shown(
    asked: Round, cast: SimpleNamespace, as_user: Sign, wrong: dict[str, Any], words: str
) -> None:
    response = as_user(cast.secretariat).post(f"/rounds/{asked.pk}/edit/", edit_form(asked, **wrong))
    assert response.status_code == 422
    assert words in response.content.decode()


def test_an_earlier_due_day_is_refused(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    response = as_user(cast.secretariat).post(f"/rounds/{asked.pk}/edit/", edit_form(asked, due_on=today().isoformat()))
    assert response.status_code == 422
    assert "早められません" in response.content.decode()


def test_a_stale_change_shows_both_values(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    services.update_round(
        round_=asked, version=1, by=cast.secretariat, title="先に保存した件名", due_on=asked.due_on, note=""
    )
    client = as_user(cast.secretariat)
    response = client.post(f"/rounds/{asked.pk}/edit/", edit_form(asked, title="あとから書いた件名"))
    assert response.status_code == 409
    page = response.content.decode()
    assert 'value="あとから書いた件名"' in page
    assert "いま保存されている値：先に保存した件名" in page
    assert 'name="version" value="2"' in page
    client.post(f"/rounds/{asked.pk}/edit/", edit_form(asked, title="あとから書いた件名", version=2))
    asked.refresh_from_db()
    assert asked.title == "あとから書いた件名"


# ---- closing


def test_closing_asks_once_and_names_who_is_missing(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    page = as_user(cast.secretariat).get(f"/rounds/{asked.pk}/close/").content.decode()
    assert "2課のうち 2課" in page
    assert "回答なしとして残ります" in page
    asked.refresh_from_db()
    assert asked.closed_at is None


def test_a_round_is_closed_and_reopened(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    client = as_user(cast.secretariat)
    response = client.post(f"/rounds/{asked.pk}/close/", {"version": 1}, follow=True)
    assert "締め切りました。" in response.content.decode()
    assert "締切を取り消す" in response.content.decode()
    assert "に締め切りました" in client.get(f"/rounds/{asked.pk}/close/").content.decode()
    response = client.post(f"/rounds/{asked.pk}/reopen/", {"version": 2}, follow=True)
    assert "締切を取り消しました。" in response.content.decode()


@pytest.mark.parametrize("version", ["7", "", "x", "99999999999999999999"])
@pytest.mark.parametrize("act", ["close", "reopen"])
def test_closing_and_reopening_need_the_version_seen(
    asked: Round, cast: SimpleNamespace, as_user: Sign, act: str, version: str
) -> None:
    if act == "reopen":
        services.close_round(round_=asked, version=1, by=cast.secretariat)
    response = as_user(cast.secretariat).post(f"/rounds/{asked.pk}/{act}/", {"version": version})
    assert response.status_code == 409
    who = "あなたが別の画面で" if act == "reopen" else "ほかの人が"  # who reopens has closed it
    assert f"{who}この照会を変更しました" in response.content.decode()
    asked.refresh_from_db()
    assert (asked.closed_at is None) == (act == "close")


def test_closing_twice_says_so(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    client = as_user(cast.secretariat)
    client.post(f"/rounds/{asked.pk}/close/", {"version": 1})
    response = client.post(f"/rounds/{asked.pk}/close/", {"version": 2})
    assert response.status_code == 409
    assert "すでに締め切られています" in response.content.decode()


@pytest.mark.parametrize("act", ["", "edit/", "close/"])
def test_unknown_rounds_are_not_found(cast: SimpleNamespace, as_user: Sign, act: str) -> None:
    for pk in ("999", "99999999999999999999999"):
        assert as_user(cast.secretariat).get(f"/rounds/{pk}/{act}").status_code == 404


@pytest.mark.parametrize("act", ["edit", "close", "reopen", "accept-unchanged"])
def test_wrong_methods_are_refused(asked: Round, cast: SimpleNamespace, as_user: Sign, act: str) -> None:
    client = as_user(cast.secretariat)
    assert client.put(f"/rounds/{asked.pk}/{act}/").status_code == 405
    assert client.delete(f"/rounds/{asked.pk}/{act}/").status_code == 405
