"""新旧対照表, reasons, re-linking of stranded actions, and undoing a removal."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from actions.models import Action
from audit.models import Entry
from lib.writes import StaleError
from strategy import queries_editions, relink, services
from strategy.models import ChangeNote, Edition, PlannedRelink
from tests.builders import make_action, make_edition, make_plan
from tests.strategy_plans.shapes import named, queries


@pytest.fixture
def by(cast: SimpleNamespace):
    return cast.secretariat


@pytest.fixture
def changed(draft: Edition, by) -> Edition:
    """One of every kind: reworded, swapped numbers, moved, added, dropped."""
    for key, values in (
        ("v3", {"title": "=業務をもっとむだなく"}), ("m10", {"label": "⑪"}), ("m11", {"label": "⑩"})
    ):  # fmt: skip
        row = named(draft, key)
        texts = {n: values.get(n, getattr(row, n)) for n in ("label", "title", "body")}
        services.update_element(element=row, version=1, **texts, by=by)
    services.reparent_element(element=named(draft, "s2-2"), parent=named(draft, "v1"), version=1, by=by)
    layer = draft.layers.get(name="目指す姿")
    services.create_element(layer=layer, parent=named(draft, "v3"), title="新しい姿", by=by)
    services.delete_element(element=named(draft, "m2"), version=1, by=by)
    return draft


@pytest.fixture
def stranded(published: Edition, changed: Edition) -> Action:
    return make_action(plan=published.plan, elements=[named(published, "m2")], code="R-01", title="カードの普及")


def url(name: str, edition: Edition) -> str:
    return reverse(f"strategy:{name}", args=[edition.pk])


# --- the page


def test_counts_by_kind_and_marks(editor: Client, changed: Edition) -> None:
    page = editor.get(url("compare", changed))
    assert page.context["shown"].counts == {
        "added": 1, "dropped": 1, "moved": 1, "renumbered": 2, "reworded": 1, "linked": 0,
        "different": 6, "same": 30, "all": 36,
    }  # fmt: skip
    assert "⑩ ⇄ ⑪" in page.text
    assert "（新設）" in page.text
    assert "（削除）" in page.text
    assert "<ins>" in page.text


def test_segments_filter(editor: Client, changed: Edition) -> None:
    page = editor.get(url("compare", changed), {"kind": "added"})
    assert "新しい姿" in page.text
    assert "（削除）" not in page.text
    assert "変更なし</span>" in editor.get(url("compare", changed), {"kind": "all"}).text
    assert editor.get(url("compare", changed), {"kind": "x"}).status_code == 200


def test_either_order_shows_the_newer_on_the_left(editor: Client, published: Edition, changed: Edition) -> None:
    page = editor.get(url("compare", published), {"with": changed.pk})
    assert (page.context["shown"].new, page.context["shown"].old) == (changed, published)


def test_nothing_to_compare(editor: Client) -> None:
    alone = make_edition(plan=make_plan(), status="published")
    assert "くらべる版がまだありません" in editor.get(url("compare", alone)).text
    assert editor.get(url("compare", alone), {"with": 99999}).status_code == 404
    assert editor.get(url("compare_excel", alone)).status_code == 404


def test_readers_never_see_the_draft(reader: Client, published: Edition, changed: Edition) -> None:
    assert reader.get(url("compare", changed)).status_code == 404
    assert reader.get(url("compare", published), {"with": changed.pk}).status_code == 404
    assert reader.get(url("compare_excel", published), {"with": changed.pk}).status_code == 404


def test_constant_queries(editor: Client, draft: Edition, by) -> None:
    before = queries(editor, url("compare", draft))
    for key in ("v1", "v2", "m3", "m4"):
        services.update_element(element=named(draft, key), version=1, label="", title="別", body="", by=by)
    assert queries(editor, url("compare", draft)) == before <= 16


def test_workbook_neutralises_formulas(editor: Client, changed: Edition) -> None:
    response = editor.get(url("compare_excel", changed))
    sheet = load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1] == ("階層", "種別", changed.label, "第1版（案）", "理由")
    assert len(rows) == 2 + 6
    assert sheet.print_title_rows == "$1:$2"
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert any("3 =業務" in str(row[2]) for row in rows)


# --- reasons


def note(edition: Edition, key: str, text: str, version: int, by) -> None:
    services.set_change_note(edition=edition, lineage=named(edition, key).lineage, text=text, version=version, by=by)


def test_a_reason_is_kept_changed_and_taken_away(changed: Edition, by) -> None:
    note(changed, "v3", "本部会議の意見", 0, by)
    note(changed, "v3", "表現の統一", 1, by)
    with pytest.raises(StaleError):
        note(changed, "v3", "遅い", 1, by)
    assert ChangeNote.objects.get().text == "表現の統一"
    assert Entry.objects.order_by("-seq")[0].changes["text"] == ["本部会議の意見", "表現の統一"]
    note(changed, "v3", "", 2, by)
    assert not ChangeNote.objects.exists()


def test_reasons_are_refused(published: Edition, changed: Edition, by) -> None:
    with pytest.raises(ValidationError, match="編集できません"):
        note(published, "v3", "理由", 0, by)
    with pytest.raises(ValidationError):
        note(changed, "v3", "あ" * 201, 0, by)
    assert not ChangeNote.objects.exists()


def test_a_reason_in_its_cell(editor: Client, changed: Edition) -> None:
    line = named(changed, "v3").lineage
    target = reverse("strategy:change_note", args=[changed.pk, line])
    headers = {"HX-Request": "true", "HX-Target": f"why-{line}"}
    assert "<form" in editor.get(target, headers=headers).text
    saved = editor.post(target, {"text": "意見", "version": 0}, headers=headers)
    assert "意見" in saved.text
    assert "<form" not in saved.text
    assert editor.post(target, {"text": "別", "version": 0}, headers=headers).status_code == 409
    assert editor.post(target, {"text": "別", "version": 1}).headers["Location"] == url("compare", changed)
    assert "別" in editor.get(f"{target}?close", headers=headers).text


# --- stranded actions


def test_publishing_waits_until_all_is_decided(changed: Edition, stranded: Action, by) -> None:
    with pytest.raises(ValidationError, match="あと1件"):
        services.publish_edition(edition=changed, version=1, by=by)
    changed.refresh_from_db()
    assert changed.is_draft


def test_a_planned_relink_is_carried_out_on_publishing(changed: Edition, stranded: Action, by) -> None:
    target = named(changed, "m3")
    services.decide_relinks(edition=changed, choices={f"action-{stranded.pk}": target}, by=by)
    assert target not in stranded.elements.all()
    done = services.publish_edition(edition=changed, version=1, by=by)
    assert target in stranded.elements.all()
    assert done.stranded == []
    stranded.refresh_from_db()
    assert stranded.version == 2
    services.undo_relink(edition=changed, key=f"action-{stranded.pk}", by=by)
    assert target not in stranded.elements.all()
    changed.refresh_from_db()
    (use,) = queries_editions.undecided(changed)
    services.decide_relinks(edition=changed, choices={use.key: target}, by=by)
    assert target in stranded.elements.all()
    assert queries_editions.orphans(changed).rows[0].decided


def test_going_without_an_element_is_a_decision(changed: Edition, stranded: Action, by) -> None:
    services.decide_relinks(edition=changed, choices={f"action-{stranded.pk}": None}, by=by)
    done = services.publish_edition(edition=changed, version=1, by=by)
    assert [use.title for use in done.stranded] == ["カードの普及"]
    changed.refresh_from_db()
    assert queries_editions.undecided(changed) == []


def test_decisions_are_refused(published: Edition, changed: Edition, stranded: Action, by) -> None:
    key = f"action-{stranded.pk}"
    for choices, words in (
        ({}, "一覧が変わりました"), ({"action-0": None}, "一覧が変わりました"),
        ({key: named(published, "m3")}, "要素から選んで"),
    ):  # fmt: skip
        with pytest.raises(ValidationError, match=words):
            services.decide_relinks(edition=changed, choices=choices, by=by)
    services.decide_relinks(edition=changed, choices={key: None}, by=by)
    with pytest.raises(ValidationError, match="一覧が変わりました"):
        services.decide_relinks(edition=changed, choices={key: None}, by=by)
    services.undo_relink(edition=changed, key=key, by=by)
    with pytest.raises(ValidationError, match="一覧が変わりました"):
        services.undo_relink(edition=changed, key=key, by=by)


def test_a_failing_follower_decides_nothing(
    changed: Edition, stranded: Action, by, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.decide_relinks(edition=changed, choices={f"action-{stranded.pk}": named(changed, "m3")}, by=by)
    before = Entry.objects.count()
    monkeypatch.setattr(relink, "give", lambda links, by: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.publish_edition(edition=changed, version=1, by=by)
    changed.refresh_from_db()
    assert changed.is_draft
    assert Entry.objects.count() == before


def test_relinking_through_the_pages(editor: Client, changed: Edition, stranded: Action, by) -> None:
    note(changed, "m3", "見出しの整理", 0, by)
    lost = {"edition": changed, "lineage": services.lineage_of("takarazuka", "m2"), "version": 0}
    services.set_change_note(**lost, text="③に含める", by=by)
    key, target = f"action-{stranded.pk}", named(changed, "m3")
    page = editor.get(url("orphans", changed))
    assert f'value="{key}:{target.pk}"' in page.text
    response = editor.post(url("orphan_relink_all", changed), {"offer": [f"{key}:{target.pk}"]}, follow=True)
    assert "③ 行政手続のオンライン化 に付け替えます" in response.text
    editor.post(url("orphan_undo", changed), {"key": key})
    assert not PlannedRelink.objects.exists()
    for wrong in ("", "x", "99999"):
        editor.post(url("orphan_relink", changed), {"key": key, "target": wrong})
    editor.post(url("orphan_relink_all", changed), {"offer": [f"{key}:99999"]})
    assert not PlannedRelink.objects.exists()
    back = editor.post(url("orphan_relink", changed), {"key": key, "target": "none", "back": "compare"})
    assert back.headers["Location"] == f"{url('compare', changed)}#orphan"
    assert PlannedRelink.objects.get().target is None


# --- undo of a removal


def test_a_removed_element_comes_back_with_everything(draft: Edition, stranded: Action, by) -> None:
    element = named(draft, "m3")
    services.decide_relinks(edition=draft, choices={f"action-{stranded.pk}": element}, by=by)
    linked = set(element.linked_from.values_list("lineage", flat=True))
    assert linked
    deleted = services.delete_element(element=element, version=1, by=by)
    assert not PlannedRelink.objects.exists()
    back = services.restore_element(deleted=deleted, by=by)
    assert (back.lineage, back.order, back.label, back.title) == (
        element.lineage, element.order, element.label, element.title
    )  # fmt: skip
    assert set(back.linked_from.values_list("lineage", flat=True)) == linked
    assert PlannedRelink.objects.get().target == back
    assert Entry.objects.order_by("-seq")[0].act == "restore"
    with pytest.raises(ValidationError, match="すでに元に"):
        services.restore_element(deleted=deleted, by=by)


def test_a_place_that_is_gone_refuses(draft: Edition, by) -> None:
    for key in ("s1-1", "s1-2", "s1-3"):
        deleted = services.delete_element(element=named(draft, key), version=1, by=by)
    services.delete_element(element=named(draft, "v1"), version=1, by=by)
    before = Entry.objects.count()
    with pytest.raises(ValidationError, match="元の場所"):
        services.restore_element(deleted=deleted, by=by)
    assert Entry.objects.count() == before


def test_undo_through_the_page(editor: Client, draft: Edition) -> None:
    element = named(draft, "m3")
    page = editor.post(reverse("strategy:element_delete", args=[element.pk]), {"version": 1}, follow=True)
    assert "元に戻す" in page.text
    undo = draft.deleted_elements.get()
    editor.post(reverse("strategy:element_restore", args=[undo.pk]))
    assert named(draft, "m3").title == element.title
    assert editor.post(reverse("strategy:element_restore", args=[undo.pk])).status_code == 404
