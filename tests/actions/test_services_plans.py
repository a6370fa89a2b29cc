"""Writes of an action's plan: success, refusal, ledger, rollback."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from actions import services
from actions.models import Action, Phase
from audit.models import Entry
from audit.services import verify
from lib.writes import StaleError
from tests.builders import (
    main_plan,
    make_action,
    make_department,
    make_element,
    make_item,
    make_milestone,
    make_phase,
    make_report,
    make_rubric,
)

pytestmark = pytest.mark.django_db

START, END = dt.date(2026, 4, 1), dt.date(2028, 3, 31)


def values(**kw):
    base = {
        "plan": main_plan(), "code": "K-12", "title": "標準準拠システムへの移行", "lead_department": make_department(),
        "starts_on": START, "ends_on": END,
    }  # fmt: skip
    return base | kw


def phase(**kw):
    base = {
        "label": "調査検討",
        "owner": "office",
        "starts_on": START,
        "ends_on": dt.date(2026, 9, 30),
        "actual": False,
    }
    return base | kw


def entries(action: Action, act: str) -> list[Entry]:
    return list(Entry.objects.about(action).filter(act=act).order_by("seq"))


def test_create_stores_everything_and_writes_the_ledger(cast):
    element, item, axis = (
        make_element(title="標準化"),
        make_item(name="情報システムの標準化"),
        make_rubric().axes.first(),
    )
    action = services.create_action(
        by=cast.secretariat, phases=[phase()], milestones=[{"title": "公開", "due_on": END, "done_on": None}],
        **values(elements=[element], items=[item], axes=[axis], supporting=[cast.welfare]),
    )  # fmt: skip
    assert list(action.elements.all()) == [element]
    assert action.phases.get().label == "調査検討"
    assert action.milestones.get().due_on == END
    (entry,) = entries(action, "create")
    assert entry.changes["lead_department"][1] == str(action.lead_department)
    assert entry.changes["elements"] == [None, [str(element)]]
    assert entry.changes["national_items"] == [None, ["情報システムの標準化"]]
    assert entry.changes["starts_on"] == [None, "2026-04-01"]
    assert entry.actor == cast.secretariat.ledger_label
    assert verify().sound


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "長" * 121}, "title"),
        ({"code": "長" * 21}, "code"),
        ({"purpose": "長" * 2001}, "purpose"),
        ({"ends_on": START - dt.timedelta(days=1)}, "ends_on"),
        ({"lead_department": None}, "lead_department"),
    ],
)
def test_create_refuses_wrong_values(cast, wrong, field):
    with pytest.raises(ValidationError) as refused:
        services.create_action(by=cast.secretariat, **values(**wrong))
    assert field in refused.value.error_dict
    assert not Action.objects.exists()
    assert not Entry.objects.filter(act="create", object_type="actions.action").exists()


def test_a_code_is_taken_once_in_a_plan(cast):
    make_action(code="K-12")
    with pytest.raises(ValidationError, match="同じ計画の別の取組"):
        services.create_action(by=cast.secretariat, **values())


def test_a_wrong_phase_rolls_the_whole_creation_back(cast):
    rows = [phase(), phase(ends_on=dt.date(2026, 3, 1))]
    with pytest.raises(ValidationError) as refused:
        services.create_action(by=cast.secretariat, phases=rows, **values())
    assert refused.value.messages == ["工程の2行目の終わり：終わりは始め以後の日にしてください。"]
    assert not Action.objects.exists()
    assert not Entry.objects.filter(object_type="actions.action").exists()


def test_an_unknown_field_is_a_programming_error(cast):
    with pytest.raises(TypeError, match="percent"):
        services.create_action(by=cast.secretariat, **values(percent=50))


def test_update_records_labels_before_and_after(cast):
    old, new = make_element(title="前の要素"), make_element(title="後の要素")
    action = make_action(title="前の名", elements=[old])
    services.update_action(
        action=action, version=1, by=cast.secretariat, title="後の名", lead_department=cast.tax, elements=[new]
    )
    action.refresh_from_db()
    assert (action.title, action.version, action.lead_department) == ("後の名", 2, cast.tax)
    assert list(action.elements.all()) == [new]
    (entry,) = entries(action, "update")
    assert entry.changes["title"] == ["前の名", "後の名"]
    assert entry.changes["lead_department"][1] == "税務課"
    assert entry.changes["elements"] == [[str(old)], [str(new)]]
    assert "purpose" not in entry.changes


def test_update_refuses_a_stale_version_and_writes_nothing(cast):
    action = make_action(title="前の名")
    services.update_action(action=Action.objects.get(pk=action.pk), version=1, by=cast.secretariat, title="先の名")
    with pytest.raises(StaleError) as refused:
        services.update_action(action=action, version=1, by=cast.lead, title="後の名", elements=[make_element()])
    assert refused.value.current.title == "先の名"
    action.refresh_from_db()
    assert action.title == "先の名"
    assert not action.elements.exists()
    assert len(entries(action, "update")) == 1


def test_moved_dates_decide_anew_whether_the_action_is_behind(cast):
    as_of = dt.date(2026, 9, 30)
    action = make_action(starts_on=START, ends_on=dt.date(2027, 3, 31), percent=20, reported_as_of=as_of, behind=True)
    services.update_action(action=action, version=1, by=cast.secretariat, ends_on=END, date_reason="契約の遅れ")
    action.refresh_from_db()
    assert not action.behind
    services.update_action(action=action, version=2, by=cast.secretariat, ends_on=dt.date(2026, 12, 31))
    action.refresh_from_db()
    assert action.behind


def test_an_unreported_action_is_never_behind(cast):
    action = make_action(starts_on=START, ends_on=END)
    services.update_action(action=action, version=1, by=cast.secretariat, ends_on=dt.date(2026, 4, 2))
    action.refresh_from_db()
    assert not action.behind


def test_archive_and_restore(cast):
    action = make_action()
    services.archive_action(action=action, by=cast.secretariat)
    assert action.archived_at
    assert not Action.objects.live().exists()
    with pytest.raises(ValidationError, match="すでに保管"):
        services.archive_action(action=action, by=cast.secretariat)
    services.restore_action(action=action, by=cast.secretariat)
    assert Action.objects.live().get() == action
    with pytest.raises(ValidationError, match="保管されていません"):
        services.restore_action(action=action, by=cast.secretariat)
    assert len(entries(action, "archive")) == len(entries(action, "restore")) == 1


def test_set_phases_replaces_the_list(cast):
    action = make_action(starts_on=START, ends_on=END)
    make_phase(action=action, label="古い段階")
    services.set_phases(
        action=action, by=cast.secretariat,
        rows=[phase(label="整備", starts_on=dt.date(2026, 10, 1), ends_on=END), phase(actual=True)],
    )  # fmt: skip
    assert [p.label for p in action.phases.all()] == ["調査検討", "整備"]
    (entry,) = entries(action, "update")
    before, after = entry.changes["phases"]
    assert before[0].startswith("古い段階（推進室）")
    assert after[0] == "調査検討（推進室・実績）令和8年4月1日〜令和8年9月30日"
    assert action.version == Action.objects.get().version == 2


def test_set_phases_names_every_wrong_row_and_keeps_the_old_list(cast):
    action = make_action(starts_on=START, ends_on=END)
    kept = make_phase(action=action)
    rows = [phase(label=""), phase(), phase(owner="nobody"), phase(ends_on=dt.date(2020, 1, 1))]
    with pytest.raises(ValidationError) as refused:
        services.set_phases(action=action, by=cast.secretariat, rows=rows)
    heads = [m.split("：")[0] for m in refused.value.messages]
    assert heads == ["工程の1行目の段階", "工程の3行目の主体", "工程の4行目の終わり"]
    assert list(Phase.objects.all()) == [kept]
    assert Action.objects.get().version == 1


def test_an_unchanged_list_leaves_no_trace(cast):
    action = make_action(starts_on=START, ends_on=END)
    make_phase(action=action, ends_on=dt.date(2026, 9, 30))
    services.set_phases(action=action, by=cast.secretariat, rows=[phase()])
    assert not entries(action, "update")


def test_set_milestones(cast):
    action = make_action()
    make_milestone(action=action, title="古い節目")
    rows = [{"title": "契約", "due_on": START, "done_on": START}, {"title": "公開", "due_on": END, "done_on": None}]
    services.set_milestones(action=action, by=cast.secretariat, rows=rows)
    assert [m.title for m in action.milestones.all()] == ["契約", "公開"]
    (entry,) = entries(action, "update")
    assert entry.changes["milestones"][1] == ["契約 令和8年4月1日（令和8年4月1日達成）", "公開 令和10年3月31日"]


def test_a_milestone_is_not_reached_in_the_future(cast):
    action = make_action()
    rows = [{"title": "公開", "due_on": END, "done_on": dt.date(2099, 1, 1)}]
    with pytest.raises(ValidationError, match="節目の1行目の達成日：達成日は今日まで"):
        services.set_milestones(action=action, by=cast.secretariat, rows=rows)


def test_update_with_lists_is_one_whole(cast):
    action = make_action(title="前の名", starts_on=START, ends_on=END)
    with pytest.raises(ValidationError, match="工程の1行目"):
        services.update_action(action=action, version=1, by=cast.secretariat, title="後の名", phases=[phase(label="")])
    stored = Action.objects.get()
    assert (stored.title, stored.version) == ("前の名", 1)
    assert not entries(action, "update")


def test_reports_survive_the_archive(cast):
    report = make_report()
    services.archive_action(action=report.action, by=cast.secretariat)
    report.refresh_from_db()
    assert report.action.archived_at
