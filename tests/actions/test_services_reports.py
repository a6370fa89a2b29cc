"""Writes of reports: drafts, 変更なし, ad hoc, acceptance, and two people at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions import services
from actions.models import Action, ProgressReport
from audit.models import Entry
from audit.services import verify
from lib import ledger
from lib.writes import StaleError
from tests.builders import make_action, make_reply, make_report, make_round, today

pytestmark = pytest.mark.django_db

AS_OF = dt.date(2026, 9, 30)


@pytest.fixture
def reply(cast):
    return make_reply(round=make_round("2026H1"), department=cast.tax)


@pytest.fixture
def action(cast):
    return make_action(
        lead_department=cast.tax, lifecycle="running", percent=30, starts_on=dt.date(2026, 4, 1),
        ends_on=dt.date(2028, 3, 31), reported_as_of=dt.date(2026, 3, 31),
    )  # fmt: skip


def save(action, reply, by, **kw):
    said = {"lifecycle": "running", "percent": 40, "done": "試行した。"}
    return services.save_report(action=action, reply=reply, by=by, **said | kw)


def acts(act: str) -> int:
    return Entry.objects.filter(act=act, object_type="actions.progressreport").count()


def test_a_draft_is_stored_for_the_end_of_the_period(cast, action, reply):
    report = save(action, reply, cast.member)
    assert (report.as_of, report.percent, report.accepted_at, report.reported_by) == (AS_OF, 40, None, cast.member)
    reply.refresh_from_db()
    assert reply.started_at
    action.refresh_from_db()
    assert action.percent == 30
    entry = Entry.objects.get(act="report")
    assert entry.changes["lifecycle"] == [None, "実施中"]
    assert verify().sound


def test_a_second_save_changes_the_one_draft(cast, action, reply):
    first = save(action, reply, cast.member)
    second = save(action, reply, cast.lead, percent=45, version=first.version)
    assert second.pk == first.pk
    assert (second.version, second.percent, second.reported_by) == (2, 45, cast.lead)
    entry = Entry.objects.filter(act="report").first()
    assert entry.changes["percent"] == [40, 45]
    assert "done" not in entry.changes


def test_the_same_words_once_more_change_nothing(cast, action, reply):
    first = save(action, reply, cast.member)
    again = save(action, reply, cast.lead, version=first.version)
    assert (again.version, again.reported_by, acts("report")) == (1, cast.member, 1)
    with pytest.raises(StaleError):
        save(action, reply, cast.lead, version=first.version - 1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"percent": 101}, "percent"),
        ({"percent": -1}, "percent"),
        ({"percent": None}, "percent"),
        ({"lifecycle": "sleeping"}, "lifecycle"),
        ({"done": "長" * 1001}, "done"),
        ({"reason": "長" * 301}, "reason"),
        ({"reason_kind": "weather"}, "reason_kind"),
    ],
)
def test_wrong_values_are_refused_by_field_and_nothing_is_stored(cast, action, reply, wrong, field):
    with pytest.raises(ValidationError) as refused:
        save(action, reply, cast.member, **wrong)
    assert list(refused.value.error_dict) == [field]
    assert not ProgressReport.objects.exists()
    assert acts("report") == 0
    reply.refresh_from_db()
    assert reply.started_at is None


def test_done_means_all_of_it(cast, action, reply):
    assert save(action, reply, cast.member, lifecycle="done", percent=60).percent == 100


def test_a_missing_reason_does_not_stop_a_draft(cast, action, reply):
    report = save(action, reply, cast.member, percent=20)
    assert report.reason == ""


def test_an_action_of_another_department_is_refused(cast, reply):
    with pytest.raises(ValidationError, match="担当ではありません"):
        save(make_action(lead_department=cast.welfare), reply, cast.member)


def test_an_archived_action_takes_no_report(cast, action, reply):
    services.archive_action(action=action, by=cast.secretariat)
    with pytest.raises(ValidationError, match="保管した取組"):
        save(action, reply, cast.member)


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_a_reply_on_its_way_takes_no_report(cast, action, reply, state):
    reply.state = state
    reply.save()
    for write in (save, lambda a, r, by: services.mark_no_change(action=a, reply=r, by=by)):
        with pytest.raises(ValidationError):
            write(action, reply, cast.member)
    with pytest.raises(ValidationError):
        services.mark_rest_no_change(reply=reply, by=cast.member)
    assert not ProgressReport.objects.exists()


def test_a_closed_round_takes_no_report(cast, action, reply):
    reply.round.closed_at = timezone.now()
    reply.round.save()
    with pytest.raises(ValidationError, match="締め切"):
        save(action, reply, cast.member)


def test_a_draft_that_moved_on_is_not_overwritten(cast, action, reply):
    first = save(action, reply, cast.member)
    save(action, reply, cast.lead, percent=50, version=first.version)
    with pytest.raises(StaleError) as refused:
        save(action, reply, cast.member, percent=60, version=first.version)
    assert refused.value.current.percent == 50
    assert ProgressReport.objects.get().percent == 50
    assert acts("report") == 2


def test_a_draft_nobody_was_shown_is_not_overwritten(cast, action, reply):
    save(action, reply, cast.lead)
    with pytest.raises(StaleError):
        save(action, reply, cast.member, percent=60)
    assert ProgressReport.objects.get().percent == 40


def test_a_draft_taken_back_meanwhile_is_told(cast, action, reply):
    with pytest.raises(StaleError) as refused:
        save(action, reply, cast.member, version=3)
    assert refused.value.current is None


def test_the_loser_of_a_race_to_create_gets_the_winners_row(cast, action, reply, monkeypatch):
    """Between looking and inserting, another person inserts; the unique constraint decides."""
    from actions.services import reports

    def look_too_early(action, reply):
        make_report(action=action, reply=reply, percent=77, as_of=AS_OF)

    monkeypatch.setattr(reports, "_draft", look_too_early)
    with pytest.raises(StaleError) as refused:
        save(action, reply, cast.member)
    assert refused.value.current.percent == 77
    assert not Entry.objects.filter(act="report").exists()


def test_no_change_repeats_the_last_official_words(cast, action, reply):
    last = make_report(
        action=action, percent=30, done="様式を確定した。", reason_kind="people", reason="要員不足",
        as_of=dt.date(2026, 3, 31), accepted_at=timezone.now(),
    )  # fmt: skip
    action.last_report = last
    action.save()
    report = services.mark_no_change(action=action, reply=reply, by=cast.member)
    assert report.no_change
    assert (report.lifecycle, report.percent, report.done) == ("running", 30, "様式を確定した。")
    assert (report.reason_kind, report.reason, report.as_of) == ("people", "要員不足", AS_OF)


def test_no_change_over_a_draft_needs_its_version(cast, action, reply):
    report = save(action, reply, cast.member)
    with pytest.raises(StaleError):
        services.mark_no_change(action=action, reply=reply, by=cast.lead)
    changed = services.mark_no_change(action=action, reply=reply, by=cast.lead, version=report.version)
    assert changed.no_change
    assert (changed.pk, changed.percent) == (report.pk, 30)


def test_saving_after_no_change_is_a_change(cast, action, reply):
    report = services.mark_no_change(action=action, reply=reply, by=cast.member)
    assert not save(action, reply, cast.member, version=report.version).no_change


def test_the_rest_is_reported_at_once(cast, action, reply):
    others = [make_action(lead_department=cast.tax) for _ in range(3)]
    make_action(lead_department=cast.tax, lifecycle="done")
    make_action(lead_department=cast.welfare)
    save(action, reply, cast.member)
    reports = services.mark_rest_no_change(reply=reply, by=cast.member)
    assert {r.action_id for r in reports} == {a.pk for a in others}
    assert all(r.no_change for r in reports)
    assert ProgressReport.objects.get(action=action).percent == 40
    assert acts("report") == 4
    assert services.mark_rest_no_change(reply=reply, by=cast.member) == []


def test_the_rest_takes_the_same_queries_for_any_number(cast, reply):
    def count(n: int) -> int:
        for _ in range(n):
            make_action(lead_department=cast.tax)
        with CaptureQueriesContext(connection) as queries:
            services.mark_rest_no_change(reply=reply, by=cast.member)
        return len(queries)

    services.mark_rest_no_change(reply=reply, by=cast.member)
    assert count(3) == count(9)


def test_undo_takes_a_draft_back(cast, action, reply):
    report = save(action, reply, cast.member)
    with pytest.raises(StaleError):
        services.undo_report(action=action, reply=reply, by=cast.lead, version=report.version + 1)
    services.undo_report(action=action, reply=reply, by=cast.lead, version=report.version)
    assert not ProgressReport.objects.exists()
    entry = Entry.objects.get(act="unreport")
    assert entry.changes["percent"] == [40, None]
    with pytest.raises(ValidationError, match="取り消す報告がありません"):
        services.undo_report(action=action, reply=reply, by=cast.member)


def test_an_accepted_report_is_never_taken_back_or_changed(cast, action, reply):
    report = save(action, reply, cast.member)
    services.accept_reports(reply=reply, by=cast.secretariat)
    with pytest.raises(ValidationError, match="受理された報告"):
        services.undo_report(action=action, reply=reply, by=cast.member)
    with pytest.raises(ValidationError, match="すでに受理"):
        save(action, reply, cast.member, version=report.version + 1)


def test_acceptance_makes_the_draft_official(cast, action, reply):
    report = save(action, reply, cast.member, percent=5, reason_kind="budget", reason="補正が見送られた")
    services.accept_reports(reply=reply, by=cast.secretariat)
    action.refresh_from_db()
    report.refresh_from_db()
    assert report.accepted_at
    assert (action.percent, action.reported_as_of, action.last_report, action.behind) == (5, AS_OF, report, False)
    entry = Entry.objects.get(act="accept")
    assert entry.object_id == str(action.pk)
    assert entry.changes["percent"] == [30, 5]
    assert entry.changes["reported_as_of"] == ["2026-03-31", "2026-09-30"]


def test_acceptance_computes_whether_the_action_is_behind(cast, reply):
    action = make_action(lead_department=cast.tax, starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2027, 3, 31))
    save(action, reply, cast.member, percent=29)
    services.accept_reports(reply=reply, by=cast.secretariat)
    action.refresh_from_db()
    assert action.behind


def test_an_older_report_never_replaces_a_newer_one(cast, action, reply):
    action.reported_as_of, action.percent = dt.date(2026, 12, 31), 80
    action.save()
    report = save(action, reply, cast.member)
    services.accept_reports(reply=reply, by=cast.secretariat)
    action.refresh_from_db()
    report.refresh_from_db()
    assert report.accepted_at
    assert (action.percent, action.reported_as_of, action.last_report) == (80, dt.date(2026, 12, 31), None)


def test_acceptance_takes_the_same_queries_for_any_number(cast):
    def count(n: int, period: str) -> int:
        reply = make_reply(round=make_round(period), department=cast.tax)
        for _ in range(n):
            make_action(lead_department=cast.tax)
        services.mark_rest_no_change(reply=reply, by=cast.member)
        with CaptureQueriesContext(connection) as queries:
            services.accept_reports(reply=reply, by=cast.secretariat)
        return len(queries)

    assert count(3, "2025H2") == count(9, "2026H1")


def test_acceptance_without_reports_does_nothing(cast, reply):
    assert services.accept_reports(reply=reply, by=cast.secretariat) == []


@pytest.fixture
def running(cast):
    """An action at 30 % that is planned to take ten years from today."""
    return make_action(
        lead_department=cast.tax, lifecycle="running", percent=30, starts_on=today() - dt.timedelta(days=400),
        ends_on=today() + dt.timedelta(days=3650), reported_as_of=today() - dt.timedelta(days=200),
    )  # fmt: skip


def ad_hoc(action, by, **kw):
    return services.ad_hoc_report(action=action, by=by, **{"lifecycle": "running", "percent": 60} | kw)


def test_an_ad_hoc_report_is_official_at_once(cast, running):
    report = ad_hoc(running, cast.lead, done="公開した。")
    assert report.reply is None
    assert (report.as_of, bool(report.accepted_at)) == (today(), True)
    assert (running.percent, running.last_report, running.reported_as_of) == (60, report, today())
    assert Entry.objects.filter(act="report", note="随時報告").count() == 1
    assert Entry.objects.get(act="accept").changes["percent"] == [30, 60]


def test_an_ad_hoc_report_needs_the_reason_that_is_due(cast, running):
    with pytest.raises(ValidationError) as refused:
        ad_hoc(running, cast.lead, percent=20, reason_kind="people")
    assert list(refused.value.error_dict) == ["reason"]
    assert "30%から下がっています" in refused.value.messages[0]
    assert not ProgressReport.objects.exists()
    ad_hoc(running, cast.lead, percent=20, reason_kind="people", reason="やり直し")
    assert Action.objects.get().percent == 20


def test_an_ad_hoc_report_stays_between_the_last_one_and_today(cast, running):
    with pytest.raises(ValidationError, match="今日まで"):
        ad_hoc(running, cast.lead, as_of=today() + dt.timedelta(days=1))
    with pytest.raises(ValidationError, match="最後の報告より前"):
        ad_hoc(running, cast.lead, as_of=running.reported_as_of - dt.timedelta(days=1))
    last = running.reported_as_of
    assert ad_hoc(running, cast.lead, as_of=last).as_of == last


def test_an_ad_hoc_report_never_falls_behind_a_period_that_ends_later(cast, running):
    end = today() + dt.timedelta(days=60)
    Action.objects.filter(pk=running.pk).update(reported_as_of=end)
    assert ad_hoc(running, cast.lead).as_of == end


def test_an_archived_action_takes_no_ad_hoc_report(cast, running):
    services.archive_action(action=running, by=cast.secretariat)
    with pytest.raises(ValidationError, match="保管した取組"):
        ad_hoc(running, cast.lead)


def test_a_command_reports_without_a_user(action, reply):
    report = save(action, reply, ledger.command("デモ"))
    assert report.reported_by is None
    assert Entry.objects.get(act="report").origin == "command"
