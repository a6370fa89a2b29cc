"""Editing elements in place: with HTMX and with plain forms."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from strategy import services
from strategy.models import Edition, Element
from tests.builders import make_action, make_edition, make_element, make_layer, make_plan
from tests.strategy_plans.shapes import BY, named


def url(name: str, pk: int) -> str:
    return reverse(f"strategy:{name}", args=[pk])


def hx(target: str, current: str = "") -> dict[str, Any]:
    return {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": target, "HTTP_HX_CURRENT_URL": current}


def text_of(element: Element, **kw: Any) -> dict[str, Any]:
    return {"version": element.version, "label": element.label, "title": element.title, "body": element.body} | kw


# --- text


def test_editor_as_a_page_and_in_the_slot(editor: Client, draft: Edition) -> None:
    element = named(draft, "v3")
    page = editor.get(url("element_edit", element.pk))
    assert "<html" in page.text
    assert 'value="業務をもっとむだなく効率的に"' in page.text
    slot = editor.get(url("element_edit", element.pk), **hx(f"s-{element.pk}")).text
    assert slot.lstrip().startswith(f'<div class="slot" id="s-{element.pk}">')
    assert 'class="editing vision span-5"' in slot
    assert f'data-count="e{element.pk}_body-count"' in slot
    assert f'id="e{element.pk}_body-count"' in slot
    assert 'maxlength="200"' in slot
    assert "data-warn-unsaved" in slot


def test_a_narrow_card_keeps_its_place_above_the_form(editor: Client, draft: Edition) -> None:
    element = named(draft, "s1-1")
    text = editor.get(url("element_edit", element.pk), **hx(f"s-{element.pk}")).text
    assert text.index('class="subv on"') < text.index('class="editing"')


def test_save_returns_the_card(editor: Client, draft: Edition) -> None:
    element = named(draft, "v3")
    response = editor.post(url("element_edit", element.pk), text_of(element, title="新しい題"), **hx(f"s-{element.pk}"))
    assert response.status_code == 200
    assert "<form" not in response.text
    assert "新しい題" in response.text
    assert 'id="messages"' in response.text
    assert 'hx-swap-oob="true"' in response.text
    assert "1か所の変更" in response.text
    assert named(draft, "v3").title == "新しい題"


def test_a_new_number_reloads_the_sheet(editor: Client, draft: Edition) -> None:
    element = named(draft, "m1")
    here = f"http://testserver/strategy/editions/{draft.pk}/"
    response = editor.post(url("element_edit", element.pk), text_of(element, label="⑫"), **hx(f"s-{element.pk}", here))
    assert (response.status_code, response.headers.get("HX-Refresh")) == (204, "true")
    elsewhere = text_of(named(draft, "m1"), label="①")
    response = editor.post(url("element_edit", element.pk), elsewhere, **hx(f"s-{element.pk}", f"{here}?on=1"))
    assert response.headers["HX-Redirect"] == f"/strategy/editions/{draft.pk}/#e-{element.pk}"


@pytest.mark.parametrize("told", ["http://[", "http://[x]/", "http://evil.example/strategy/", "http://testserver//x/"])
def test_a_page_that_is_no_address_is_simply_another_page(editor: Client, draft: Edition, told: str) -> None:
    element = named(draft, "m1")
    for headers in (hx(f"s-{element.pk}", told), hx(f"s-{element.pk}") | {"HTTP_REFERER": told}):
        response = editor.post(url("element_edit", element.pk), text_of(element, label=f"{element.label}'"), **headers)
        element.refresh_from_db()
        assert response["HX-Redirect"] == f"/strategy/editions/{draft.pk}/#e-{element.pk}"


def test_save_without_script(editor: Client, draft: Edition) -> None:
    element = named(draft, "v3")
    response = editor.post(url("element_edit", element.pk), text_of(element, title="新しい題"))
    assert response.status_code == 302
    assert response.headers["Location"] == f"/strategy/editions/{draft.pk}/#e-{element.pk}"
    assert "「新しい題」を保存しました。" in editor.get(f"/strategy/editions/{draft.pk}/").text


@pytest.mark.parametrize("headers", [{}, "slot"])
def test_stale_form_shows_both_values(editor: Client, draft: Edition, headers: Any) -> None:
    element = named(draft, "v3")
    services.update_element(element=named(draft, "v3"), version=1, label="3", title="先に保存", body="先の文", by=BY)
    headers = hx(f"s-{element.pk}") if headers else {}
    response = editor.post(url("element_edit", element.pk), text_of(element, title="後から入力"), **headers)
    assert response.status_code == 409
    assert "後から入力" in response.text
    assert "先に保存" in response.text
    assert "いま保存されている値" in response.text
    assert 'name="version" value="2"' in response.text
    assert named(draft, "v3").title == "先に保存"
    again = editor.post(url("element_edit", element.pk), text_of(element, version=2, title="後から入力"), **headers)
    assert again.status_code in (200, 302)
    assert named(draft, "v3").title == "後から入力"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "あ" * 201}, "200"), ({"title": " "}, "必須"), ({"body": "あ" * 4001}, "4000"),
        ({"label": "1" * 21}, "20"), ({"version": "x"}, ""), ({"version": ""}, ""),
    ],
)  # fmt: skip
def test_bad_values_are_shown_on_the_form(editor: Client, draft: Edition, changes: dict[str, str], words: str) -> None:
    element, before = named(draft, "v3"), Entry.objects.count()
    response = editor.post(url("element_edit", element.pk), text_of(element, **changes), **hx(f"s-{element.pk}"))
    assert response.status_code == 422
    assert words in response.text
    assert named(draft, "v3").title == element.title
    assert Entry.objects.count() == before


def test_an_empty_post_is_an_error_not_a_fresh_form(editor: Client, draft: Edition) -> None:
    for name in ("element_edit", "element_parent", "element_links", "element_delete"):
        assert editor.post(url(name, named(draft, "s1-1").pk)).status_code == 422, name
    assert editor.post(url("element_create", draft.layers.get(name="アクション").pk)).status_code == 422


def test_control_characters_do_not_get_in(editor: Client, draft: Edition) -> None:
    element = named(draft, "v3")
    editor.post(url("element_edit", element.pk), text_of(element, title="前\x07後", body="一行目\r\n二行目"))
    assert named(draft, "v3").title == "前後"
    assert "二行目" in named(draft, "v3").body


# --- add


def test_adder_as_a_page_and_in_its_place(editor: Client, draft: Edition) -> None:
    layer = draft.layers.get(name="目指す姿")
    assert "<html" in editor.get(url("element_create", layer.pk)).text
    text = editor.get(url("element_create", layer.pk), **hx(f"add-{layer.pk}")).text
    assert text.lstrip().startswith(f'<div class="adder editing" id="add-{layer.pk}">')
    assert "空欄なら続きの番号" in text
    chosen = editor.get(url("element_create", layer.pk), {"parent": named(draft, "v2").pk}).text
    assert f'<option value="{named(draft, "v2").pk}" selected>' in chosen
    assert 'value="2-4"' in chosen


def test_add_below_a_parent(editor: Client, draft: Edition) -> None:
    layer = draft.layers.get(name="目指す姿")
    data = {"parent": named(draft, "v2").pk, "label": "", "title": "足した姿", "body": ""}
    response = editor.post(url("element_create", layer.pk), data, **hx(f"add-{layer.pk}", "http://testserver/x/"))
    made = draft.elements.get(title="足した姿")
    assert (made.label, made.parent) == ("2-4", named(draft, "v2"))
    assert response.headers["HX-Redirect"] == f"/strategy/editions/{draft.pk}/?on={made.pk}#e-{made.pk}"


def test_add_at_the_top_without_script(editor: Client, draft: Edition) -> None:
    layer = draft.layers.get(name="バリュー")
    response = editor.post(url("element_create", layer.pk), {"label": "⑧", "title": "足した合言葉", "body": "x"})
    assert response.status_code == 302
    assert draft.elements.get(title="足した合言葉").label == "⑧"


def test_add_refuses_foreign_and_missing_parents(editor: Client, published: Edition, draft: Edition) -> None:
    layer = draft.layers.get(name="目指す姿")
    for parent in (named(published, "v1").pk, named(draft, "m1").pk, "", "x"):
        data = {"parent": parent, "title": "姿"}
        assert editor.post(url("element_create", layer.pk), data, **hx(f"add-{layer.pk}")).status_code == 422
    for parent in (named(published, "v1").pk, "x", "9" * 30):
        assert editor.get(url("element_create", layer.pk), {"parent": parent}).status_code == 404
    assert not draft.elements.filter(title="姿").exists()


# --- order, parent, links, delete


def test_move_keeps_the_editor_open(editor: Client, draft: Edition) -> None:
    element = named(draft, "s1-2")
    response = editor.post(url("element_move", element.pk), {"direction": "up"})
    assert response.headers["Location"] == f"/strategy/editions/{draft.pk}/?edit={element.pk}&by=up#e-{element.pk}"
    assert list(named(draft, "v1").children.values_list("label", flat=True)) == ["1-2", "1-1", "1-3"]
    editor.post(url("element_move", element.pk), {"direction": "up"})
    assert "これより前には動かせません。" in editor.get(f"/strategy/editions/{draft.pk}/").text
    assert editor.post(url("element_move", element.pk), {"direction": "sideways"}).status_code == 404
    assert editor.get(url("element_move", element.pk)).status_code == 405


def test_a_dropped_card_takes_its_place(editor: Client, draft: Edition) -> None:
    moved, beside = named(draft, "s1-3"), named(draft, "s1-1")
    data = {"beside": beside.pk, "side": "before", "version": moved.version}
    response = editor.post(url("element_place", moved.pk), data)
    assert response.headers["Location"] == f"/strategy/editions/{draft.pk}/#e-{moved.pk}"
    assert list(named(draft, "v1").children.values_list("label", flat=True)) == ["1-3", "1-1", "1-2"]
    assert "動かしました" in editor.get(f"/strategy/editions/{draft.pk}/").text


@pytest.mark.parametrize(
    "wrong", [{}, {"side": "inside"}, {"beside": "x"}, {"beside": "9" * 30}, {"version": ""}], ids=str
)
def test_a_card_dropped_nowhere_stays(editor: Client, draft: Edition, wrong: dict) -> None:
    moved, beside = named(draft, "s1-3"), named(draft, "s1-1")
    data = {"beside": beside.pk, "side": "before", "version": moved.version} | wrong if wrong else {}
    assert editor.post(url("element_place", moved.pk), data).status_code == 302
    assert list(named(draft, "v1").children.values_list("label", flat=True)) == ["1-1", "1-2", "1-3"]
    assert "動かす先が見つかりません" in editor.get(f"/strategy/editions/{draft.pk}/").text


def test_another_parent(editor: Client, draft: Edition) -> None:
    element = named(draft, "s1-1")
    form = editor.get(url("element_parent", element.pk), **hx(f"s-{element.pk}")).text
    assert f'value="{named(draft, "v2").pk}"' in form
    assert f'value="{named(draft, "m1").pk}"' not in form
    data = {"version": 1, "parent": named(draft, "v2").pk}
    response = editor.post(url("element_parent", element.pk), data, **hx(f"s-{element.pk}", "http://testserver/x/"))
    assert response.headers["HX-Redirect"].endswith(f"?on={element.pk}#e-{element.pk}")
    assert named(draft, "s1-1").parent == named(draft, "v2")
    stale = editor.post(url("element_parent", element.pk), {"version": 1, "parent": named(draft, "v3").pk})
    assert stale.status_code == 409
    assert "2 つながりをもっと生み出す市役所に" in stale.text
    for parent in (named(draft, "m1").pk, element.pk, 999999):
        assert editor.post(url("element_parent", element.pk), {"version": 2, "parent": parent}).status_code == 422


def test_links_by_checkboxes(editor: Client, draft: Edition) -> None:
    element = named(draft, "s1-1")
    form = editor.get(url("element_links", element.pk), **hx(f"s-{element.pk}")).text
    assert form.count('type="checkbox"') == 2 + 11 + 7
    assert form.count(" checked") == 2
    data = {"version": 1, "targets": [named(draft, "m3").pk, named(draft, "m5").pk]}
    response = editor.post(url("element_links", element.pk), data)
    assert response.headers["Location"] == f"/strategy/editions/{draft.pk}/?on={element.pk}#e-{element.pk}"
    assert list(element.linked.values_list("label", flat=True)) == ["③", "⑤"]


def test_stale_links_show_what_is_stored(editor: Client, draft: Edition) -> None:
    element = named(draft, "s1-1")
    services.set_links(element=named(draft, "s1-1"), targets=[named(draft, "m9")], version=1, by=BY)
    response = editor.post(url("element_links", element.pk), {"version": 1, "targets": [named(draft, "m1").pk]})
    assert response.status_code == 409
    assert "いま保存されている関連：⑨ BPRの取組の徹底" in response.text
    assert f'value="{named(draft, "m1").pk}" checked' in response.text
    assert f'value="{named(draft, "m9").pk}" checked' not in response.text


def test_links_refuse_foreign_elements(editor: Client, published: Edition, draft: Edition) -> None:
    element = named(draft, "s1-1")
    for target in (named(published, "m1").pk, named(draft, "v1").pk, element.pk, "x"):
        response = editor.post(url("element_links", element.pk), {"version": 1, "targets": [target]})
        assert response.status_code == 422
    assert element.linked.count() == 2


def test_an_existing_link_within_the_line_can_be_taken_away(editor: Client, draft: Edition) -> None:
    element = named(draft, "s1-1")
    element.linked.add(named(draft, "s2-1"))
    assert str(named(draft, "s2-1")) in editor.get(url("element_links", element.pk)).text
    editor.post(url("element_links", element.pk), {"version": 1})
    assert not element.linked.exists()


def test_a_single_line_of_layers_has_nothing_to_link(editor: Client) -> None:
    layer = make_layer(edition=make_edition(plan=make_plan()))
    assert "関連付けられる階層がありません" in editor.get(url("element_links", make_element(layer=layer).pk)).text


def test_delete_asks_once_and_warns_of_actions(editor: Client, published: Edition, draft: Edition) -> None:
    make_action(plan=published.plan, elements=[named(published, "m8")], code="L-1", title="講習会")
    element = named(draft, "m8")
    text = editor.get(url("element_delete", element.pk)).text
    assert "要素を削除しますか" in text
    assert "L-1 講習会" in text
    assert "1-3 市民の誰もが" in text
    response = editor.post(url("element_delete", element.pk), {"version": 1})
    assert response.headers["Location"] == f"/strategy/editions/{draft.pk}/?undo={draft.deleted_elements.get().pk}"
    assert not draft.elements.filter(label="⑧").exists()
    assert Entry.objects.order_by("-seq")[0].act == "delete"


def test_delete_refusals_stay_on_the_page(editor: Client, draft: Edition) -> None:
    vision = named(draft, "v1")
    response = editor.post(url("element_delete", vision.pk), {"version": 1})
    assert response.status_code == 422
    assert "下位の要素があるため" in response.text
    assert editor.post(url("element_delete", named(draft, "m1").pk), {"version": 5}).status_code == 409
    assert draft.elements.count() == 35


# --- who and where

ELEMENT_URLS = ("element_edit", "element_parent", "element_links", "element_delete")


def test_readers_may_not_write(cast: SimpleNamespace, as_user: Any, draft: Edition) -> None:
    element, before = named(draft, "s1-1"), Entry.objects.count()
    layer = draft.layers.get(name="アクション")
    for role in ("admin", "lead", "member", "executive", "viewer", "nobody"):
        client = as_user(getattr(cast, role))
        for name in ELEMENT_URLS:
            assert client.get(url(name, element.pk)).status_code == 403, (role, name)
            assert client.post(url(name, element.pk), text_of(element)).status_code == 403, (role, name)
            assert client.get(url(name, element.pk), **hx(f"s-{element.pk}")).status_code == 403, (role, name)
        assert client.post(url("element_move", element.pk), {"direction": "down"}).status_code == 403
        assert client.post(url("element_create", layer.pk), {"title": "x"}).status_code == 403
    assert Entry.objects.count() == before
    assert draft.elements.count() == 35


def test_closed_editions_send_the_editor_back(editor: Client, published: Edition) -> None:
    element, before = named(published, "s1-1"), Entry.objects.count()
    layer = published.layers.get(name="アクション")
    back = f"/strategy/editions/{published.pk}/"
    for name in ELEMENT_URLS:
        assert editor.post(url(name, element.pk), text_of(element)).headers["Location"] == back
        slot = editor.get(url(name, element.pk), **hx(f"s-{element.pk}", f"http://testserver{back}x"))
        assert slot.headers["HX-Redirect"] == back
    assert editor.post(url("element_move", element.pk), {"direction": "down"}).headers["Location"] == back
    assert editor.post(url("element_create", layer.pk), {"title": "x"}).headers["Location"] == back
    assert "公開中の版のため編集できません" in editor.get(back).text
    assert Entry.objects.count() == before


def test_unknown_ids(editor: Client) -> None:
    for name in (*ELEMENT_URLS, "element_create"):
        assert editor.get(url(name, 999999)).status_code == 404
    assert editor.post(url("element_move", 999999), {"direction": "up"}).status_code == 404


def test_what_was_typed_is_escaped_in_every_form(editor: Client, draft: Edition) -> None:
    element = named(draft, "s1-1")
    evil = "<script>alert(1)</script>"
    services.update_element(element=element, version=1, label="", title=evil, body=evil, by=BY)
    for name in ELEMENT_URLS:
        text = editor.get(url(name, element.pk)).text
        assert "<script>alert" not in text, name
        assert "&lt;script&gt;alert" in text, name
