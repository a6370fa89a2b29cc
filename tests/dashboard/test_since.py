"""The executive dashboard: what moved since the last meeting, what was left to do, what is to be decided."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from meetings import services
from meetings.compare import KINDS
from meetings.models import Snapshot
from rounds.queries import expected_as_of
from tests.builders import make_action, today
from tests.meetings.making import make_agenda, make_body, make_decision, make_meeting

pytestmark = pytest.mark.django_db
HOME = reverse("dashboard:home")


def freeze(cast, days_ago, body):
    meeting = make_meeting(body=body, held_on=today() - dt.timedelta(days=days_ago), state="held")
    snapshot, _ = services.freeze_meeting(meeting=meeting, by=cast.secretariat)
    Snapshot.objects.filter(pk=snapshot.pk).update(as_of=meeting.held_on)
    return snapshot


@pytest.fixture
def told(city, cast):
    """A year of meetings over the city of the home page's tests; then two actions moved."""
    body = make_body(kind="headquarters")
    year = freeze(cast, 360, body)
    last = freeze(cast, 40, body)
    type(city.actions.run).objects.filter(pk=city.actions.run.pk).update(percent=80)
    made = make_action(title="あとの取組", lead_department=cast.tax, items=[city.item], percent=10)
    city.year, city.last, city.body = year, last, body
    city.made_state = type(made).objects.with_state(today(), expected_as_of(today())).get(pk=made.pk).state_key
    return city


def count_of(text):
    return int("".join(filter(str.isdigit, text)))


def test_the_sentence_compares_with_the_last_meeting(told, cast, as_user):
    page = as_user(cast.executive).get(HOME)
    assert page.context["since"].old == told.last
    assert "1件が前進" in page.content.decode()


@pytest.mark.parametrize("query", ["", "?with=year", "?item={item}", "?department={department}"])
def test_every_number_opens_a_list_with_the_same_count(told, cast, as_user, query):
    client = as_user(cast.executive)
    page = client.get(HOME + query.format(item=told.item.pk, department=cast.tax.pk))
    context = page.context
    for piece in context["sentence"]:
        if piece.key in KINDS:
            listed = client.get(context["links"][piece.key].split("#")[0])
            assert len(listed.context["moves"]) == count_of(piece.text)
    for figure in context["figures"]:
        if figure.key:
            assert client.get(figure.url).context["listing"].total == figure.value
    for row in (*context["items"], *context["visions"], *context["departments"]):
        assert client.get(row.url).context["listing"].total == row.total
    for key, url in context["forward_urls"].items():
        assert len(client.get(url.split("#")[0]).context["moves"]) == context["forward"][key]
    assert client.get(context["urls"]["behind"]).context["listing"].total == context["behind"]


def test_tiles_show_the_change(told, cast, as_user):
    page = as_user(cast.executive).get(HOME)
    before = told.last.read()["totals"]
    for key, now in page.context["counts"].items():
        assert page.context["notes"][key].endswith(f"（前回 {before[key]}）")
        assert page.context["notes"][key].startswith(("+", "−", "±"))
        assert now - before[key] == (key == told.made_state)


def test_the_toggle_goes_to_the_same_time_last_year_and_keeps_filters(told, cast, as_user):
    client = as_user(cast.executive)
    page = client.get(f"{HOME}?with=year&item={told.item.pk}")
    assert page.context["since"].old == told.year
    assert "前年同期から" in page.content.decode()
    assert [c.label for c in page.context["toggle"]] == ["前回", "前年同期"]
    assert [c.current for c in page.context["toggle"]] == [False, True]
    assert all(f"item={told.item.pk}" in c.url for c in page.context["toggle"])
    assert reverse("dashboard:projector") + page.context["query"].replace("&", "&amp;") in page.content.decode()


def test_filters_narrow_the_whole_page(told, cast, as_user):
    page = as_user(cast.executive).get(f"{HOME}?department={cast.welfare.pk}")
    assert page.context["total"] == 2
    assert {r.action.lead_department for r in page.context["late"]} <= {cast.welfare}
    assert page.context["trend"] is None


@pytest.mark.parametrize("query", ["?with=x", "?item=abc", "?department=999999", "?item=" + "9" * 40])
def test_a_broken_address_shows_the_whole_city(told, cast, as_user, query):
    page = as_user(cast.executive).get(HOME + query)
    assert page.status_code == 200
    assert not page.context["scope"].is_narrow


def test_homework_first_then_what_is_to_be_decided(told, cast, as_user):
    make_decision(meeting=make_meeting(body=told.body), text="範囲を整理する", department=cast.tax)
    meeting = make_meeting(body=told.body, title="次の本部会議", held_on=today() + dt.timedelta(days=7))
    make_agenda(meeting=meeting, title="窓口の見直し", kind="discuss")
    text = as_user(cast.executive).get(HOME).content.decode()
    for words in ("範囲を整理する", "窓口の見直し", "次の本部会議"):
        assert words in text
    assert text.index("範囲を整理する") < text.index("国の重点項目ごとの進み")


def test_what_is_written_for_the_meeting_to_come_is_not_left_from_an_earlier_one(told, cast, as_user):
    meeting = make_meeting(body=told.body, held_on=today() + dt.timedelta(days=7), state="planned")
    make_decision(meeting=meeting, text="まだ決まっていない宿題", department=cast.tax)
    page = as_user(cast.executive).get(HOME)
    assert "まだ決まっていない宿題" not in page.text
    type(meeting).objects.filter(pk=meeting.pk).update(held_on=today() - dt.timedelta(days=1))
    assert "まだ決まっていない宿題" in as_user(cast.executive).get(HOME).text


def test_late_actions_show_the_way_of_their_end(told, cast, as_user):
    action = told.actions.over
    action.date_changes.create(
        kind="end", old_on=dt.date(2025, 3, 31), new_on=action.ends_on, reason="要員の不足",
        changed_at=told.last.taken_at,
    )  # fmt: skip
    type(action).objects.filter(pk=action.pk).update(pushes=1)
    text = as_user(cast.executive).get(HOME).content.decode()
    assert "<s>令和7年3月末</s>" in text
    assert re.search(r"計画変更<b>1回</b>", text)


def test_the_trend_ends_with_now(told, cast, as_user):
    page = as_user(cast.executive).get(HOME)
    trend = page.context["trend"]
    assert [tick.text for tick in trend.x_ticks][-1] == "いま"
    assert len(trend.x_ticks) == 3
    assert trend.table.rows[-1].cells[0] == str(page.context["counts"]["run"])


def test_with_one_snapshot_there_is_no_toggle_and_no_trend(city, cast, as_user):
    freeze(cast, 40, make_body(kind="headquarters"))
    page = as_user(cast.executive).get(HOME)
    assert page.context["toggle"] == []
    assert page.context["trend"] is None
    assert "2回確定すると" in page.content.decode()


def test_a_damaged_snapshot_leaves_the_rest_of_the_page(told, cast, as_user):
    Snapshot.objects.filter(pk=told.last.pk).update(content="{}")
    page = as_user(cast.executive).get(HOME)
    assert page.status_code == 200
    assert "前回の確定資料を読めない" in page.content.decode()
    assert page.context["notes"] == {}


def test_the_projector_shows_the_same(told, cast, as_user):
    client = as_user(cast.executive)
    big, home = client.get(reverse("dashboard:projector") + "?with=year"), client.get(HOME + "?with=year")
    assert [p.text for p in big.context["sentence"]] == [p.text for p in home.context["sentence"]]
    assert big.context["notes"] == home.context["notes"]
