"""Writes of elements: success, refusal, ledger, rollback."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from lib import ledger
from lib.writes import StaleError
from strategy import services
from strategy.models import Edition, Element, ElementLink
from strategy.services import elements
from tests.builders import make_action, make_edition, make_element, make_layer
from tests.strategy_plans.shapes import named


@pytest.fixture
def by(cast: SimpleNamespace):
    return cast.secretariat


def refused(excinfo: pytest.ExceptionInfo[ValidationError]) -> str:
    return " ".join(excinfo.value.messages)


def last() -> Entry:
    return Entry.objects.order_by("-seq")[0]


# --- create


def test_create_numbers_by_the_layer(draft: Edition, by) -> None:
    vision = named(draft, "v2")
    sub = services.create_element(
        layer=draft.layers.get(name="目指す姿"), parent=vision, title="新しい姿", body="説明", by=by
    )
    assert (sub.label, sub.parent, sub.edition) == ("2-4", vision, draft)
    measure = services.create_element(layer=draft.layers.get(name="アクション"), title="新しい施策", by=by)
    assert measure.label == "⑫"
    assert measure.order > sub.order > vision.order
    assert last().act == "create"
    assert last().object_label == "⑫ 新しい施策"
    assert last().changes["title"] == [None, "新しい施策"]


def test_the_next_number_follows_the_highest_one(draft: Edition, by) -> None:
    services.delete_element(element=named(draft, "m2"), version=1, by=by)
    measures, visions = (draft.layers.get(name=name) for name in ("アクション", "目指す姿"))
    assert elements.next_label(measures) == "⑫"
    services.delete_element(element=named(draft, "s2-1"), version=1, by=by)
    assert elements.next_label(visions, named(draft, "v2")) == "2-4"


def test_a_number_that_moved_away_with_its_element_is_not_given_again(draft: Edition, by) -> None:
    last, layer = named(draft, "s2-3"), draft.layers.get(name="目指す姿")
    services.reparent_element(element=last, parent=named(draft, "v1"), version=1, by=by)
    assert elements.next_label(layer, named(draft, "v2")) == "2-4"
    assert elements.next_label(layer, named(draft, "v1")) == "1-4"


def test_a_printed_number_may_repeat_or_be_left_out(draft: Edition, by) -> None:
    layer = draft.layers.get(name="アクション")
    assert services.create_element(layer=layer, title="同じ番号", label="①", by=by).label == "①"
    assert services.create_element(layer=layer, title="番号なし", label="", by=by).label == ""


@pytest.mark.parametrize(
    ("layer", "parent", "words"),
    [
        ("目指す姿", None, "「目指す姿」の上位の要素を選んでください"),
        ("目指す姿", "m1", "「目指す姿」は「アクション」の下には置けません"),
        ("目指す姿", "s1-1", "「目指す姿」は「目指す姿」の下には置けません"),
        ("アクション", "v1", "「アクション」は「ビジョン」の下には置けません"),
    ],
)
def test_create_checks_the_layer(draft: Edition, by, layer: str, parent: str | None, words: str) -> None:
    above = named(draft, parent) if parent else None
    with pytest.raises(ValidationError) as excinfo:
        services.create_element(layer=draft.layers.get(name=layer), parent=above, title="姿", by=by)
    assert words in refused(excinfo)


def test_a_layer_may_be_skipped_on_the_way_up(draft: Edition, by) -> None:
    mission = named(draft, "mission")
    services.create_element(layer=draft.layers.get(name="目指す姿"), parent=mission, title="姿", label="", by=by)
    assert mission.children.filter(title="姿").exists()


def test_create_refuses_a_parent_of_another_edition(published: Edition, draft: Edition, by) -> None:
    with pytest.raises(ValidationError) as excinfo:
        services.create_element(
            layer=draft.layers.get(name="目指す姿"), parent=named(published, "v1"), title="姿", by=by
        )
    assert "同じ版から" in refused(excinfo)


def test_create_refuses_empty_and_overlong_titles(draft: Edition, by) -> None:
    layer, before = draft.layers.get(name="アクション"), Entry.objects.count()
    for title in ("", "あ" * 201):
        with pytest.raises(ValidationError) as excinfo:
            services.create_element(layer=layer, title=title, by=by)
        assert "title" in excinfo.value.error_dict
    assert Entry.objects.count() == before
    assert services.create_element(layer=layer, title="あ" * 200, by=by).pk


def test_create_rolls_back_with_the_ledger(draft: Edition, by, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "record", lambda **kw: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.create_element(layer=draft.layers.get(name="アクション"), title="戻る", by=by)
    assert not draft.elements.filter(title="戻る").exists()


# --- update


def test_update_keeps_both_values_in_the_ledger(draft: Edition, by) -> None:
    element = named(draft, "v3")
    services.update_element(element=element, version=element.version, label="3", title="新", body="本文", by=by)
    element.refresh_from_db()
    assert (element.title, element.body, element.version) == ("新", "本文", 2)
    assert last().act == "update"
    assert last().changes["title"] == ["業務をもっとむだなく効率的に", "新"]
    assert "label" not in last().changes


def test_update_of_a_stale_version_changes_nothing(draft: Edition, by) -> None:
    element = named(draft, "v3")
    services.update_element(element=named(draft, "v3"), version=1, label="3", title="先", body="", by=by)
    with pytest.raises(StaleError) as excinfo:
        services.update_element(element=element, version=1, label="3", title="後", body="", by=by)
    assert excinfo.value.current.title == "先"
    assert named(draft, "v3").title == "先"


@pytest.mark.parametrize("status", ["published", "archived"])
def test_closed_editions_refuse_every_write(published: Edition, by, status: str) -> None:
    Edition.objects.filter(pk=published.pk).update(status=status)
    before = Entry.objects.count()
    element, layer = named(published, "s1-1"), published.layers.get(name="アクション")
    writes = [
        lambda: services.update_element(element=element, version=1, label="", title="x", body="", by=by),
        lambda: services.create_element(layer=layer, title="x", by=by),
        lambda: services.move_element(element=element, direction="down", by=by),
        lambda: services.reparent_element(element=element, parent=named(published, "v2"), version=1, by=by),
        lambda: services.set_links(element=element, targets=[], version=1, by=by),
        lambda: services.delete_element(element=element, version=1, by=by),
        lambda: services.update_edition(
            edition=published, version=1, label="x", effective_on=None, summary="", by=by
        ),
        lambda: services.create_layer(edition=published, name="x", role="other", numbering="none", by=by),
        lambda: services.delete_layer(layer=layer, by=by),
        lambda: services.renumber_layer(layer=layer, by=by),
        lambda: services.move_layer(layer=layer, direction="up", by=by),
        lambda: services.discard_draft(edition=published, by=by),
        lambda: services.publish_edition(edition=published, version=1, by=by),
    ]
    for write in writes:
        with pytest.raises(ValidationError) as excinfo:
            write()
        assert "編集できません" in refused(excinfo)
    assert Entry.objects.count() == before
    assert named(published, "s1-1").version == 1


# --- order and parent


def keys(draft: Edition, parent: str) -> list[str]:
    return list(named(draft, parent).children.values_list("label", flat=True))


def test_move_swaps_siblings_and_leaves_open_forms_alone(draft: Edition, by) -> None:
    services.move_element(element=named(draft, "s1-2"), direction="up", by=by)
    assert keys(draft, "v1") == ["1-2", "1-1", "1-3"]
    services.move_element(element=named(draft, "s1-2"), direction="down", by=by)
    services.move_element(element=named(draft, "s1-2"), direction="down", by=by)
    assert keys(draft, "v1") == ["1-1", "1-3", "1-2"]
    assert keys(draft, "v2") == ["2-1", "2-2", "2-3"]
    assert named(draft, "s1-2").version == 1
    assert (last().act, last().note) == ("move", "後へ")


def test_move_works_where_orders_are_equal(draft: Edition, by) -> None:
    draft.elements.update(order=0)
    first, second = named(draft, "v1").children.all()[:2]
    services.move_element(element=second, direction="up", by=by)
    assert next(iter(named(draft, "v1").children.all())).pk == second.pk != first.pk


@pytest.mark.parametrize(("key", "direction", "words"), [("s1-1", "up", "前には"), ("s1-3", "down", "後には")])
def test_move_ends_at_the_edge(draft: Edition, by, key: str, direction: str, words: str) -> None:
    with pytest.raises(ValidationError) as excinfo:
        services.move_element(element=named(draft, key), direction=direction, by=by)
    assert words in refused(excinfo)


def test_reparent_goes_to_the_end_with_what_is_below(draft: Edition, by) -> None:
    element = named(draft, "s1-1")
    services.reparent_element(element=element, parent=named(draft, "v2"), version=1, by=by)
    assert keys(draft, "v2") == ["2-1", "2-2", "2-3", "1-1"]
    assert last().act == "move"
    assert last().changes["parent"] == ["1 市民のくらしをもっと便利に", "2 つながりをもっと生み出す市役所に"]


def test_reparent_refuses_cycles_layers_and_other_editions(published: Edition, draft: Edition, by) -> None:
    vision = named(draft, "v1")
    for parent, words in (
        (vision, "自分自身や下位の要素"),
        (named(draft, "s1-1"), "自分自身や下位の要素"),
        (named(draft, "v2"), "下には置けません"),
        (named(draft, "m1"), "下には置けません"),
        (named(published, "mission"), "同じ版から"),
        (None, "上位の要素を選んでください"),
    ):
        with pytest.raises(ValidationError) as excinfo:
            services.reparent_element(element=vision, parent=parent, version=1, by=by)
        assert words in refused(excinfo)
    assert named(draft, "v1").parent == named(draft, "mission")


def test_reparent_of_a_stale_version(draft: Edition, by) -> None:
    services.reparent_element(element=named(draft, "s1-1"), parent=named(draft, "v2"), version=1, by=by)
    with pytest.raises(StaleError):
        services.reparent_element(element=named(draft, "s1-1"), parent=named(draft, "v3"), version=1, by=by)


# --- links


def test_set_links_adds_and_removes(draft: Edition, by) -> None:
    element = named(draft, "s1-1")
    services.set_links(element=element, targets=[named(draft, "m3"), named(draft, "m5")], version=1, by=by)
    assert list(element.linked.values_list("label", flat=True)) == ["③", "⑤"]
    assert last().act == "link"
    assert last().changes["linked"][1] == ["③ 行政手続のオンライン化", "⑤ 多様な働き方の推進"]
    services.set_links(element=element, targets=[], version=2, by=by)
    assert last().act == "unlink"
    assert not element.linked.exists()


def test_unchanged_links_leave_no_trace(draft: Edition, by) -> None:
    element, before = named(draft, "s1-1"), Entry.objects.count()
    services.set_links(element=element, targets=list(element.linked.all()), version=1, by=by)
    assert Entry.objects.count() == before
    assert named(draft, "s1-1").version == 1


def test_set_links_refuses_family_other_editions_and_stale_versions(published: Edition, draft: Edition, by) -> None:
    element = named(draft, "v1")
    for target, words in (
        (element, "自分自身か上下"), (named(draft, "mission"), "自分自身か上下"),
        (named(draft, "s1-2"), "自分自身か上下"),
        (named(published, "m1"), "同じ版から"),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as excinfo:
            services.set_links(element=element, targets=[target], version=1, by=by)
        assert words in refused(excinfo)
    with pytest.raises(StaleError):
        services.set_links(element=element, targets=[named(draft, "m1")], version=9, by=by)
    assert not element.linked.exists()


# --- delete


def test_delete_takes_the_links_along(draft: Edition, by) -> None:
    element = named(draft, "s1-1")
    services.delete_element(element=element, version=1, by=by)
    assert not draft.elements.filter(label="1-1").exists()
    assert ElementLink.objects.filter(source__edition=draft).count() == 20
    assert last().act == "delete"
    assert last().changes["linked"] == [["② マイナンバーカードの普及促進", "③ 行政手続のオンライン化"], None]


def test_delete_refuses_children_actions_and_stale_versions(draft: Edition, by) -> None:
    with pytest.raises(ValidationError) as excinfo:
        services.delete_element(element=named(draft, "v1"), version=1, by=by)
    assert "下位の要素があるため" in refused(excinfo)
    measure = named(draft, "m1")
    action = make_action(plan=draft.plan, elements=[measure], code="A-1", title="移行")
    with pytest.raises(ValidationError) as excinfo:
        services.delete_element(element=measure, version=1, by=by)
    assert "取組1件が結び付いているため" in refused(excinfo)
    assert "A-1 移行" in refused(excinfo)
    action.elements.clear()
    with pytest.raises(StaleError):
        services.delete_element(element=measure, version=7, by=by)
    services.delete_element(element=measure, version=1, by=by)
    assert not Element.objects.filter(pk=measure.pk).exists()


def test_a_layer_without_numbers_gives_none(by) -> None:
    layer = make_layer(edition=make_edition())
    assert services.create_element(layer=layer, title="無番", by=by).label == ""


def test_numbers_of_a_layer_without_parents(by) -> None:
    layer = make_layer(numbering="decimal")
    make_element(layer=layer, label="1")
    assert services.create_element(layer=layer, title="上のない小数", by=by).label == "2"


# --- place: what dropping a card does


def order_of(draft: Edition, layer: str) -> list[str]:
    rows = draft.elements.filter(layer__name=layer).order_by("parent__order", "order", "pk")
    return [e.label for e in rows]


def test_place_beside_a_sibling(draft: Edition, by) -> None:
    moved, beside = named(draft, "s1-3"), named(draft, "s1-1")
    versions = dict(draft.elements.values_list("pk", "version"))
    services.place_element(element=moved, beside=beside, side="before", version=moved.version, by=by)
    assert order_of(draft, "目指す姿")[:3] == ["1-3", "1-1", "1-2"]
    services.place_element(element=moved, beside=named(draft, "s1-2"), side="after", version=1, by=by)
    assert order_of(draft, "目指す姿")[:3] == ["1-1", "1-2", "1-3"]
    assert dict(draft.elements.values_list("pk", "version")) == versions, "an order is no text that a person typed"
    assert (last().act, last().note) == ("move", f"「{named(draft, 's1-2')}」の後へ")


def test_place_under_another_parent(draft: Edition, by) -> None:
    moved, beside = named(draft, "s2-2"), named(draft, "s1-1")
    services.place_element(element=moved, beside=beside, side="after", version=moved.version, by=by)
    assert order_of(draft, "目指す姿")[:3] == ["1-1", "2-2", "1-2"]
    assert named(draft, "s2-2").parent == named(draft, "v1")
    assert last().changes["parent"] == [str(named(draft, "v2")), str(named(draft, "v1"))]


def test_place_refuses_another_layer_and_a_stale_card(draft: Edition, by) -> None:
    moved = named(draft, "s2-2")
    with pytest.raises(ValidationError) as excinfo:
        services.place_element(element=moved, beside=named(draft, "m1"), side="after", version=1, by=by)
    assert "「目指す姿」の要素の前か後にだけ置けます" in refused(excinfo)
    services.update_element(element=named(draft, "s2-2"), version=1, label="2-2", title="変えた", body="", by=by)
    before = order_of(draft, "目指す姿")
    with pytest.raises(StaleError):
        services.place_element(element=moved, beside=named(draft, "s1-1"), side="after", version=1, by=by)
    assert order_of(draft, "目指す姿") == before


def test_place_beside_itself_changes_nothing(draft: Edition, by) -> None:
    entries, row = Entry.objects.count(), named(draft, "s1-1")
    services.place_element(element=row, beside=row, side="after", version=1, by=by)
    assert Entry.objects.count() == entries


def test_a_published_edition_takes_no_card(published: Edition, by) -> None:
    row, other = named(published, "s1-1"), named(published, "s1-2")
    with pytest.raises(ValidationError, match="編集できません"):
        services.place_element(element=row, beside=other, side="after", version=row.version, by=by)
