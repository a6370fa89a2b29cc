"""Loading the published facts: exact counts, twice the same, nothing overwritten."""

from __future__ import annotations

import copy

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from lib import ledger
from strategy.models import (
    Checklist,
    ChecklistItem,
    ItemMapping,
    NationalPlan,
    NationalTarget,
    PriorityItem,
    Register,
    RegisterEntry,
)
from strategy.services import load_checklists, load_national_plans, load_registers
from tests.builders import make_national_plan
from tests.national.making import facts

pytestmark = pytest.mark.django_db
BY = ledger.command("load")


def load_plans():
    return load_national_plans(data=facts("national_plans"), by=BY)


def items(label, category):
    return PriorityItem.objects.filter(plan__label=label, category=category)


def test_national_plans_exactly():
    assert load_plans() == {"plans": 3, "items": 26, "targets": 20, "mappings": 14}
    counts = {c: items("第1.0版", c).count() for c in ("priority", "accompanying", "other", "organisation")}
    assert counts == {"priority": 6, "accompanying": 2, "other": 3, "organisation": 1}
    counts = {c: items("第2.3版", c).count() for c in ("priority", "accompanying", "other", "organisation")}
    assert counts == {"priority": 7, "accompanying": 3, "other": 0, "organisation": 4}
    assert not PriorityItem.objects.filter(plan__label="2025年3月改定").exists()
    assert NationalPlan.objects.current().get().label == "第2.3版"


def test_unverified_facts_stay_unverified():
    load_plans()
    assert not items("第1.0版", "other").filter(verified=True).exists()
    assert not items("第2.3版", "accompanying").filter(verified=True).exists()
    assert PriorityItem.objects.filter(verified=False).count() == 6
    assert NationalTarget.objects.filter(verified=False).count() == 7


def test_items_stand_in_the_order_of_their_categories():
    load_plans()
    shown = list(PriorityItem.objects.filter(plan__label="第2.3版").values_list("key", flat=True))
    assert shown == [
        *(f"n23-{n}" for n in range(1, 8)), *(f"n23-a{n}" for n in range(1, 4)), *(f"n23-t{n}" for n in range(1, 5))
    ]  # fmt: skip


def test_mappings_between_the_versions():
    load_plans()
    words = sorted(ItemMapping.objects.values_list("relation", flat=True))
    assert words == ["absorbed", *["equal"] * 5, "new", "new", "subset", "subset", *["superset"] * 4]
    online = ItemMapping.objects.get(source__key="n1-3")
    assert (online.target.key, online.relation) == ("n23-1", "absorbed")
    assert ItemMapping.objects.filter(source__key="n1-t1").count() == 4


def test_registers_exactly():
    load_plans()
    assert load_registers(data=facts("registers"), by=BY) == {"registers": 2, "entries": 51}
    systems, procedures = Register.objects.get(key="systems20"), Register.objects.get(key="procedures31")
    assert (systems.entries.count(), procedures.entries.count()) == (20, 31)
    assert (systems.item.key, procedures.item.key) == ("n23-2", "n23-1")
    groups = [procedures.entries.filter(group=g).count() for g in ("子育て", "介護", "被災者支援", "自動車保有")]
    assert groups == [15, 11, 1, 4]
    assert procedures.entries.filter(verified=False).count() == 5
    assert systems.entries.tallied() == {"done": 0, "applicable": 0, "unknown": 20, "excluded": 0}
    assert procedures.entries.tallied() == {"done": 0, "applicable": 0, "unknown": 27, "excluded": 4}
    assert all(e.reason for e in procedures.entries.filter(prefectural=True))


def test_checklists_exactly():
    assert load_checklists(data=facts("checklists"), by=BY) == {"checklists": 2, "groups": 5, "checks": 25}
    steps = Checklist.objects.get(key="steps")
    assert [(g.number, g.items.count()) for g in steps.groups.all()] == [(0, 4), (1, 3), (2, 4), (3, 2)]
    assert ChecklistItem.objects.filter(group__checklist__key="principles12").count() == 12
    assert not ChecklistItem.objects.exclude(state="open").exists()


def test_loading_again_adds_and_records_nothing():
    for _ in range(2):
        load_plans()
        load_registers(data=facts("registers"), by=BY)
        load_checklists(data=facts("checklists"), by=BY)
        entries = Entry.objects.count()
    assert entries == 7
    assert load_plans() == {"plans": 0, "items": 0, "targets": 0, "mappings": 0}
    assert load_registers(data=facts("registers"), by=BY) == {"registers": 0, "entries": 0}
    assert load_checklists(data=facts("checklists"), by=BY) == {"checklists": 0, "groups": 0, "checks": 0}
    assert Entry.objects.count() == 7


def test_the_ledger_tells_what_each_load_added():
    load_plans()
    entry = Entry.objects.get(object_label="自治体DX推進計画 第2.3版")
    assert (entry.act, entry.origin, entry.actor) == ("load", "command", "load")
    assert entry.changes == {
        "plans": [None, 1], "items": [None, 14], "targets": [None, 13], "mappings": [None, 14],
    }  # fmt: skip


def test_corrections_survive_a_second_load():
    load_plans()
    load_registers(data=facts("registers"), by=BY)
    PriorityItem.objects.filter(key="n23-1").update(name="改めた名称")
    NationalTarget.objects.filter(item__key="n23-2", order=1).update(statement="改めた目標")
    RegisterEntry.objects.filter(name="戸籍").update(applicable="yes", state="working")
    load_plans()
    load_registers(data=facts("registers"), by=BY)
    assert PriorityItem.objects.get(key="n23-1").name == "改めた名称"
    assert NationalTarget.objects.filter(item__key="n23-2").count() == 3
    assert NationalTarget.objects.get(item__key="n23-2", order=1).statement == "改めた目標"
    assert RegisterEntry.objects.get(name="戸籍").state == "working"


def test_rows_added_to_the_file_are_added_to_the_register():
    load_plans()
    load_registers(data=facts("registers"), by=BY)
    more = facts("registers")
    row = {"number": 21, "group": "", "name": "新しい業務", "scope": "municipal", "verified": False}
    more["registers"][0]["entries"].append(row)
    assert load_registers(data=more, by=BY) == {"registers": 0, "entries": 1}
    assert Entry.objects.latest("seq").changes == {"entries": [None, 1]}


def test_the_version_the_city_follows_is_not_replaced():
    other = make_national_plan(is_current=True)
    load_plans()
    assert NationalPlan.objects.current().get() == other


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d["plans"][0].pop("name"), "name"),
        (lambda d: d.pop("plans"), "plans"),
        (lambda d: d["plans"][1]["items"][0].pop("key"), "key"),
        (lambda d: d["mappings"][0].update(to="n99-1"), "n99-1"),
        (lambda d: d["plans"][1]["items"][0].update(category="wish"), "wish"),
        (lambda d: d["plans"][1].update(as_of="2024-13-01"), "2024-13-01"),
        (lambda d: d["plans"][1]["items"][0].update(name="名" * 101), "100"),
    ],
)
def test_a_broken_file_is_refused_and_leaves_nothing(change, word):
    data = copy.deepcopy(facts("national_plans"))
    change(data)
    with pytest.raises(ValidationError, match=word):
        load_national_plans(data=data, by=BY)
    assert not NationalPlan.objects.exists()
    assert not Entry.objects.exists()


def test_a_register_needs_its_item_first():
    with pytest.raises(ValidationError, match="先に国の計画を読み込んでください"):
        load_registers(data=facts("registers"), by=BY)
    assert not Register.objects.exists()
