"""Relations to other plans: shown at the plan, edited by 事務局."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lib import ledger
from strategy import services
from strategy.models import Plan, PlanRelation
from tests import builders
from tests.reading.conftest import last
from tests.strategy_plans.shapes import load


@pytest.fixture
def plan(element) -> Plan:
    return element.edition.plan


@pytest.fixture
def upper(plan, cast) -> PlanRelation:
    return services.create_relation(plan=plan, kind="upper", name="総合計画", basis="第3章", by=cast.secretariat)


def values(row: PlanRelation | None = None, **kw) -> dict:
    given = {"kind": "upper", "name": "総合計画", "other": "", "basis": "", "note": ""}
    return given | ({"version": row.version} if row else {}) | kw


def test_shown_at_the_plan_and_on_its_page(reader, plan, upper, element) -> None:
    url = reverse("strategy:relations", args=[plan.pk])
    text = reader.get(reverse("strategy:plan", args=[element.edition_id])).text
    assert "総合計画" in text
    assert url in text
    assert "第3章" in reader.get(url).text
    assert reverse("strategy:relation_create", args=[plan.pk]) not in reader.get(url).text


def test_a_plan_of_the_portal_is_linked_when_readers_may_open_it(reader, plan, cast) -> None:
    open_, closed = (builders.make_edition(plan=builders.make_plan(name=n), status=s) for n, s in
                     (("公開の計画", "published"), ("準備中の計画", "draft")))  # fmt: skip
    for edition in (open_, closed):
        services.create_relation(plan=plan, kind="related", other=edition.plan, by=cast.secretariat)
    text = reader.get(reverse("strategy:relations", args=[plan.pk])).text
    assert f'<a href="{reverse("strategy:plan", args=[open_.pk])}">公開の計画</a>' in text
    assert reverse("strategy:plan", args=[closed.pk]) not in text


def test_a_plan_with_drafts_only_is_not_there_for_readers(reader, editor) -> None:
    hidden = builders.make_edition(plan=builders.make_plan(), status="draft").plan
    url = reverse("strategy:relations", args=[hidden.pk])
    assert reader.get(url).status_code == 404
    assert editor.get(url).status_code == 200


def test_secretariat_adds_edits_moves_and_deletes(editor, plan, upper) -> None:
    url = reverse("strategy:relation_create", args=[plan.pk])
    page = editor.post(url, values(kind="serves", name="官民データ計画"))
    added = PlanRelation.objects.get(name="官民データ計画")
    assert page.status_code == 302
    assert last().act == "create"
    changed = values(added, kind="serves", name="官民", basis="9条")
    editor.post(reverse("strategy:relation_edit", args=[added.pk]), changed)
    added.refresh_from_db()
    assert (added.name, added.basis, added.version) == ("官民", "9条", 2)
    assert last().changes["basis"] == ["", "9条"]
    editor.post(reverse("strategy:relation_move", args=[added.pk]), {"direction": "up"})
    assert [r.name for r in plan.relations.all()] == ["官民", "総合計画"]
    assert last().act == "move"
    editor.post(reverse("strategy:relation_delete", args=[added.pk]), {"version": 2})
    assert [r.name for r in plan.relations.all()] == ["総合計画"]
    assert last().act == "delete"


def test_refusals(editor, plan, upper) -> None:
    other = builders.make_plan()
    url = reverse("strategy:relation_create", args=[plan.pk])
    for wrong, message in (
        ({"name": ""}, "どちらか一つ"),
        ({"other": other.pk}, "どちらか一つ"),
        ({"name": "", "other": plan.pk}, "正しく選択"),
        ({}, "すでに登録"),
        ({"kind": "below"}, "正しく選択"),
    ):
        page = editor.post(url, values(**wrong))
        assert page.status_code == 422
        assert message in page.text, wrong
    assert PlanRelation.objects.count() == 1


def test_a_plan_is_not_related_to_itself(plan, cast) -> None:
    with pytest.raises(services.relations.ValidationError, match="それ自身"):
        services.create_relation(plan=plan, kind="upper", other=plan, by=cast.secretariat)


def test_stale_forms_are_refused(editor, upper, cast) -> None:
    services.update_relation(
        row=upper, version=1, kind="upper", name="先の名前", other=None, basis="", note="", by=cast.secretariat
    )
    page = editor.post(reverse("strategy:relation_edit", args=[upper.pk]), values(name="後の名前", version=1))
    assert page.status_code == 409
    assert "いま保存されている値：先の名前" in page.text
    assert editor.post(reverse("strategy:relation_delete", args=[upper.pk]), {"version": 1}).status_code == 409


def test_nothing_is_stored_when_the_ledger_fails(plan, cast, monkeypatch) -> None:
    def broken(**kw) -> None:
        raise RuntimeError

    monkeypatch.setattr(ledger, "record", broken)
    with pytest.raises(RuntimeError):
        services.create_relation(plan=plan, kind="upper", name="総合計画", by=cast.secretariat)
    assert not PlanRelation.objects.exists()


def test_names_are_escaped(reader, plan, cast) -> None:
    services.create_relation(plan=plan, kind="related", name="<script>計画", by=cast.secretariat)
    assert "<script>計画" not in reader.get(reverse("strategy:relations", args=[plan.pk])).text


def test_the_six_plans_of_takarazuka_are_loaded(db) -> None:
    rows = load("takarazuka", is_main=True).plan.relations.all()
    assert [r.kind for r in rows] == ["upper", "related", "related", "serves", "serves", "serves"]
    assert rows[4].basis == "官民データ活用推進基本法第9条第3項"
