"""計画変更: every later move of a promised date is kept with its reason, counted once, and never lost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions import services
from actions.models import Action, DateChange
from audit.models import Entry
from lib.writes import StaleError
from rounds.services import accept_reply
from rounds.services import correct_reply as correct
from tests.actions.conftest import days
from tests.builders import make_action, make_milestone, make_phase, make_report, today

pytestmark = pytest.mark.django_db


def update(action, by, **kw):
    return services.update_action(action=action, version=action.version, by=by, **kw)


def step(obj, **kw):
    of_phase = ("label", "owner", "starts_on", "ends_on", "actual")
    names = ("title", "due_on", "done_on") if hasattr(obj, "due_on") else of_phase
    return {name: getattr(obj, name) for name in names} | {"id": obj.pk} | kw


def test_a_later_end_is_kept_with_reason_person_and_day(cast, action):
    old = action.ends_on
    update(action, cast.lead, ends_on=old + days(90), date_reason="契約が遅れた", date_reason_kind="budget")
    change = DateChange.objects.get()
    assert (change.kind, change.old_on, change.new_on) == ("end", old, old + days(90))
    assert (change.reason, change.reason_kind, change.changed_by) == ("契約が遅れた", "budget", cast.lead)
    assert timezone.localdate(change.changed_at) == today()
    action.refresh_from_db()
    assert action.pushes == 1
    entry = Entry.objects.filter(act="push").get()
    assert entry.note == "契約が遅れた"


@pytest.mark.parametrize("reason", ["", "　 "])
def test_a_later_end_without_a_reason_changes_nothing(cast, action, reason):
    before = Entry.objects.count()
    with pytest.raises(ValidationError) as refused:
        update(action, cast.lead, ends_on=action.ends_on + days(1), title="新しい名前", date_reason=reason)
    assert set(refused.value.error_dict) == {"date_reason"}
    stored = Action.objects.get()
    assert (stored.pushes, stored.title, stored.version) == (0, "標準準拠システムへの移行", 1)
    assert not DateChange.objects.exists()
    assert Entry.objects.count() == before


def test_a_reason_that_is_too_long_is_refused(cast, action):
    with pytest.raises(ValidationError, match="300字以内"):
        update(action, cast.lead, ends_on=action.ends_on + days(1), date_reason="長" * 301)


def test_an_earlier_end_is_kept_but_not_counted(cast, action):
    update(action, cast.lead, ends_on=action.ends_on - days(10))
    assert not DateChange.objects.get().is_later
    assert Action.objects.get().pushes == 0


def test_every_push_counts(cast, action):
    for n in (1, 2, 3):
        update(action, cast.lead, ends_on=action.ends_on + days(30), date_reason=f"理由{n}")
        action.refresh_from_db()
    assert action.pushes == 3
    assert [c.reason for c in action.date_changes.of_end()] == ["理由1", "理由2", "理由3"]


def test_the_database_refuses_a_push_without_a_reason(action):
    with pytest.raises(IntegrityError), transaction.atomic():
        DateChange.objects.create(
            action=action, kind="end", old_on=action.ends_on, new_on=action.ends_on + days(1), changed_at=timezone.now()
        )


def test_a_milestone_keeps_its_key_and_its_history(cast, action):
    stone = make_milestone(action=action, due_on=today() + days(30))
    rows = [step(stone, due_on=today() + days(60), title="公開（改）")]
    update(action, cast.lead, milestones=rows, date_reason="試験の延長")
    kept = action.milestones.get()
    assert (kept.pk, kept.title) == (stone.pk, "公開（改）")
    change = stone.date_changes.get()
    assert (change.kind, change.label, change.new_on) == ("milestone", "公開（改）", today() + days(60))
    assert Action.objects.get().pushes == 0


def test_a_milestone_without_its_key_is_found_by_its_title(cast, action):
    stone = make_milestone(action=action, due_on=today() + days(30))
    row = {"title": "公開", "due_on": today() + days(40), "done_on": None}
    with pytest.raises(ValidationError, match="理由"):
        services.set_milestones(action=action, rows=[row], by=cast.lead)
    services.set_milestones(action=action, rows=[row], by=cast.lead, date_reason="遅れ")
    assert action.milestones.get().pk == stone.pk


def test_a_key_of_another_action_does_not_steal_its_milestone(cast, action):
    foreign = make_milestone(action=make_action())
    row = {"id": foreign.pk, "title": "公開", "due_on": today(), "done_on": None}
    services.set_milestones(action=action, rows=[row], by=cast.lead)
    foreign.refresh_from_db()
    assert foreign.action_id != action.pk
    assert action.milestones.get().pk != foreign.pk


def test_a_planned_phase_moves_with_a_reason_and_an_actual_one_freely(cast, action):
    planned, actual = make_phase(action=action), make_phase(action=action, label="整備", actual=True)
    later = action.ends_on + days(20)
    rows = [step(planned), step(actual, ends_on=later)]
    services.set_phases(action=action, rows=rows, by=cast.lead)
    assert not DateChange.objects.exists()
    with pytest.raises(ValidationError, match="理由"):
        services.set_phases(action=action, rows=[step(planned, ends_on=later), step(actual)], by=cast.lead)
    services.set_phases(action=action, rows=[step(planned, ends_on=later)], by=cast.lead, date_reason="遅れ")
    assert DateChange.objects.get().kind == "phase"
    assert action.phases.get().pk == planned.pk


# ---- one milestone in place


def change_stone(stone, by, version=1, **kw):
    values = {"title": stone.title, "due_on": stone.due_on, "done_on": None}
    return services.update_milestone(milestone=stone, version=version, by=by, **values | kw)


def test_a_milestone_is_reached_in_place(cast, action):
    stone = make_milestone(action=action)
    change_stone(stone, cast.lead, done_on=today())
    stone.refresh_from_db()
    assert stone.done_on == today()
    assert Action.objects.get().version == 2
    assert Entry.objects.latest("pk").changes["milestones"][1][0].endswith("達成）")


def test_two_people_on_one_milestone_end_in_a_conflict(cast, action):
    stone = make_milestone(action=action)
    change_stone(stone, cast.lead, done_on=today())
    with pytest.raises(StaleError):
        change_stone(stone, cast.secretariat, title="別の名前")
    stone.refresh_from_db()
    assert stone.title == "公開"


def test_a_milestone_in_the_future_is_not_reached(cast, action):
    stone = make_milestone(action=action)
    with pytest.raises(ValidationError, match="今日まで"):
        change_stone(stone, cast.lead, done_on=today() + days(1))


def test_a_later_milestone_needs_a_reason_in_place_too(cast, action):
    stone = make_milestone(action=action)
    with pytest.raises(ValidationError, match="理由"):
        change_stone(stone, cast.lead, due_on=stone.due_on + days(1))
    stone.refresh_from_db()
    change_stone(stone, cast.lead, due_on=stone.due_on + days(1), date_reason="遅れ")
    assert stone.date_changes.get().reason == "遅れ"


# ---- proposed in a reply


def propose(action, reply, by, **kw):
    values = {"lifecycle": "running", "percent": 40, "reason_kind": "people", "reason": "要員が足りない"}
    return services.save_report(action=action, reply=reply, by=by, **values | kw)


def accept(reply, by):
    reply.refresh_from_db()
    reply.state, reply.submitted_at, reply.approved_at = "approved", timezone.now(), timezone.now()
    reply.save()
    return accept_reply(reply=reply, version=reply.version, by=by)


def test_a_proposed_date_is_official_only_with_the_reply(cast, reply, action):
    old, new = action.ends_on, action.ends_on + days(90)
    propose(action, reply, cast.member, new_ends_on=new)
    action.refresh_from_db()
    assert (action.ends_on, action.pushes) == (old, 0)
    accept(reply, cast.secretariat)
    action.refresh_from_db()
    assert (action.ends_on, action.pushes) == (new, 1)
    change = action.date_changes.get()
    assert (change.reason, change.report.reply, change.changed_by) == ("要員が足りない", reply, cast.secretariat)
    reply.refresh_from_db()
    row = reply.frozen["parts"][0]["actions"][0]
    assert (row["new_ends_on"], row["pushes"]) == (new.isoformat(), 1)


def test_a_proposed_date_without_a_reason_keeps_the_reply_from_being_handed_in(cast, reply, action):
    from actions.sections import ProgressSection

    propose(action, reply, cast.member, new_ends_on=action.ends_on + days(1), reason="", reason_kind="")
    assert [m.label for m in ProgressSection().standing(reply).missing] == ["K-12 の理由が未入力"]
    propose(action, reply, cast.member, new_ends_on=None, reason="", reason_kind="", version=1)
    assert not ProgressSection().standing(reply).missing


def test_the_same_date_is_no_proposal(cast, reply, action):
    assert propose(action, reply, cast.member, new_ends_on=action.ends_on).new_ends_on is None


def test_a_date_before_the_start_is_refused(cast, reply, action):
    with pytest.raises(ValidationError, match="開始日以後"):
        propose(action, reply, cast.member, new_ends_on=action.starts_on - days(1))


def test_no_change_takes_a_proposal_back(cast, reply, action):
    propose(action, reply, cast.member, new_ends_on=action.ends_on + days(90))
    services.mark_no_change(action=action, reply=reply, by=cast.member, version=1)
    assert reply.reports.get().new_ends_on is None


@pytest.mark.parametrize(("again", "pushes"), [(90, 1), (30, 1), (0, 0)])
def test_a_corrected_reply_counts_its_move_once(cast, reply, action, again, pushes):
    old = action.ends_on
    propose(action, reply, cast.member, new_ends_on=old + days(90))
    accepted = accept(reply, cast.secretariat)
    correct(reply=accepted, version=accepted.version, reason="日付の誤り", by=cast.secretariat)
    action.refresh_from_db()
    report = reply.reports.get()
    new = old + days(again) if again else None
    propose(action, reply, cast.member, new_ends_on=new, version=report.version)
    accept(reply, cast.secretariat)
    action.refresh_from_db()
    assert (action.ends_on, action.pushes) == (old + days(again), pushes)
    assert action.date_changes.count() == pushes


def test_a_milestone_reached_in_a_reply_is_official_with_it(cast, reply, action):
    stone = make_milestone(action=action)
    report = propose(action, reply, cast.member, reached={stone.pk: today()})
    assert report.milestones_done == {str(stone.pk): {"title": "公開", "done_on": today().isoformat()}}
    stone.refresh_from_db()
    assert stone.done_on is None
    accept(reply, cast.secretariat)
    stone.refresh_from_db()
    assert stone.done_on == today()


def test_milestones_of_others_and_of_the_future_are_refused(cast, reply, action):
    with pytest.raises(ValidationError, match="この取組にない節目"):
        propose(action, reply, cast.member, reached={make_milestone().pk: today()})
    with pytest.raises(ValidationError, match="今日まで"):
        propose(action, reply, cast.member, reached={make_milestone(action=action).pk: today() + days(1)})


def test_an_ad_hoc_report_moves_the_date_at_once(cast, action):
    new = action.ends_on + days(31)
    with pytest.raises(ValidationError, match="終了予定日を後ろへ"):
        services.ad_hoc_report(action=action, lifecycle="running", percent=60, by=cast.lead, new_ends_on=new)
    why = {"reason_kind": "law", "reason": "法改正"}
    services.ad_hoc_report(action=action, lifecycle="running", percent=60, by=cast.lead, new_ends_on=new, **why)
    assert (action.ends_on, action.pushes) == (new, 1)


@pytest.mark.parametrize("what", ["end", "due", "reached"])
def test_a_plan_that_was_open_meanwhile_does_not_put_accepted_dates_back(cast, reply, action, what):
    stone, seen = make_milestone(action=action), action.version
    said = {
        "end": {"new_ends_on": action.ends_on + days(90)}, "due": {"moved": {stone.pk: stone.due_on + days(90)}},
        "reached": {"reached": {stone.pk: today()}},
    }  # fmt: skip
    propose(action, reply, cast.member, **said[what])
    accept(reply, cast.secretariat)
    stored = Action.objects.get()
    with pytest.raises(StaleError):
        services.update_action(
            action=stored, version=seen, by=cast.lead, ends_on=action.ends_on, milestones=[step(stone)]
        )


def test_words_alone_leave_an_open_plan_as_it_is(cast, reply, action):
    propose(action, reply, cast.member)
    accept(reply, cast.secretariat)
    assert Action.objects.get().version == action.version


def test_a_pushed_plan_is_judged_by_its_new_line(cast, reply):
    """40 % of two years at the end of the first is behind; of four years it is not."""
    start = dt.date(reply.round.period_end.year - 1, reply.round.period_end.month, 1)
    late = make_action(lead_department=cast.tax, starts_on=start, ends_on=reply.round.period_end + days(150))
    make_report(action=late, as_of=start, accepted_at=timezone.now())
    propose(late, reply, cast.member, new_ends_on=late.ends_on + days(730))
    accept(reply, cast.secretariat)
    late.refresh_from_db()
    assert not late.behind
