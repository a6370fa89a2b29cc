"""The list of actions and its schedule: filters, sorting, paging, roles, numbers that agree."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.models import Action
from strategy.models import ElementLink
from tests.builders import (
    make_action,
    make_edition,
    make_element,
    make_item,
    make_layer,
    make_national_plan,
    make_phase,
    make_round,
    today,
)

pytestmark = pytest.mark.django_db

PAGES = ("actions:list", "actions:schedule")
READERS = ("admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer")


def open_page(client, name="actions:list", **params):
    return client.get(reverse(name), params)


def total(page) -> int:
    match = re.search(r'<p class="sub mt2" role="status">(?:<b>)?(\d+)件', page)
    return int(match[1])


def listed(page) -> set[str]:
    return set(re.findall(r'class="sub code">([^<]+)<', page))


@pytest.fixture
def client(cast, as_user):
    return as_user(cast.viewer)


@pytest.fixture
def every_state(cast):
    """One action in each state, coded by it, and a second late one."""
    day = today()
    make_round("2026H1", due_on=day - dt.timedelta(days=1), opens_on=day - dt.timedelta(days=30))
    told = {"reported_as_of": day, "lead_department": cast.tax}
    return {
        "done": make_action(code="done", lifecycle="done", **told),
        "run": make_action(code="run", **told),
        "late": make_action(code="late", behind=True, **told),
        "late2": make_action(code="late2", behind=True, **told | {"lead_department": cast.welfare}),
        "over": make_action(
            code="over", starts_on=day - dt.timedelta(days=90), ends_on=day - dt.timedelta(days=1), **told
        ),
        "todo": make_action(code="todo"),
        "stop": make_action(code="stop", lifecycle="paused", **told),
    }


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", READERS)
def test_every_role_reads(cast, as_user, every_state, name, who):
    page = open_page(as_user(getattr(cast, who)), name).content.decode()
    assert total(page) == 7


@pytest.mark.parametrize("name", PAGES)
def test_somebody_without_a_role_does_not(cast, as_user, name):
    assert open_page(as_user(cast.nobody), name).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_only_read(client, name):
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.parametrize(
    ("params", "codes"),
    [
        ({"state": "late"}, {"late", "late2"}),
        ({"state": ["late", "over"]}, {"late", "late2", "over"}),
        ({"state": "todo"}, {"todo"}),
        ({"state": "stop"}, {"stop"}),
        ({"lifecycle": "paused"}, {"stop"}),
        ({"lifecycle": "planned", "state": "run"}, {"run"}),
        ({"q": "late"}, {"late", "late2"}),
        ({"q": "なにもない"}, set()),
    ],
)
@pytest.mark.parametrize("name", PAGES)
def test_filters(client, every_state, name, params, codes):
    page = open_page(client, name, **params).content.decode()
    assert total(page) == len(codes)
    if name == "actions:list":
        assert listed(page) == codes
    else:
        assert all(f'aria-label="{a.title}"' in page for a in every_state.values() if a.code in codes)


def test_a_department_and_a_state_together(cast, client, every_state):
    page = open_page(client, department=cast.welfare.pk, state="late").content.decode()
    assert listed(page) == {"late2"}


def test_an_element_counts_its_branch_and_what_that_links_to(client):
    edition = make_edition(status="published")
    vision, measure = make_layer(edition=edition, name="ビジョン"), make_layer(edition=edition, name="施策")
    top = make_element(layer=vision)
    below = make_element(layer=vision, parent=top)
    linked, apart = make_element(layer=measure), make_element(layer=measure)
    ElementLink.objects.create(source=below, target=linked)
    for code, element in (("top", top), ("below", below), ("linked", linked), ("apart", apart)):
        make_action(code=code, elements=[element])
    make_action(code="twice", elements=[top, linked])
    assert listed(open_page(client, element=top.pk).content.decode()) == {"top", "below", "linked", "twice"}
    assert listed(open_page(client, element=linked.pk).content.decode()) == {"linked", "twice"}


def test_an_element_of_a_draft_is_the_editors_only(cast, as_user, client):
    element = make_element(layer=make_layer(edition=make_edition(status="draft")))
    make_action(code="held", elements=[element])
    make_action(code="free")
    assert listed(open_page(as_user(cast.secretariat), element=element.pk).content.decode()) == {"held"}
    page = open_page(client, element=element.pk).content.decode()
    assert "正しく選択" in page or "選択肢" in page
    assert element.title not in page


def test_an_item(client):
    item = make_item(plan=make_national_plan(is_current=True))
    make_action(code="with", items=[item])
    make_action(code="without")
    assert listed(open_page(client, item=item.pk).content.decode()) == {"with"}


def test_archived_actions_are_shown_on_request_only(client):
    make_action(code="live")
    make_action(code="kept", archived_at="2026-01-01T00:00:00Z")
    assert listed(open_page(client).content.decode()) == {"live"}
    assert listed(open_page(client, archived="on").content.decode()) == {"kept"}


@pytest.mark.parametrize(
    "params",
    [
        {"department": "999999"},
        {"department": "x"},
        {"item": "9" * 30},
        {"element": "9" * 30},
        {"element": "²"},
        {"state": "asleep"},
        {"lifecycle": "x"},
        {"q": "\x00"},
    ],
)
def test_a_wrong_filter_is_told_and_filters_nothing(client, every_state, params):
    response = open_page(client, **params)
    assert response.status_code == 200
    assert total(response.content.decode()) == 7
    assert 'class="err"' in response.content.decode()


@pytest.mark.parametrize(
    ("sort", "codes"),
    [
        ("code", ["A", "B", "C"]),
        ("-code", ["C", "B", "A"]),
        ("title", ["C", "A", "B"]),
        ("percent", ["B", "C", "A"]),
        ("-ends_on", ["B", "C", "A"]),
        ("department", ["C", "A", "B"]),
        ("state", ["A", "B", "C"]),
        ("reported", ["A", "B", "C"]),
        ("nonsense", ["A", "B", "C"]),
    ],
)
def test_sorting(cast, client, sort, codes):
    day = today()
    cast.welfare.order, cast.tax.order = 1, 2
    cast.welfare.save()
    cast.tax.save()
    for code, title, percent, days, lead in (
        ("A", "い", 90, 10, cast.tax), ("B", "う", 10, 30, cast.tax), ("C", "あ", 50, 20, cast.welfare),
    ):  # fmt: skip
        make_action(
            code=code, title=title, percent=percent, ends_on=day + dt.timedelta(days=days), lead_department=lead
        )
    page = open_page(client, sort=sort).content.decode()
    assert re.findall(r'class="sub code">([^<]+)<', page) == codes


def test_paging_keeps_the_filter(client):
    for n in range(55):
        make_action(code=f"P-{n:03}")
    page = open_page(client, q="P-", sort="-code").content.decode()
    assert len(listed(page)) == 50
    assert "q=P-&amp;sort=-code&amp;page=2" in page
    page = open_page(client, q="P-", sort="-code", page=2).content.decode()
    assert len(listed(page)) == 5
    assert len(listed(open_page(client, page="999").content.decode())) == 5


def test_the_schedule_pages_by_a_hundred(client):
    for n in range(102):
        make_action(code=f"P-{n:03}", title=f"取組の{n}番")
    page = open_page(client, "actions:schedule", page=2).content.decode()
    assert 'aria-label="取組の101番"' in page
    assert 'aria-label="取組の99番"' not in page


def test_the_schedule_draws_phases_and_today(client):
    action = make_action(title="予約システム")
    make_phase(action=action, label="トライアンドエラー", owner="joint")
    page = open_page(client, "actions:schedule").content.decode()
    assert "予約システム：トライアンドエラー（" in page
    assert "、共同）" in page
    assert "今日 " in page
    assert "数値の表で見る" in page


def test_an_action_without_phases_shows_its_period(client):
    make_action(title="予約システム")
    assert "予約システム：取組の期間（" in open_page(client, "actions:schedule").content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_htmx_gets_the_fragment(client, every_state, name):
    response = client.get(reverse(name), {"state": "late"}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="actions")
    page = response.content.decode()
    assert page.lstrip().startswith('<div id="actions">')
    assert "<html" not in page
    assert "HX-Target" in response["Vary"]


@pytest.mark.parametrize("name", PAGES)
def test_empty_states_say_what_to_do_next(cast, as_user, client, name):
    assert "事務局または所属長が登録すると" in open_page(client, name).content.decode()
    assert reverse("actions:create") in open_page(as_user(cast.lead), name).content.decode()
    assert "絞り込みを解除" in open_page(client, name, q="ない").content.decode()


def test_only_editors_are_offered_a_new_action(cast, as_user):
    offered = {w: "取組を登録" in open_page(as_user(getattr(cast, w))).content.decode() for w in READERS}
    assert {w for w, there in offered.items() if there} == {"secretariat", "lead", "other_lead"}


def test_the_way_to_the_schedule_keeps_the_filter(client, every_state):
    page = open_page(client, state=["late", "over"]).content.decode()
    assert f"{reverse('actions:schedule')}?state=late&amp;state=over" in page


@pytest.mark.parametrize("name", PAGES)
def test_queries_do_not_grow_with_rows(client, name):
    open_page(client, name)  # the first page of a session also writes the session

    def count(n):
        for _ in range(n):
            make_phase(action=make_action(elements=[make_element()]))
        with CaptureQueriesContext(connection) as queries:
            open_page(client, name)
        return len(queries)

    # The schedule has bars to read, and does not count its rows by state.
    assert count(5) == count(20) <= (13 if name == "actions:schedule" else 12)


def test_what_is_searched_follows_every_way_of_writing(cast) -> None:
    action = make_action(lead_department=cast.tax, title="ｺﾝﾋﾞﾆ交付", code="Ｘ-1", purpose="窓口の混雑を減らす")
    make_action(lead_department=cast.tax, title="混雑", purpose="を減らす")

    def found(text: str) -> list[int]:
        return [a.pk for a in Action.objects.found(text)]

    assert found("コンビニ") == found("x-1") == found("窓口の") == [action.pk]
    assert found("コンビニ交付x") == [], "a hit would span two texts"
    Action.objects.filter(pk=action.pk).update(title="オンライン申請")
    assert (found("コンビニ"), found("おんらいん")) == ([], [action.pk])
    action.refresh_from_db()
    action.purpose = "来庁しないで済む"
    action.save()
    assert (found("窓口の"), found("来庁")) == ([], [action.pk])
