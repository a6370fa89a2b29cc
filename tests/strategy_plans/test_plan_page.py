"""The sheet of an edition: every shape, every role, whole and as a fragment."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from strategy import services
from strategy.models import Edition, Element
from tests.builders import make_action, make_edition, make_element, make_layer, make_plan
from tests.strategy_plans.shapes import BY, deep, load, named, queries

BOARD = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "board"}


def url(edition: Edition) -> str:
    return reverse("strategy:plan", args=[edition.pk])


def cards(text: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'id="e-(\d+)"', text)]


@pytest.mark.parametrize("key", ["takarazuka", "toyota", "setouchi"])
def test_every_element_of_every_shape_stands_once(reader: Client, key: str) -> None:
    edition = load(key)
    response = reader.get(url(edition))
    assert response.status_code == 200
    assert sorted(cards(response.text)) == sorted(edition.elements.values_list("pk", flat=True))
    for element in edition.elements.all():
        assert reverse("strategy:element", args=[element.pk]) in response.text


def test_the_poster_of_missions_visions_and_values(reader: Client, published: Edition) -> None:
    text = reader.get(url(published)).text
    for part in ("mission heads-1 asides-2", "row c11", "row cells c11", "row mottos c7"):
        assert f'class="{part}"' in text
    assert [text.count(f'class="vision span-{n}"') for n in (3, 5)] == [2, 1]
    assert text.count('class="subv"') == 11
    assert text.count('class="meas"') == 11
    assert "つながり22本" in text
    assert len(re.findall(r'<path d="M[^"]*" fill="none" stroke="#', text)) == 22


def test_the_groups_of_changes_and_guidelines(reader: Client) -> None:
    text = reader.get(url(load("toyota"))).text
    assert 'class="mission heads-3 asides-0"' in text
    assert [f'class="row groups c{n}"' in text for n in (2, 3)] == [True, True]
    assert text.count('class="item"') == 17


def test_the_principle_with_points_and_the_two_pillars(reader: Client) -> None:
    text = reader.get(url(load("setouchi"))).text
    assert 'class="mission heads-1 asides-4"' in text
    assert [f'class="vision span-{n}"' in text for n in (7, 2)] == [True, True]
    assert text.count('class="meas"') == 9


def test_a_deep_tree_is_whole_and_costs_few_queries(reader: Client) -> None:
    edition = deep()
    assert len(cards(reader.get(url(edition)).text)) == 3 + 15 + 48 + 78
    assert reader.get(url(edition)).text.count('class="band dense"') == 3
    whole = queries(reader, url(edition))
    assert whole <= 12
    Element.objects.filter(edition=edition, layer__name="事業").delete()
    assert queries(reader, url(edition)) == whole


def test_a_draft_costs_few_queries(editor: Client, draft: Edition) -> None:
    assert queries(editor, url(draft)) <= 12


def test_choosing_an_element_stresses_its_links(reader: Client, published: Edition) -> None:
    chosen = named(published, "s3-1")
    text = reader.get(url(published), {"on": chosen.pk}).text
    assert text.count('class="meas on"') == 4
    assert text.count('class="subv on"') == 1
    assert "（うち強調4本）" in text
    assert "（いまは 3-1" in text
    assert f'hx-get="{url(published)}?on={chosen.pk}"' in text


def test_the_board_alone_for_htmx(reader: Client, published: Edition) -> None:
    response = reader.get(url(published), {"on": named(published, "m4").pk}, **BOARD)
    assert response.text.lstrip().startswith('<article class="poster board" id="board">')
    assert "<html" not in response.text
    assert response.text.count('class="subv on"') == 4
    assert "HX-Target" in response.headers["Vary"]
    boosted = reader.get(url(published), **BOARD, HTTP_HX_BOOSTED="true")
    assert "<html" in boosted.text


@pytest.mark.parametrize("value", ["x", "-1", "999999999999999999999", "", "②", "0"])
def test_nonsense_in_the_address_is_ignored(editor: Client, draft: Edition, value: str) -> None:
    assert editor.get(url(draft), {"on": value, "edit": value}).status_code == 200


def test_figures_are_loaded_once_and_links_stand_until_then(reader: Client, published: Edition) -> None:
    text = reader.get(url(published)).text
    assert text.count(f"/actions/elements/figures/?edition={published.pk}") == 1
    pk = named(published, "m1").pk
    assert f'<div id="fig-{pk}" hx-preserve="true"><a class="sub" href="/actions/?element={pk}">' in text


def test_a_draft_shows_the_figures_of_the_edition_in_force(editor: Client, published: Edition, draft: Edition) -> None:
    text = editor.get(url(draft)).text
    assert f"/actions/elements/figures/?edition={published.pk}" in text
    assert f'id="fig-{named(published, "m1").pk}"' in text
    assert f'id="fig-{named(draft, "m1").pk}"' not in text


def test_readers_see_no_draft_and_no_tools(reader: Client, published: Edition, draft: Edition) -> None:
    text = reader.get(url(published)).text
    assert "下書き" not in text
    assert "編集" not in text
    assert "追加" not in text
    assert reader.get(url(draft)).status_code == 404


def test_drafts_by_role(
    as_user: Callable[[User], Client], cast: SimpleNamespace, published: Edition, draft: Edition
) -> None:
    expected = {
        "secretariat": 200, "admin": 200, "lead": 404, "member": 404, "executive": 404, "viewer": 404, "nobody": 403,
    }  # fmt: skip
    for role, status in expected.items():
        client = as_user(getattr(cast, role))
        assert client.get(url(draft)).status_code == status, role
        assert client.get(url(draft), **BOARD).status_code == status, role
        assert client.get(url(published)).status_code == (403 if role == "nobody" else 200), role


def test_the_administrator_reads_a_draft_without_tools(
    as_user: Callable[[User], Client], cast: SimpleNamespace, draft: Edition
) -> None:
    text = as_user(cast.admin).get(url(draft)).text
    assert "第2.0版（下書き）" in text
    assert "公開前の確認へ" not in text
    assert "編集" not in text


def test_the_secretariat_goes_from_published_to_draft(editor: Client, published: Edition) -> None:
    assert "次の版の下書きをつくる" in editor.get(url(published)).text
    draft = services.start_draft(plan=published.plan, by=BY)
    text = editor.get(url(published)).text
    assert "次の版の下書きをつくる" not in text
    assert "下書きを開く" in text
    assert url(draft) in text
    assert reverse("strategy:element_edit", args=[named(published, "v1").pk]) not in text


def test_a_draft_tells_what_differs(editor: Client, draft: Edition, cast: SimpleNamespace) -> None:
    assert "第1版（案）からの変更はまだありません" in editor.get(url(draft)).text
    services.update_element(element=named(draft, "v3"), version=1, label="3", title="新しい題", body="", by=cast.lead)
    services.create_element(layer=draft.layers.get(name="アクション"), title="足した", by=cast.lead)
    text = editor.get(url(draft)).text
    assert "第1版（案）から2か所の変更" in text
    assert text.count('<span class="tag mark">改</span>') == 1
    assert text.count('<span class="tag key">新</span>') == 1


def test_edit_parameter_opens_the_editor_without_script(editor: Client, draft: Edition, reader: Client) -> None:
    element = named(draft, "s1-1")
    text = editor.get(url(draft), {"edit": element.pk, "by": "up"}).text
    assert f'action="{reverse("strategy:element_edit", args=[element.pk])}"' in text
    assert 'value="up" data-focus' in text
    assert text.count("data-focus") == 1
    assert editor.get(url(draft), {"edit": element.pk}).text.count("data-focus") == 1


def test_archived_editions_stay_readable(reader: Client, published: Edition, draft: Edition) -> None:
    services.publish_edition(edition=draft, version=1, by=BY)
    text = reader.get(url(published)).text
    assert "第1版（案）（保管）" in text
    assert f'href="{url(draft)}"' in text


def test_titles_are_escaped(editor: Client, reader: Client) -> None:
    evil = "<script>alert(1)</script>"
    edition = make_edition(plan=make_plan(name=evil), status="published")
    layer = make_layer(edition=edition, name=f"{evil}層", role="measure")
    make_element(layer=layer, title=evil, body=evil, label="<b>")
    for text in (reader.get(url(layer.edition)).text, editor.get(reverse("strategy:home"), {"list": ""}).text):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_an_empty_plan_says_what_to_do(editor: Client) -> None:
    edition = make_edition(plan=make_plan())
    assert "階層がまだありません" in editor.get(url(edition)).text
    make_layer(edition=edition, name="目標")
    text = editor.get(url(edition)).text
    assert "目標はまだありません" in text
    assert "「追加」から入力" in text


def test_unknown_edition_and_wrong_method(reader: Client, published: Edition) -> None:
    assert reader.get("/strategy/editions/999999/").status_code == 404
    assert reader.post(url(published)).status_code == 405


def test_figures_come_for_the_cards_that_show_them_and_for_no_other(reader: Client) -> None:
    edition = deep()
    for element in Element.objects.filter(edition=edition):
        make_action(elements=[element])
    places = re.findall(r'<div id="fig-(\d+)"', reader.get(url(edition)).text)
    figures = reader.get(f"/actions/elements/figures/?edition={edition.pk}", headers={"HX-Request": "true"}).text
    assert sorted(places) == sorted(re.findall(r'<div id="fig-(\d+)"', figures))
    assert 0 < len(places) < Element.objects.filter(edition=edition).count()
