"""What a snapshot holds of the live city."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import GradeScale, Hurdle
from meetings import content
from meetings.compare import compare
from meetings.queries_collect import collect
from meetings.queries_present import present
from tests import world as worlds
from tests.builders import make_action, make_report, today
from tests.conftest import make_cast
from tests.indicators.builders import make_indicator
from tests.meetings.making import make_decision

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return worlds.build(make_cast())


def row(found, action):
    return next(r for r in found["actions"] if r["id"] == action.pk)


def test_an_empty_portal_can_be_collected():
    found = collect(today())
    assert found["actions"] == found["departments"] == found["decisions"] == []
    assert found["round"] is None
    assert content.load(*_proof(found)) == found


def _proof(found):
    frozen = content.dump(found)
    return frozen.text, frozen.sha256


def test_every_key_of_the_schema_is_there(world):
    make_decision(department=world.own)
    found = collect(today())
    kinds = {
        "actions": content.ActionRow, "departments": content.DepartmentRow, "items": content.ItemRow,
        "elements": content.ElementRow, "indicators": content.IndicatorRow, "decisions": content.DecisionRow,
    }  # fmt: skip
    for section, kind in kinds.items():
        assert found[section], section
        assert set(found[section][0]) >= kind.__required_keys__, section
    assert set(found) >= content.Content.__required_keys__
    assert set(found["maturity"]) == content.Maturity.__required_keys__
    assert set(found["maturity"]["axes"][0]) == content.AxisRow.__required_keys__
    assert set(found["round"]) == content.RoundRow.__required_keys__


def test_it_is_plain_json_that_reads_back_the_same(world):
    found = collect(today())
    assert json.loads(content.dump(found).text) == found


def test_an_action_has_all_labels_of_that_day(world):
    report = make_report(
        action=world.action, as_of=dt.date(2026, 9, 29), accepted_at=world.report.accepted_at, reason_kind="people",
        reason="職員が足りない", done="試行した。",
    )  # fmt: skip
    type(world.action).objects.filter(pk=world.action.pk).update(last_report=report, percent=40)
    found = row(collect(today()), world.action)
    assert (found["title"], found["department_name"]) == ("電子申請の拡大", "税務課")
    assert (found["lifecycle_label"], found["percent"]) == ("実施中", 40)
    assert (found["reason_kind_label"], found["reason"]) == ("人材", "職員が足りない")
    assert found["items"] == [{"key": world.item.key, "name": "フロントヤード改革"}]
    assert found["elements"][0]["title"] == "手続のデジタル化"
    assert found["phases"][0]["owner_label"] == "推進室"
    assert found["milestones"][0]["title"] == "公開"


def test_moves_of_the_end_and_grades_are_told(world):
    old = world.action.ends_on
    world.action.date_changes.create(
        kind="end", old_on=old, new_on=old + dt.timedelta(days=30), reason_kind="people", reason="要員の不足",
        changed_at=world.report.accepted_at,
    )  # fmt: skip
    scale = GradeScale.objects.create(name="4段階")
    grade = scale.grades.create(code="B", label="やや遅れ", value=3)
    type(world.action).objects.filter(pk=world.action.pk).update(pushes=1, self_grade=grade)
    found = row(collect(today()), world.action)
    assert found["push_count"] == 1
    assert set(found["pushes"][0]) == content.PushRow.__required_keys__
    assert (found["pushes"][0]["before"], found["pushes"][0]["reason"]) == (old.isoformat(), "要員の不足")
    assert found["self_grade"] == {"code": "B", "label": "やや遅れ", "value": 3}
    assert found["head_grade"] is None


def test_hurdles_of_replies_on_their_way_stay_out(world):
    values = {"kind": "people", "raised_by_department": world.own, "raised_on": today()}
    hurdle = Hurdle.objects.create(title="職員が足りない", accepted_at=world.report.accepted_at, **values)
    hurdle.actions.set([world.action])
    Hurdle.objects.create(title="下書きの課題", reply=world.reply, **values)
    found = collect(today())["hurdles"]
    assert "下書きの課題" not in [h["title"] for h in found]
    told = next(h for h in found if h["title"] == "職員が足りない")
    assert set(told) == content.HurdleRow.__required_keys__
    assert told["actions"] == [world.action.pk]


def test_merged_actions_say_where_they_went(world):
    rows = type(world.action).objects.filter(pk=world.action.pk)
    rows.update(
        archived_at=world.report.accepted_at, merged_into=world.foreign_action, merge_kind="merged", merge_reason="重複"
    )
    found = collect(today())["merged"]
    assert set(found[0]) == content.MergedRow.__required_keys__
    assert (found[0]["into"], found[0]["reason"]) == (world.foreign_action.pk, "重複")


def test_archived_actions_stay_out(world):
    type(world.action).objects.filter(pk=world.action.pk).update(archived_at=world.report.accepted_at)
    assert world.action.pk not in [a["id"] for a in collect(today())["actions"]]


def test_counts_agree_with_the_rows(world):
    found = collect(today())
    assert sum(found["totals"].values()) == len(found["actions"])
    for department in found["departments"]:
        mine = [a for a in found["actions"] if a["department"] == department["id"]]
        assert sum(department["counts"].values()) == len(mine)
    for item in found["items"]:
        assert item["total"] == sum(item["key"] in [i["key"] for i in a["items"]] for a in found["actions"])


def test_silence_is_told_with_its_streak(world):
    found = {d["id"]: d for d in collect(today())["departments"]}
    assert found[world.own.pk]["reply"] == "silent"
    assert found[world.own.pk]["streak"] == 1
    assert set(collect(today())["silent"]) == {world.own.pk, world.foreign.pk}


def test_queries_do_not_grow(world):
    def queries():
        with CaptureQueriesContext(connection) as found:
            collect(today())
        return len(found)

    make_decision(department=world.own)
    few = queries()
    for n in range(8):
        action = make_action(lead_department=world.own, elements=[world.element], items=[world.item])
        make_report(action=action, accepted_at=world.report.accepted_at)
        make_indicator(name=f"増えた指標{n}", department=world.own)
        make_decision(department=world.own)
    assert queries() == few <= 45


def test_nothing_is_written(world):
    with CaptureQueriesContext(connection) as found:
        collect(today())
    assert not [q["sql"] for q in found if not q["sql"].startswith("SELECT")]


def test_the_present_is_compared_as_a_snapshot_of_today_would_be(world):
    """`queries_present` reads less than `collect`; nothing that a comparison says may be missing."""
    make_decision(department=world.own)
    make_indicator(name="割合", targets={today().year: "10"})
    pushed = make_action(title="動いた取組", pushes=1, ends_on=today() + dt.timedelta(days=90))
    pushed.date_changes.create(
        kind="end", old_on=today(), new_on=pushed.ends_on, reason_kind="people", reason="要員の不足",
        changed_at=timezone.now(), changed_by=world.cast.secretariat,
    )  # fmt: skip
    gone = make_action(title="まとめた取組", archived_at=timezone.now(), merged_into=world.action, merge_kind="merged")
    whole, now = collect(today()), present(today()).content
    empty = whole | {
        key: [] for key in ("actions", "departments", "silent", "elements", "indicators", "hurdles", "decisions")
    }
    before = {"ends_on": "2020-01-01", "state": "stop", "title": "前の名"}
    changed = [a | before | {"percent": a["percent"] + 1} for a in whole["actions"]]
    older = whole | {"actions": [*changed, changed[0] | {"id": gone.pk}, changed[0] | {"id": 0}]}
    for old in (whole, empty, older):
        assert compare(old, now) == compare(old, whole)
    assert any(m.reason == "要員の不足" for m in compare(older, now).actions)
    assert any("merged" in m.kinds for m in compare(older, now).actions)
