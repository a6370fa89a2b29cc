"""Fragments for the strategy, the national plan and departments."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actions.queries_items import item_schedules
from strategy.models import NationalTarget
from tests.builders import (
    make_action,
    make_edition,
    make_element,
    make_item,
    make_layer,
    make_national_plan,
    make_phase,
)

pytestmark = pytest.mark.django_db
HX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(cast, as_user):
    return as_user(cast.viewer)


@pytest.fixture
def edition():
    return make_edition(status="published")


def figures_page(client, edition, **headers):
    return client.get(reverse("actions:element_figures"), {"edition": edition.pk}, **headers or HX)


def test_figures_come_as_out_of_band_pieces(client, edition):
    layer = make_layer(edition=edition)
    top = make_element(layer=layer, title="くらしを便利に")
    below = make_element(layer=layer, parent=top)
    empty = make_element(layer=layer)
    make_action(elements=[below], percent=40, lifecycle="running", behind=True)
    make_action(elements=[top], percent=60)
    page = figures_page(client, edition).content.decode()
    assert "<html" not in page
    assert re.findall(r'<div id="fig-(\d+)" hx-swap-oob="true" class="foot">', page) == [str(top.pk), str(below.pk)]
    assert f"fig-{empty.pk}" not in page
    piece = page.split(f'id="fig-{below.pk}"')[0]
    assert "くらしを便利に 順調1件、遅れ1件" in piece
    assert f'href="{reverse("actions:list")}?element={top.pk}"' in piece
    assert re.search(r"進捗 (<b[^>]*>)?50%", piece)
    assert "遅れ 1件" in piece


def test_titles_in_figures_are_texts(client, edition):
    make_action(elements=[make_element(layer=make_layer(edition=edition, role="measure"), title="<img src=x>")])
    page = figures_page(client, edition).content.decode()
    assert ("<img" in page, "&lt;img" in page) == (False, True)


def test_figures_take_the_same_queries_for_any_number(client, edition):
    layer = make_layer(edition=edition)

    figures_page(client, edition)

    def count(n):
        for _ in range(n):
            make_action(elements=[make_element(layer=layer)])
        with CaptureQueriesContext(connection) as queries:
            figures_page(client, edition)
        return len(queries)

    assert count(3) == count(12) <= 9


@pytest.mark.parametrize("pk", ["", "x", "0", "9" * 30, "²", "-1"])
def test_figures_of_no_edition_do_not_exist(client, pk):
    assert client.get(reverse("actions:element_figures"), {"edition": pk}).status_code == 404


def test_a_draft_edition_is_the_editors_only(cast, as_user, client):
    draft = make_edition(status="draft")
    element = make_element(layer=make_layer(edition=draft))
    addresses = [reverse("actions:element_actions", args=[element.pk])]
    assert figures_page(client, draft).status_code == 404
    assert figures_page(as_user(cast.secretariat), draft).status_code == 200
    for address in addresses:
        assert client.get(address).status_code == 404
        assert as_user(cast.secretariat).get(address).status_code == 200


def test_actions_behind_an_element(client, edition):
    element = make_element(layer=make_layer(edition=edition))
    make_action(code="S-01", elements=[element])
    make_action(code="S-02")
    page = client.get(reverse("actions:element_actions", args=[element.pk]), **HX).content.decode()
    assert page.lstrip().startswith('<div id="element-actions"')
    assert "S-01" in page
    assert "S-02" not in page
    assert f"{reverse('actions:list')}?element={element.pk}" in page


def test_actions_of_an_item_and_of_a_department(cast, client):
    item = make_item(plan=make_national_plan(is_current=True))
    make_action(code="S-01", items=[item], lead_department=cast.tax)
    make_action(code="S-02", lead_department=cast.welfare)
    page = client.get(reverse("actions:item_actions", args=[item.key]), **HX).content.decode()
    assert "S-01" in page
    assert "S-02" not in page
    page = client.get(reverse("actions:department_actions", args=[cast.welfare.pk]), **HX).content.decode()
    assert "S-02" in page
    assert "S-01" not in page


def test_a_long_table_is_cut_and_links_to_the_list(cast, client):
    for _ in range(23):
        make_action(lead_department=cast.tax)
    page = client.get(reverse("actions:department_actions", args=[cast.tax.pk]), **HX).content.decode()
    assert page.count("<tr>") == 1 + 20
    assert "23件のうち20件を示しています" in page
    assert "23件を一覧で見る" in page


def test_nothing_behind_it_says_so(cast, client):
    page = client.get(reverse("actions:department_actions", args=[cast.tax.pk]), **HX).content.decode()
    assert "結び付いた取組はまだありません" in page
    page = client.get(reverse("actions:item_schedule"), **HX).content.decode()
    assert "国の項目に結び付いた取組はまだありません" in page


def test_the_schedule_of_an_item_shows_its_actions_by_code(client):
    plan = make_national_plan(is_current=True)
    item, other = make_item(plan=plan), make_item(plan=plan)
    make_phase(action=make_action(code="2", title="二番の取組", items=[item]), label="試行")
    make_action(code="1", title="一番の取組", items=[item])
    make_action(title="よその取組", items=[other])
    page = client.get(reverse("actions:item_schedule"), {"item": item.key}, **HX).content.decode()
    assert page.index('aria-label="一番の取組"') < page.index('aria-label="二番の取組"')
    assert "二番の取組：試行（" in page
    assert "よその取組" not in page


def test_an_end_that_was_put_off_stands_behind_the_last_phase(client):
    """The chart reaches as far as the dates beside it say, although the phases were not planned anew."""
    item = make_item(plan=make_national_plan(is_current=True))
    late = make_action(title="延びた取組", items=[item], starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2028, 3, 31))
    make_phase(action=late, ends_on=dt.date(2027, 9, 30))
    make_phase(action=late, label="先行", ends_on=dt.date(2027, 3, 31), actual=True)
    make_phase(action=make_action(title="延びない取組", items=[item]))
    page = client.get(reverse("actions:item_schedule"), {"item": item.key}, **HX).content.decode()
    assert "延びた取組：終了予定（令和10年3月31日）" in page
    assert "延びない取組：終了予定" not in page


def test_the_schedule_of_an_item_stops_at_forty(client):
    item = make_item(plan=make_national_plan(is_current=True))
    for _ in range(42):
        make_action(items=[item])
    page = client.get(reverse("actions:item_schedule"), {"item": item.key}, **HX).content.decode()
    assert "40件まで示しています" in page
    assert f"{reverse('actions:schedule')}?item={item.pk}" in page


@pytest.mark.parametrize(
    ("name", "args", "params"),
    [
        ("element_actions", [999999], {}),
        ("item_actions", ["nowhere"], {}),
        ("department_actions", [999999], {}),
        ("item_schedule", [], {"item": "nowhere"}),
    ],
)
def test_what_is_not_there_is_not_found(client, name, args, params):
    assert client.get(reverse(f"actions:{name}", args=args), params).status_code == 404


def test_without_htmx_a_fragment_is_a_page(cast, client, edition):
    make_phase(action=make_action(lead_department=cast.tax))
    for name, args, params in (
        ("department_actions", [cast.tax.pk], {}),
        ("item_schedule", [], {}),
        ("element_figures", [], {"edition": edition.pk}),
    ):
        page = client.get(reverse(f"actions:{name}", args=args), params).content.decode()
        assert "<h1>" in page


@pytest.mark.parametrize("name", ["element_figures", "item_schedule"])
def test_fragments_are_closed_to_somebody_without_a_role(cast, as_user, name):
    assert as_user(cast.nobody).get(reverse(f"actions:{name}"), **HX).status_code == 403


def test_the_target_may_have_any_name(cast, client):
    address = reverse("actions:department_actions", args=[cast.tax.pk])
    page = client.get(address, **HX, HTTP_HX_TARGET="somewhere").content.decode()
    assert "<html" not in page


def test_the_schedule_of_all_items_has_one_row_an_item(client):
    plan = make_national_plan(is_current=True)
    item, empty = make_item(plan=plan, number=1, short_name="標準化"), make_item(plan=plan, number=2, short_name="人材")
    NationalTarget.objects.create(item=item, statement="移す", due_on=dt.date(2026, 3, 31))
    hidden = make_item(plan=plan, category="other", short_name="その他の項目")
    make_phase(action=make_action(items=[item], percent=40, reported_as_of=dt.date(2026, 3, 31)), owner="joint")
    make_action(items=[item], percent=0)
    make_action(items=[item], percent=0, lifecycle="stopped", reported_as_of=dt.date(2026, 3, 31))
    make_action(items=[make_item(plan=make_national_plan())])
    make_action(items=[hidden], archived_at=timezone.now())
    (row, other) = item_schedules(timezone.localdate())
    assert (row.item, row.total, row.mean_percent) == (item, 3, 40)
    assert sorted((s.owner, s.actions) for s in row.spans) == [("department", 2), ("joint", 1)]
    assert (other.item, other.worst, other.mean_percent, other.spans) == (empty, "", None, [])
    page = client.get(reverse("actions:item_schedule"), **HX).content.decode()
    assert reverse("national:item", args=[item.key]) in page
    assert "国の期日（令和8年3月31日）" in page
    assert "取組2件（" in page
    assert "その他の項目" not in page
    assert "今日" in page


def test_the_schedule_of_one_item_begins_with_its_due_dates(client):
    item = make_item(plan=make_national_plan(is_current=True))
    NationalTarget.objects.create(item=item, statement="20業務を移す", due_on=dt.date(2026, 3, 31), verified=False)
    page = client.get(reverse("actions:item_schedule"), {"item": item.key}, **HX).content.decode()
    assert "国の目標の期日：20業務を移す（未確認）（令和8年3月31日）" in page


def test_the_schedule_of_items_takes_the_same_queries_for_any_number(client):
    plan = make_national_plan(is_current=True)

    def count(n):
        for _ in range(n):
            make_phase(action=make_action(items=[make_item(plan=plan)]))
        client.get(reverse("actions:item_schedule"), **HX)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("actions:item_schedule"), **HX)
        return len(queries)

    assert count(3) == count(12) <= 12


@pytest.mark.django_db
def test_figures_leave_out_what_the_draft_on_the_page_drops(cast, as_user) -> None:
    published = make_edition(status="published")
    layer = make_layer(edition=published, role="measure")
    kept, dropped = (make_element(layer=layer) for _ in range(2))
    draft = make_edition(status="draft")
    make_element(layer=make_layer(edition=draft, role="measure"), lineage=kept.lineage)
    make_action(elements=[kept, dropped])
    url = f"{reverse('actions:element_figures')}?edition={published.pk}"
    client = as_user(cast.secretariat)
    assert f'id="fig-{dropped.pk}"' in client.get(url).content.decode()
    text = client.get(f"{url}&sheet={draft.pk}").content.decode()
    assert f'id="fig-{kept.pk}"' in text
    assert f'id="fig-{dropped.pk}"' not in text
    assert as_user(cast.viewer).get(f"{url}&sheet={draft.pk}").status_code == 404
    assert client.get(f"{url}&sheet=abc").status_code == 404


def of_element(client, element) -> str:
    return client.get(reverse("actions:element_actions", args=[element.pk]), **HX).text


def test_an_element_of_an_earlier_edition_leads_to_the_one_in_force(client, edition):
    former = make_edition(plan=edition.plan, status="archived")
    new = make_element(layer=make_layer(edition=edition), label="①", title="新しい言葉")
    old = make_element(layer=make_layer(edition=former), lineage=new.lineage)
    make_action(elements=[new])
    text = of_element(client, old)
    assert "取組の編集画面で" not in text
    assert f"以前の版（{former.label}）の要素です" in text
    link = f'<a href="{reverse("strategy:element", args=[new.pk])}">'
    assert f"{link}公開中の{edition.label}の「① 新しい言葉」</a>" in text


def test_an_element_that_went_with_its_edition_says_so(client, edition):
    gone = make_element(layer=make_layer(edition=make_edition(plan=edition.plan, status="archived")))
    text = of_element(client, gone)
    assert "取組の編集画面で" not in text
    assert "公開中の版に、この要素を引き継いだものはありません" in text


def test_what_still_hangs_on_an_earlier_edition_is_listed(client, edition):
    old = make_element(layer=make_layer(edition=make_edition(plan=edition.plan, status="archived")))
    make_action(elements=[old], title="残った取組")
    text = of_element(client, old)
    assert "残った取組" in text
    assert "以前の版" not in text


def test_an_element_in_force_without_actions_tells_how_to_link(client, edition):
    assert "取組の編集画面で" in of_element(client, make_element(layer=make_layer(edition=edition)))
