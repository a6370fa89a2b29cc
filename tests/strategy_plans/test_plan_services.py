"""Life of a plan: create, draft, publish, discard, and the actions that follow."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from audit.models import Entry
from audit.services import verify
from lib.writes import StaleError
from strategy import presets, queries_editions, relink, services
from strategy.models import Edition, Element, ElementLink, Plan
from strategy.services.plans import next_edition_label
from tests.builders import make_action, make_edition, make_element, make_layer, make_plan
from tests.strategy_plans.shapes import named


@pytest.fixture
def by(cast: SimpleNamespace):
    return cast.secretariat


def last() -> Entry:
    return Entry.objects.order_by("-seq")[0]


# --- create and update


@pytest.mark.parametrize(("preset", "layers"), [("mvv", 6), ("purpose", 6), ("pillars", 4), ("blank", 1)])
def test_create_plan_from_each_preset(by, preset: str, layers: int) -> None:
    edition = services.create_plan(
        name="新計画", municipality="サンプル市", layers=presets.layers(preset), fiscal_from=2027, fiscal_to=2031, by=by
    )
    assert (edition.label, edition.status, edition.plan.is_main) == ("第1.0版", "draft", False)
    assert edition.layers.count() == layers
    assert edition.plan.period_label == "令和9年度〜令和13年度"
    assert last().act == "create"
    assert edition.layers.first().name in last().note


def test_presets_keep_the_tree_of_layers(by) -> None:
    edition = services.create_plan(name="計画", municipality="市", layers=presets.layers("mvv"), by=by)
    assert edition.layers.get(name="目指す姿").parent.name == "ビジョン"
    assert edition.layers.get(name="ビジョン").parent.name == "ミッション"


def test_create_plan_refuses_twins_second_mains_and_backward_years(by) -> None:
    make_plan(name="計画", municipality="市", is_main=True)
    layers = presets.layers("blank")
    with pytest.raises(ValidationError, match="同じ名前の計画"):
        services.create_plan(name="計画", municipality="市", layers=layers, by=by)
    with pytest.raises(ValidationError, match="すでにほかにあります"):
        services.create_plan(name="別", municipality="市", layers=layers, is_main=True, by=by)
    with pytest.raises(ValidationError, match="最初の年度以後"):
        services.create_plan(name="別", municipality="市", layers=layers, fiscal_from=2030, fiscal_to=2029, by=by)
    assert Plan.objects.count() == 1


def test_create_plan_leaves_nothing_behind_on_failure(by) -> None:
    twice = [*presets.layers("blank"), *presets.layers("blank")]
    with pytest.raises(IntegrityError):
        services.create_plan(name="計画", municipality="市", layers=twice, by=by)
    assert not Plan.objects.exists()
    assert not Entry.objects.exists()


def test_update_plan(published: Edition, by) -> None:
    plan = published.plan
    values = {"name": "新名称", "municipality": "宝塚市", "fiscal_from": 2023, "fiscal_to": 2026, "source": ""}
    services.update_plan(plan=plan, version=1, by=by, **values)
    assert last().changes["name"] == ["DX推進ビジョン", "新名称"]
    with pytest.raises(StaleError):
        services.update_plan(plan=plan, version=1, by=by, **values)


def test_update_edition_of_a_draft(published: Edition, draft: Edition, by) -> None:
    day = dt.date(2027, 4, 1)
    services.update_edition(edition=draft, version=1, label="第1.1版", effective_on=day, summary="字句", by=by)
    draft.refresh_from_db()
    assert (draft.label, draft.effective_on, draft.summary) == ("第1.1版", day, "字句")
    with pytest.raises(ValidationError, match="同じ名前の版"):
        services.update_edition(edition=draft, version=2, label=published.label, effective_on=None, summary="", by=by)


# --- draft


def test_draft_is_a_deep_copy_with_the_same_lineage(published: Edition, draft: Edition) -> None:
    assert (draft.status, draft.label, draft.order) == ("draft", "第2.0版", 2)
    assert not set(draft.elements.values_list("pk", flat=True)) & set(published.elements.values_list("pk", flat=True))

    def shape(edition: Edition) -> set[tuple[object, ...]]:
        rows = edition.elements.select_related("layer", "parent")
        return {
            (e.lineage, e.layer.name, e.parent.lineage if e.parent else None, e.label, e.title, e.body, e.order)
            for e in rows
        }

    def links(edition: Edition) -> set[tuple[object, object]]:
        rows = ElementLink.objects.filter(source__edition=edition)
        return set(rows.values_list("source__lineage", "target__lineage"))

    assert shape(draft) == shape(published)
    assert links(draft) == links(published)
    assert len(links(draft)) == 22
    layers = [list(e.layers.values_list("name", "role", "numbering", "parent__name")) for e in (draft, published)]
    assert layers[0] == layers[1]
    assert all(e.layer.edition_id == draft.pk for e in draft.elements.select_related("layer"))
    assert all(e.parent is None or e.parent.edition_id == draft.pk for e in draft.elements.select_related("parent"))
    assert last().note == "第1版（案）から作成"


def test_editing_the_draft_leaves_the_published_edition_alone(published: Edition, draft: Edition, by) -> None:
    element = named(draft, "v1")
    services.update_element(element=element, version=1, label="1", title="変えた", body="", by=by)
    assert named(published, "v1").title == "市民のくらしをもっと便利に"


def test_one_draft_a_plan(draft: Edition, by) -> None:
    with pytest.raises(ValidationError, match="すでにあります"):
        services.start_draft(plan=draft.plan, by=by)
    assert draft.plan.editions.count() == 2


def test_a_plan_without_published_edition_has_no_next_draft(by) -> None:
    plan = make_plan()
    make_edition(plan=plan, status="archived")
    with pytest.raises(ValidationError, match="公開中の版がない"):
        services.start_draft(plan=plan, by=by)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("labels", "label"),
    [
        (["第1.0版"], "第2.0版"), (["第1版（案）"], "第2.0版"), (["第9.2版", "第10.0版"], "第11.0版"),
        (["改定版（最終版）"], "第2.0版"), (["令和3年度", "令和5年度"], "第3.0版"),
    ],
)  # fmt: skip
def test_label_of_the_next_edition(labels: list[str], label: str) -> None:
    plan = make_plan()
    for text in labels:
        make_edition(plan=plan, label=text)
    assert next_edition_label(plan) == label


def test_discard(published: Edition, draft: Edition, by) -> None:
    services.discard_draft(edition=draft, by=by)
    assert list(published.plan.editions.all()) == [published]
    assert Element.objects.count() == 35
    assert last().act == "delete"


def test_discard_refuses_a_first_edition_and_one_with_actions(draft: Edition, by) -> None:
    alone = make_edition(plan=make_plan())
    with pytest.raises(ValidationError, match="最初の版"):
        services.discard_draft(edition=alone, by=by)
    make_action(plan=draft.plan, elements=[named(draft, "m1")])
    with pytest.raises(ValidationError, match="取組が結び付いている"):
        services.discard_draft(edition=draft, by=by)


# --- publish


def test_publish_archives_the_former_and_moves_actions_by_lineage(published: Edition, draft: Edition, by) -> None:
    old = [named(published, key) for key in ("m1", "m2", "s1-1")]
    both = make_action(plan=published.plan, elements=old)
    one = make_action(plan=published.plan, elements=[old[0]])
    none = make_action(plan=published.plan)
    services.update_element(element=named(draft, "m1"), version=1, label="⑪", title="言い換え", body="", by=by)

    done = services.publish_edition(edition=draft, version=1, effective_on=dt.date(2027, 4, 1), by=by)

    published.refresh_from_db()
    draft.refresh_from_db()
    assert (published.status, draft.status, draft.effective_on) == ("archived", "published", dt.date(2027, 4, 1))
    assert (done.moved, done.stranded, done.former) == (2, [], published)
    assert set(both.elements.all()) == {named(draft, key) for key in ("m1", "m2", "s1-1")}
    assert [e.title for e in one.elements.all()] == ["言い換え"]
    assert not none.elements.exists()
    assert [e.act for e in Entry.objects.order_by("-seq")[:2]] == ["publish", "archive"]
    assert "取組2件" in last().note
    assert verify().sound


def test_publish_names_the_actions_that_lose_their_element(published: Edition, draft: Edition, by) -> None:
    gone, kept = named(published, "m8"), named(published, "m9")
    lost = make_action(plan=published.plan, elements=[gone], code="L-1", title="講習会")
    make_action(plan=published.plan, elements=[gone, kept], code="K-1")
    make_action(plan=published.plan, elements=[gone], code="X-1", archived_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    services.delete_element(element=named(draft, "m8"), version=1, by=by)
    (use,) = queries_editions.undecided(draft)
    assert use.label == "L-1 講習会"
    services.decide_relinks(edition=draft, choices={use.key: None}, by=by)

    done = services.publish_edition(edition=draft, version=1, by=by)

    assert [(u.label, u.url) for u in done.stranded] == [("L-1 講習会", f"/actions/{lost.pk}/")]
    assert "上位の要素がなくなった取組：L-1 講習会" in last().note
    assert list(lost.elements.all()) == [gone]  # kept as history, of an archived edition


def test_an_action_that_serves_both_editions_keeps_one_link(published: Edition, draft: Edition, by) -> None:
    action = make_action(plan=published.plan, elements=[named(published, "m1"), named(draft, "m1")])
    services.publish_edition(edition=draft, version=1, by=by)
    assert list(action.elements.all()) == [named(draft, "m1")]


def test_first_publication_has_nobody_to_follow(by) -> None:
    layer = make_layer(edition=make_edition(plan=make_plan()))
    make_element(layer=layer)
    done = services.publish_edition(edition=layer.edition, version=1, by=by)
    assert (done.former, done.moved, done.stranded) == (None, 0, [])
    assert Edition.objects.get(pk=layer.edition_id).status == "published"


def test_publish_refuses_an_empty_edition_and_a_stale_version(draft: Edition, by) -> None:
    empty = make_edition(plan=make_plan())
    with pytest.raises(ValidationError, match="要素が一つもない"):
        services.publish_edition(edition=empty, version=1, by=by)
    with pytest.raises(StaleError):
        services.publish_edition(edition=draft, version=9, by=by)


def test_a_failing_follower_leaves_everything_in_place(
    published: Edition, draft: Edition, by, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = make_action(plan=published.plan, elements=[named(published, "m1")])
    before = Entry.objects.count()
    monkeypatch.setattr(relink, "follow", lambda mapping: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.publish_edition(edition=draft, version=1, by=by)
    published.refresh_from_db()
    draft.refresh_from_db()
    assert (published.status, draft.status) == ("published", "draft")
    assert list(action.elements.all()) == [named(published, "m1")]
    assert Entry.objects.count() == before


def test_the_loop_goes_on(published: Edition, draft: Edition, by) -> None:
    services.publish_edition(edition=draft, version=1, by=by)
    third = services.start_draft(plan=published.plan, by=by)
    assert third.label == "第3.0版"
    assert third.elements.count() == 35


def test_registering_again_replaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relink, "_followers", [])

    class Follower:
        def uses(self, element_ids: set[int]) -> list[relink.Use]:
            return [relink.Use("取組", "/")]

        def stranded(self, dropped: set[int], kept: set[int], also: set[str]) -> list[relink.Use]:
            return []

        def follow(self, mapping: dict[int, int]) -> int:
            return len(mapping)

    relink.register(Follower())
    relink.register(Follower())
    assert relink.uses({1}) == [relink.Use("取組", "/")]
    assert relink.follow({1: 2}) == 1
