"""Keeping a row, a check and a target: success, refusal, ledger, rollback."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from lib.writes import StaleError
from strategy.models import NationalTarget, RegisterEntry
from strategy.services import update_check, update_entry, update_target
from tests.builders import make_department, make_item, make_national_plan, make_register_entry, today
from tests.national.making import make_check, make_target

pytestmark = pytest.mark.django_db
DONE_ON = dt.date(2026, 1, 5)


def tomorrow():
    return today() + dt.timedelta(days=1)


def test_update_entry_stores_and_records(cast):
    entry = make_register_entry(name="固定資産税")
    values = {"applicable": "yes", "state": "done", "done_on": DONE_ON, "department": cast.tax, "system_name": "標準"}
    update_entry(entry=entry, version=1, by=cast.secretariat, **values)
    stored = RegisterEntry.objects.get(pk=entry.pk)
    assert (stored.state, stored.done_on, stored.department, stored.version) == ("done", DONE_ON, cast.tax, 2)
    book = Entry.objects.get()
    assert (book.act, book.object_label, book.actor_id) == ("update", "固定資産税", cast.secretariat.pk)
    assert book.changes["state"] == ["unknown", "done"]
    assert book.changes["department"] == [None, "税務課"]
    assert "volume" not in book.changes


def test_the_same_values_write_nothing(cast):
    entry = make_register_entry(applicable="yes", state="working")
    update_entry(entry=entry, version=1, by=cast.secretariat, applicable="yes", state="working")
    assert RegisterEntry.objects.get(pk=entry.pk).version == 1
    assert not Entry.objects.exists()


def test_a_department_of_the_same_name_is_another_department(cast):
    old = make_department(name="税務課", valid_to=dt.date(2024, 3, 31))
    entry = make_register_entry(department=old)
    update_entry(entry=entry, version=1, by=cast.secretariat, department=cast.tax)
    assert RegisterEntry.objects.get(pk=entry.pk).department == cast.tax


def refused_entry(cast, given=None, **values):
    entry = make_register_entry(**given or {})
    with pytest.raises(ValidationError) as refusal:
        update_entry(entry=entry, version=1, by=cast.secretariat, **values)
    stored = RegisterEntry.objects.get(pk=entry.pk)
    assert stored.version == 1
    assert not Entry.objects.exists()
    return refusal.value.message_dict


YES = {"applicable": "yes"}


@pytest.mark.parametrize(
    ("values", "field", "word"),
    [
        ({"applicable": "no"}, "reason", "理由"),
        ({**YES, "volume": 10, "online_volume": 11}, "online_volume", "年間件数以下"),
        ({**YES, "online_volume": 3}, "volume", "年間件数も"),
        ({**YES, "volume": -1}, "volume", "0"),
        ({**YES, "state": "done"}, "done_on", "完了日"),
        ({**YES, "state": "working", "done_on": DONE_ON}, "done_on", "状態を「済」に"),
        ({"state": "done", "done_on": DONE_ON}, "applicable", "該当を「対象」に"),
        ({"applicable": "no", "reason": "なし", "state": "done", "done_on": DONE_ON}, "applicable", "該当を「対象」"),
        ({**YES, "channel": "none"}, "channel", "対象外"),
        ({**YES, "channel": "counter", "state": "done", "done_on": DONE_ON}, "channel", "オンライン"),
        ({**YES, "state": "working", "due_on": dt.date(2020, 1, 1)}, "due_on", "今日以後"),
        ({**YES, "state": "finished"}, "state", "finished"),
        ({**YES, "system_name": "あ" * 101}, "system_name", "100"),
    ],
)
def test_update_entry_refuses(cast, values, field, word):
    messages = refused_entry(cast, **values)
    assert list(messages) == [field]
    assert word in messages[field][0]


def test_a_row_cannot_be_done_tomorrow(cast):
    messages = refused_entry(cast, applicable="yes", state="done", done_on=tomorrow())
    assert "先の日付" in messages["done_on"][0]


def test_a_row_may_be_done_today(cast):
    entry = make_register_entry()
    update_entry(entry=entry, version=1, by=cast.secretariat, applicable="yes", state="done", done_on=today())
    assert RegisterEntry.objects.get(pk=entry.pk).state == "done"


@pytest.mark.parametrize("applicable", ["yes", "unknown"])
def test_a_row_of_the_prefecture_never_counts(cast, applicable):
    given = {"prefectural": True, "applicable": "no", "reason": "県の事務"}
    messages = refused_entry(cast, given, applicable=applicable)
    assert "県の事務" in messages["applicable"][0]


def test_a_row_of_the_prefecture_may_name_its_department(cast):
    entry = make_register_entry(prefectural=True, applicable="no", reason="県の事務")
    update_entry(entry=entry, version=1, by=cast.secretariat, department=cast.tax)
    assert RegisterEntry.objects.get(pk=entry.pk).department == cast.tax


def test_an_expected_date_that_has_passed_may_stay(cast):
    entry = make_register_entry(applicable="yes", state="working", due_on=dt.date(2026, 3, 31))
    update_entry(entry=entry, version=1, by=cast.secretariat, due_on=dt.date(2026, 3, 31), system_name="標準")
    assert RegisterEntry.objects.get(pk=entry.pk).system_name == "標準"


def test_an_abolished_department_is_refused_but_stays_where_it_is(cast):
    gone = make_department(valid_to=dt.date(2024, 3, 31))
    assert "廃止" in refused_entry(cast, department=gone)["department"][0]
    entry = make_register_entry(department=gone)
    update_entry(entry=entry, version=1, by=cast.secretariat, department=gone, system_name="標準")
    assert RegisterEntry.objects.get(pk=entry.pk).department == gone


def test_update_entry_never_overwrites_a_newer_row(cast):
    entry = make_register_entry(applicable="yes", state="working")
    RegisterEntry.objects.filter(pk=entry.pk).update(state="deferred", version=2)
    with pytest.raises(StaleError) as stale:
        update_entry(entry=entry, version=1, by=cast.secretariat, state="planned")
    assert stale.value.current.state == "deferred"
    assert RegisterEntry.objects.get(pk=entry.pk).state == "deferred"
    assert not Entry.objects.exists()


def test_only_the_kept_fields_can_be_written(cast):
    entry = make_register_entry(prefectural=True, applicable="no", reason="県の事務")
    with pytest.raises(TypeError, match="prefectural"):
        update_entry(entry=entry, version=1, by=cast.secretariat, prefectural=False)


def test_a_failing_ledger_takes_the_write_back(cast, monkeypatch):
    entry = make_register_entry()

    def fail(**kwargs):
        raise RuntimeError("ledger")

    monkeypatch.setattr("strategy.services.national.ledger.record", fail)
    with pytest.raises(RuntimeError, match="ledger"):
        update_entry(entry=entry, version=1, by=cast.secretariat, applicable="yes")
    assert RegisterEntry.objects.get(pk=entry.pk).applicable == "unknown"


def test_update_check_stores_and_records(cast):
    check = make_check(text="ビジョンを描いた")
    update_check(check=check, version=1, by=cast.secretariat, state="done", evidence="第3回本部会議", done_on=DONE_ON)
    check.refresh_from_db()
    assert (check.state, check.evidence, check.version) == ("done", "第3回本部会議", 2)
    assert Entry.objects.get().changes == {
        "state": ["open", "done"], "evidence": ["", "第3回本部会議"], "done_on": [None, "2026-01-05"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "field", "word"),
    [
        ({"state": "done"}, "done_on", "済んだ日"),
        ({"state": "working", "done_on": DONE_ON}, "done_on", "状態を「済」"),
        ({"state": "over"}, "state", "over"),
        ({"evidence": "あ" * 301}, "evidence", "300"),
    ],
)
def test_update_check_refuses(cast, values, field, word):
    check = make_check()
    with pytest.raises(ValidationError) as refusal:
        update_check(check=check, version=1, by=cast.secretariat, **values)
    assert word in refusal.value.message_dict[field][0]
    check.refresh_from_db()
    assert (check.state, check.version) == ("open", 1)
    assert not Entry.objects.exists()


def test_a_check_cannot_be_done_tomorrow(cast):
    with pytest.raises(ValidationError, match="先の日付"):
        update_check(check=make_check(), version=1, by=cast.secretariat, state="done", done_on=tomorrow())


def test_update_check_never_overwrites_a_newer_row(cast):
    check = make_check()
    with pytest.raises(StaleError):
        update_check(check=check, version=7, by=cast.secretariat, state="working")


def test_update_target_stores_and_records(cast):
    target = make_target(due_on=dt.date(2026, 3, 31))
    update_target(target=target, version=1, by=cast.secretariat, statement="改めた", due_on=dt.date(2027, 3, 31))
    stored = NationalTarget.objects.get(pk=target.pk)
    assert (stored.statement, stored.due_on, stored.version) == ("改めた", dt.date(2027, 3, 31), 2)
    assert Entry.objects.get().changes["due_on"] == ["2026-03-31", "2027-03-31"]


@pytest.mark.parametrize(
    ("values", "field", "word"),
    [
        ({"due_on": dt.date(2020, 12, 31)}, "due_on", "令和3年1月1日"),
        ({"statement": ""}, "statement", "空"),
        ({"statement": "あ" * 301}, "statement", "300"),
        ({"source": ""}, "source", "出典"),
    ],
)
def test_update_target_refuses(cast, values, field, word):
    plan = make_national_plan(period_from=dt.date(2021, 1, 1))
    target = make_target(item=make_item(plan=plan))
    with pytest.raises(ValidationError) as refusal:
        update_target(target=target, version=1, by=cast.secretariat, **values)
    assert word in refusal.value.message_dict[field][0]
    assert NationalTarget.objects.get(pk=target.pk).version == 1
    assert not Entry.objects.exists()


def test_a_target_without_a_period_takes_any_date(cast):
    target = make_target()
    update_target(target=target, version=1, by=cast.secretariat, due_on=dt.date(2019, 4, 1))
    assert NationalTarget.objects.get(pk=target.pk).due_on == dt.date(2019, 4, 1)
