"""Pages of a plan's life: add, rename, draft, publish, discard, layers."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from strategy import services
from strategy.models import Edition, Layer, Plan
from tests.builders import make_action, make_plan
from tests.strategy_plans.shapes import BY, named


def url(name: str, *args: int) -> str:
    return reverse(f"strategy:{name}", args=args)


# --- plans

NEW = {
    "preset": "mvv", "name": "第2期計画", "municipality": "サンプル市",
    "fiscal_from": "令和9年度", "fiscal_to": "Ｒ１３",
}  # fmt: skip


def test_add_a_plan_from_a_preset(editor: Client) -> None:
    assert "ミッション ／ 実現したい未来の姿" in editor.get(url("plan_create")).text
    response = editor.post(url("plan_create"), NEW | {"is_main": "on"})
    edition = Edition.objects.get()
    assert response.headers["Location"] == url("plan", edition.pk)
    assert (edition.plan.fiscal_from, edition.plan.fiscal_to, edition.plan.is_main) == (2027, 2031, True)
    page = editor.get(url("plan", edition.pk)).text
    assert "ミッションはまだありません" in page
    assert "計画期間 令和9年度〜令和13年度" in page


@pytest.mark.parametrize("year", ["令和9年度", "令和9年", "R9", "r9年度", "２０２７", "2027年度", "令和９年度"])
def test_fiscal_years_as_typed(editor: Client, year: str) -> None:
    editor.post(url("plan_create"), NEW | {"fiscal_from": year})
    assert Plan.objects.get().fiscal_from == 2027


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"preset": "none"}, "候補にありません"), ({"name": ""}, "必須"),
        ({"fiscal_from": "来年"}, "年度として読めません"),
        ({"fiscal_from": "R13", "fiscal_to": "R9"}, "最初の年度以後"), ({"name": "あ" * 101}, "100"),
    ],
)  # fmt: skip
def test_add_a_plan_shows_errors(editor: Client, changes: dict[str, str], words: str) -> None:
    response = editor.post(url("plan_create"), NEW | changes)
    assert response.status_code == 422
    assert words in response.text
    assert not Plan.objects.exists()


def test_only_one_plan_is_main(editor: Client, published: Edition) -> None:
    assert "is_main" not in editor.get(url("plan_create")).text
    editor.post(url("plan_create"), NEW | {"is_main": "on"})
    assert Plan.objects.filter(is_main=True).count() == 1


def test_rename_a_plan(editor: Client, published: Edition) -> None:
    plan = published.plan
    assert 'value="DX推進ビジョン"' in editor.get(url("plan_edit", plan.pk)).text
    data = {"version": 1, "name": "新名称", "municipality": "宝塚市", "fiscal_from": "", "fiscal_to": "", "source": ""}
    assert editor.post(url("plan_edit", plan.pk), data).headers["Location"] == url("plan", published.pk)
    stale = editor.post(url("plan_edit", plan.pk), data | {"name": "別の名称"})
    assert stale.status_code == 409
    assert "新名称" in stale.text
    assert "別の名称" in stale.text


# --- editions


def test_start_a_draft(editor: Client, published: Edition) -> None:
    response = editor.post(url("edition_draft", published.plan_id))
    draft = published.plan.editions.get(status="draft")
    assert response.headers["Location"] == url("plan", draft.pk)
    again = editor.post(url("edition_draft", published.plan_id))
    assert again.headers["Location"] == url("plan", draft.pk)
    assert "すでにあります" in editor.get(url("plan", draft.pk)).text
    assert published.plan.editions.count() == 2


def test_name_and_summary_of_a_draft(editor: Client, published: Edition, draft: Edition) -> None:
    data = {"version": 1, "label": "第1.1版", "effective_on": "Ｒ９．４．１", "summary": "字句を直した。"}
    assert editor.post(url("edition_edit", draft.pk), data).headers["Location"] == url("plan", draft.pk)
    draft.refresh_from_db()
    assert (draft.label, draft.effective_on) == ("第1.1版", dt.date(2027, 4, 1))
    assert "令和9年4月1日" in editor.get(url("edition_edit", draft.pk)).text
    assert editor.post(url("edition_edit", draft.pk), data).status_code == 409
    bad = editor.post(url("edition_edit", draft.pk), data | {"version": 2, "effective_on": "4月1日"})
    assert bad.status_code == 422
    twin = editor.post(url("edition_edit", draft.pk), data | {"version": 2, "label": published.label})
    assert "同じ名前の版" in twin.text


def test_what_publishing_changes(editor: Client, published: Edition, draft: Edition) -> None:
    make_action(plan=published.plan, elements=[named(published, "m8")], code="L-1", title="講習会")
    services.delete_element(element=named(draft, "m8"), version=1, by=BY)
    services.update_element(element=named(draft, "v1"), version=1, label="1", title="言い換え", body="", by=BY)
    text = editor.get(url("edition_publish", draft.pk)).text
    for words in ("L-1 講習会", "上位の要素を失う取組があと1件", "表題・説明", "⑧ デジタルデバイド対策"):
        assert words in text
    assert text.index("市民のくらしをもっと便利に") < text.index("言い換え")
    assert "2か所" in text  # the vision and the measure; links to what was dropped follow from that


def test_publish(editor: Client, published: Edition, draft: Edition) -> None:
    stays = make_action(plan=published.plan, elements=[named(published, "m1")])
    make_action(plan=published.plan, elements=[named(published, "m8")], code="L-1", title="講習会")
    services.delete_element(element=named(draft, "m8"), version=1, by=BY)
    values = {"version": 1, "effective_on": "R9.4.1"}
    refused = editor.post(url("edition_publish", draft.pk), values)
    assert (refused.status_code, "あと1件" in refused.text) == (422, True)
    key = refused.context["orphans"].open[0].use.key
    services.decide_relinks(edition=draft, choices={key: None}, by=BY)
    response = editor.post(url("edition_publish", draft.pk), values)
    assert response.headers["Location"] == url("plan", draft.pk)
    text = editor.get(url("plan", draft.pk)).text
    assert "第2.0版を公開しました。取組1件を新しい版の要素へ移しました。" in text
    assert "上位の要素がない取組が1件あります" in text
    assert "令和9年4月1日施行" in text
    assert list(stays.elements.all()) == [named(draft, "m1")]


def test_publish_refuses_bad_dates_stale_versions_and_empty_editions(editor: Client, draft: Edition) -> None:
    assert editor.post(url("edition_publish", draft.pk), {"version": 1, "effective_on": "きょう"}).status_code == 422
    assert editor.post(url("edition_publish", draft.pk), {"version": 1}).status_code == 422
    assert editor.post(url("edition_publish", draft.pk), {"version": 8, "effective_on": "R9.4.1"}).status_code == 409
    empty = services.create_plan(name="空", municipality="市", layers=[], by=BY)
    response = editor.post(url("edition_publish", empty.pk), {"version": 1, "effective_on": "R9.4.1"})
    assert response.status_code == 422
    assert "要素が一つもない" in response.text


def test_discard(editor: Client, published: Edition, draft: Edition) -> None:
    assert "下書きを削除しますか" in editor.get(url("edition_discard", draft.pk)).text
    assert editor.post(url("edition_discard", draft.pk)).headers["Location"] == url("plan", published.pk)
    assert not Edition.objects.filter(pk=draft.pk).exists()
    first = services.create_plan(name="初", municipality="市", layers=[], by=BY)
    assert editor.post(url("edition_discard", first.pk)).headers["Location"] == url("plan", first.pk)
    assert "最初の版の下書きは削除できません" in editor.get(url("plan", first.pk)).text


# --- layers


def test_layers_are_listed_added_changed_moved_and_deleted(editor: Client, draft: Edition) -> None:
    text = editor.get(url("layers", draft.pk)).text
    assert all(layer.name in text for layer in draft.layers.all())
    data = {"name": "能力", "role": "skill", "numbering": "number", "note": "", "parent": ""}
    assert editor.post(url("layer_create", draft.pk), data).headers["Location"] == url("layers", draft.pk)
    layer = draft.layers.get(name="能力")
    editor.post(url("layer_edit", layer.pk), data | {"name": "職位ごとの能力", "version": 1})
    editor.post(url("layer_move", layer.pk), {"direction": "up"})
    assert [x.name for x in draft.layers.all()][-2:] == ["職位ごとの能力", "バリュー"]
    editor.post(url("layer_delete", layer.pk))
    assert not Layer.objects.filter(pk=layer.pk).exists()


def test_layer_refusals(editor: Client, published: Edition, draft: Edition) -> None:
    layer = draft.layers.get(name="バリュー")
    data = {"name": "ビジョン", "role": "value", "numbering": "circled", "note": ""}
    assert editor.post(url("layer_edit", layer.pk), data | {"version": 1}).status_code == 422
    assert editor.post(url("layer_edit", layer.pk), data | {"version": 4, "name": "価値"}).status_code == 409
    assert editor.post(url("layer_create", draft.pk), data).status_code == 422
    foreign = published.layers.get(name="ビジョン").pk
    assert editor.post(url("layer_create", draft.pk), data | {"name": "x", "parent": foreign}).status_code == 422
    editor.post(url("layer_delete", layer.pk))
    assert "要素があるため削除できません" in editor.get(url("layers", draft.pk)).text
    assert editor.post(url("layer_move", layer.pk), {"direction": "left"}).status_code == 404


def test_renumber(editor: Client, draft: Edition) -> None:
    services.move_element(element=named(draft, "m11"), direction="up", by=BY)
    editor.post(url("layer_renumber", draft.layers.get(name="アクション").pk))
    assert (named(draft, "m11").label, named(draft, "m10").label) == ("⑩", "⑪")
    assert "番号を順に付け直しました" in editor.get(url("layers", draft.pk)).text


# --- who, where, how


def urls(edition: Edition) -> list[tuple[str, int]]:
    layer = edition.layers.all()[0]
    return [
        ("edition_edit", edition.pk), ("edition_publish", edition.pk), ("edition_discard", edition.pk),
        ("layers", edition.pk), ("layer_create", edition.pk), ("layer_edit", layer.pk),
    ]  # fmt: skip


def posts(edition: Edition) -> list[tuple[str, int]]:
    layer = edition.layers.all()[0]
    return [("layer_move", layer.pk), ("layer_delete", layer.pk), ("layer_renumber", layer.pk)]


def test_readers_may_not_write(cast: SimpleNamespace, as_user: Any, published: Edition, draft: Edition) -> None:
    before = Entry.objects.count()
    plan_urls = [("plan_edit", published.plan_id), ("plan_create",)]
    for role in ("admin", "lead", "member", "executive", "viewer", "nobody"):
        client = as_user(getattr(cast, role))
        for name, *args in [*urls(draft), *plan_urls]:
            assert client.get(url(name, *args)).status_code == 403, (role, name)
        for name, *args in [*urls(draft), *posts(draft), *plan_urls, ("edition_draft", published.plan_id)]:
            if name != "layers":
                assert client.post(url(name, *args), {"direction": "down"}).status_code == 403, (role, name)
    assert Entry.objects.count() == before


def test_closed_editions_send_the_editor_back(editor: Client, published: Edition) -> None:
    before = Entry.objects.count()
    for name, pk in urls(published):
        assert editor.get(url(name, pk)).headers["Location"] == url("plan", published.pk), name
    for name, pk in posts(published):
        response = editor.post(url(name, pk), {"direction": "down"})
        assert response.headers["Location"] == url("plan", published.pk), name
    assert Entry.objects.count() == before


def test_wrong_methods_and_unknown_ids(editor: Client, draft: Edition) -> None:
    for name, pk in [*posts(draft), ("edition_draft", draft.plan_id)]:
        assert editor.get(url(name, pk)).status_code == 405, name
        assert editor.post(url(name, 999999)).status_code == 404, name
    for name, _ in [*urls(draft), ("plan_edit", 1)]:
        assert editor.get(url(name, 999999)).status_code == 404, name
    assert editor.post(url("layers", draft.pk)).status_code == 405


def test_a_plan_without_editions_can_still_be_renamed(editor: Client) -> None:
    assert f'href="{url("home")}"' in editor.get(url("plan_edit", make_plan().pk)).text


# --- what is said before publishing


def test_numbers_that_occur_twice_are_told_and_refuse_nothing(editor: Client, draft: Edition) -> None:
    page = url("edition_publish", draft.pk)
    assert "同じ番号" not in editor.get(page).text
    services.update_element(element=named(draft, "m2"), version=1, label="①", title="二つめ", body="", by=BY)
    text = editor.get(page).text
    assert "同じ番号の要素があります" in text
    assert "アクションの①" in text
    assert f'<a href="{url("element", named(draft, "m2").pk)}">二つめ</a>' in text
    assert editor.post(page, {"version": 1, "effective_on": "R9.4.1"}).status_code == 302


def test_elements_without_a_number_are_no_doubles(editor: Client, draft: Edition) -> None:
    for key in ("m1", "m2"):
        services.update_element(element=named(draft, key), version=1, label="", title="題", body="", by=BY)
    assert "同じ番号" not in editor.get(url("edition_publish", draft.pk)).text


def test_a_day_before_that_of_the_edition_in_force_is_told(
    editor: Client, published: Edition, draft: Edition
) -> None:
    Edition.objects.filter(pk=published.pk).update(effective_on=dt.date(2027, 4, 1))
    page, words = url("edition_publish", draft.pk), "施行日が、公開中の第1版（案）の施行日（令和9年4月1日）より前です"
    Edition.objects.filter(pk=draft.pk).update(effective_on=dt.date(2027, 4, 1))
    assert "より前です" not in editor.get(page).text
    Edition.objects.filter(pk=draft.pk).update(effective_on=dt.date(2027, 3, 31))
    text = editor.get(page).text
    assert words in text
    assert "公開中の第1版（案）の施行日は令和9年4月1日です" in text
    stale = {"version": 8, "effective_on": "R9.3.31"}
    assert words in editor.post(page, stale).text
    assert editor.post(page, {"version": 1, "effective_on": "R9.3.31"}).status_code == 302
    assert "施行日が、第1版（案）の施行日（令和9年4月1日）より前です" in editor.get(url("plan", draft.pk)).text


def test_where_a_day_is_missing_nothing_is_compared(editor: Client, published: Edition, draft: Edition) -> None:
    Edition.objects.filter(pk=published.pk).update(effective_on=None)
    assert "より前です" not in editor.get(url("edition_publish", draft.pk)).text
    Edition.objects.filter(pk=published.pk).update(effective_on=dt.date(2027, 4, 1))
    assert editor.post(url("edition_publish", draft.pk), {"version": 1, "effective_on": ""}).status_code == 422
