"""The three source documents and the glossary as data."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.conf import settings

from audit.models import Entry
from strategy import services
from strategy.models import Edition, Element, ElementLink, Layer, Plan, Term
from tests.strategy_plans.shapes import BY, facts, load, named

pytestmark = pytest.mark.django_db

COUNTS = {
    "takarazuka": {
        "ミッション": 1, "実現したい未来の姿": 2, "ビジョン": 3, "目指す姿": 11, "アクション": 11, "バリュー": 7,
    },
    "toyota": {
        "DXの目的・果たす役割": 2, "DXの定義": 1, "10年後に実現・実感したい変化の区分": 2,
        "10年後に実現・実感したい変化": 7, "職員のDX行動指針の区分": 3, "職員のDX行動指針": 10,
    },
    "setouchi": {"基本理念": 1, "理念の要点": 4, "戦略の柱": 2, "戦略推進項目": 9},
}  # fmt: skip


@pytest.mark.parametrize("key", COUNTS)
def test_exact_counts(key: str) -> None:
    edition = load(key)
    assert Counter(e.layer.name for e in edition.elements.select_related("layer")) == COUNTS[key]
    assert list(edition.layers.values_list("name", flat=True)) == list(COUNTS[key])
    assert edition.status == "published"
    assert edition.label == facts(key)["edition"]["label"]


def test_takarazuka_has_22_links_each_way() -> None:
    edition = load("takarazuka")
    assert ElementLink.objects.filter(source__edition=edition).count() == 22

    def targets(key: str) -> str:
        return "".join(named(edition, key).linked.values_list("label", flat=True))

    assert {key: targets(key) for key in ("s1-1", "s2-3", "s3-1", "s3-3", "s3-4")} == {
        "s1-1": "②③", "s2-3": "⑦⑧⑩", "s3-1": "①④⑤⑨", "s3-3": "⑪", "s3-4": "⑥",
    }  # fmt: skip
    assert set(named(edition, "m4").linked_from.values_list("label", flat=True)) == {"1-2", "2-1", "3-1", "3-2"}
    assert [named(edition, f"v{n}").children.count() for n in (1, 2, 3)] == [3, 3, 5]


def test_toyota_groups() -> None:
    edition = load("toyota")
    groups = [named(edition, f"gg{n}", "toyota") for n in (1, 2, 3)]
    assert ["".join(g.children.values_list("label", flat=True)) for g in groups] == ["①②③", "④⑤⑥⑦", "⑧⑨⑩"]


def test_all_three_stand_side_by_side_and_twice_is_once() -> None:
    first = [load(key) for key in COUNTS]
    entries = Entry.objects.count()
    again = [load(key) for key in COUNTS]
    assert [e.pk for e in first] == [e.pk for e in again]
    assert Plan.objects.count() == 3
    assert Element.objects.count() == 35 + 25 + 16
    assert Entry.objects.count() == entries == 3


def test_what_was_edited_meanwhile_stays() -> None:
    edition = load("setouchi")
    Element.objects.filter(edition=edition, label="1").update(title="直した表題")
    load("setouchi")
    assert edition.elements.get(label="1").title == "直した表題"


def test_a_plan_with_a_newer_published_edition_returns_that() -> None:
    edition = load("setouchi")
    draft = services.start_draft(plan=edition.plan, by=BY)
    assert load("setouchi").pk == edition.pk
    services.publish_edition(edition=draft, version=draft.version, by=BY)
    assert load("setouchi").pk == draft.pk


def test_source_and_remarks_are_kept() -> None:
    edition = load("takarazuka")
    assert edition.plan.source == facts("takarazuka")["source"]
    assert "令和5年3月31日時点" in edition.summary
    assert "⑩と⑪の番号が入れ替わって" in edition.summary


def test_ledger_tells_what_was_loaded() -> None:
    load("takarazuka")
    entry = Entry.objects.get(act="load")
    assert entry.note == "階層6、要素35、つながり22、ほかの計画6"
    assert entry.actor == "test"


def test_a_broken_file_loads_nothing() -> None:
    data = facts("takarazuka")
    data["links"] = [*data["links"], ["s1-1", "m99"]]
    with pytest.raises(KeyError):
        services.load_plan(data=data, is_main=False, by=BY)
    assert not Plan.objects.exists()
    assert not Edition.objects.exists()
    assert not Layer.objects.exists()
    assert not Entry.objects.exists()


def test_glossary() -> None:
    data = json.loads((settings.BASE_DIR / "fixtures" / "glossary.json").read_text(encoding="utf-8"))
    assert services.load_terms(data=data, by=BY) == len(data["terms"]) == 26
    Term.objects.filter(term="BPR").update(explanation="直した説明")
    assert services.load_terms(data=data, by=BY) == 0
    assert Term.objects.get(term="BPR").explanation == "直した説明"
    assert Entry.objects.filter(act="load").count() == 26
