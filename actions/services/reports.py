"""Writes of progress reports: drafts of a round, 変更なし, ad hoc reports, and making them official."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from actions import rules, status
from actions.models import Action, Grade, ProgressReport
from actions.queries import said_by, said_now, span_of, span_with
from actions.services.dates import (
    move_end_by_report,
    move_milestones,
    moves_of,
    planned_moves,
    reach_milestones,
    stones_by_key,
)
from actions.services.labels import OFFICIAL_FIELDS, labelled, refuse_long_text, report_state
from lib import ledger
from lib.writes import StaleError, save_versioned
from rounds.models import Reply
from rounds.services import touch

SAID = (
    "lifecycle", "percent", "done", "reason_kind", "reason", "no_change", "grade", "new_ends_on", "milestones_done",
    "milestones_moved",
)  # fmt: skip
GRADE_OF_OTHERS = "この計画で使っている評価区分から選んでください。"
NOT_LED = "この取組は、この課の担当ではありません。"
ARCHIVED = "保管した取組には報告できません。"


@transaction.atomic
@ledger.gathered()
def save_report(
    *, action: Action, reply: Reply, lifecycle: str, percent: int, by: Any, done: str = "",
    reason_kind: str = "", reason: str = "", version: int | None = None,
    grade: Grade | None = None, new_ends_on: dt.date | None = None, reached: Mapping[int, dt.date] | None = None,
    moved: Mapping[int, dt.date] | None = None,
) -> ProgressReport:  # fmt: skip
    """Store the draft of one action in a round; `version` is that of the draft seen, None for none seen.

    `new_ends_on` proposes another end date, `moved` other due dates of milestones (by key), and `reached` says which
    milestones were reached when: all become official with the report.

    A reason that is still missing does not stop a draft: the section counts it as missing, and the
    reply cannot be submitted before. Raises ValidationError by field, StaleError if the draft moved on.
    """
    _refuse_foreign(action, reply)
    touch(reply=reply, by=by)
    values = {
        "lifecycle": lifecycle, "percent": _percent(lifecycle, percent), "done": done,
        "reason_kind": reason_kind, "reason": reason, "no_change": False,
        **_beside(action, grade, new_ends_on, reached, moved, reply),
    }  # fmt: skip
    if new_ends_on == action.ends_on and action.date_changes.filter(report__reply=reply).exists():
        # Being corrected: today's end date is what this very reply had moved it to.
        values["new_ends_on"] = new_ends_on
    return _upsert(action, reply, values, version=version, by=by)


@transaction.atomic
@ledger.gathered()
def mark_no_change(
    *, action: Action, reply: Reply, by: Any, version: int | None = None
) -> ProgressReport:  # fmt: skip
    """Report that nothing changed: the last official words again, as a report of their own."""
    _refuse_foreign(action, reply)
    touch(reply=reply, by=by)
    return _upsert(action, reply, unchanged(action), version=version, by=by)


@transaction.atomic
@ledger.gathered()
def mark_rest_no_change(*, reply: Reply, by: Any) -> list[ProgressReport]:
    """Report 変更なし for every action of the department that has no draft yet, in one statement."""
    touch(reply=reply, by=by)
    rest = Action.objects.reportable().filter(lead_department=reply.department_id)
    rest = rest.exclude(reports__reply=reply).select_related("last_report")
    reports = [_new(a, reply, unchanged(a), by) for a in rest]
    try:
        with transaction.atomic():
            ProgressReport.objects.bulk_create(reports)
    except IntegrityError as error:
        raise ValidationError("同時に別の人が報告しました。画面を開き直してください。") from error
    ledger.record_many([ledger.event(by=by, act="report", obj=r, after=report_state(r)) for r in reports])
    return reports


@transaction.atomic
@ledger.gathered()
def undo_report(*, action: Action, reply: Reply, by: Any, version: int | None = None) -> None:
    """Take a draft back; an official report stays. `version`, where given, must be that of the draft."""
    touch(reply=reply, by=by)
    report = _draft(action, reply)
    if report is None:
        raise ValidationError("取り消す報告がありません。")
    if report.accepted_at is not None:
        raise ValidationError("受理された報告は取り消せません。")
    if version is not None and version != report.version:
        raise StaleError(report)
    ledger.record(by=by, act="unreport", obj=report, before=report_state(report))
    report.delete()


@transaction.atomic
def ad_hoc_report(
    *, action: Action, lifecycle: str, percent: int, by: Any, done: str = "",
    reason_kind: str = "", reason: str = "", as_of: dt.date | None = None, grade: Grade | None = None,
    new_ends_on: dt.date | None = None, reached: Mapping[int, dt.date] | None = None,
    moved: Mapping[int, dt.date] | None = None,
) -> ProgressReport:  # fmt: skip
    """Report outside a round (随時報告); official at once, so a reason that is due must be there.

    `as_of` is today unless given; never before the last official report. Two such reports on one
    day both stay in the history, the later one as the last word.
    """
    stored = Action.objects.select_for_update(no_key=True).get(pk=action.pk)
    _refuse_archived(stored)
    report = ProgressReport(
        action=stored, as_of=_as_of(stored, as_of), lifecycle=lifecycle, percent=_percent(lifecycle, percent),
        done=done, reason_kind=reason_kind, reason=reason, accepted_at=timezone.now(),
        reported_by_id=ledger.actor(by).user_id, **_beside(stored, grade, new_ends_on, reached, moved),
    )  # fmt: skip
    _validate(report)
    _require_reason(report)
    report.save()
    ledger.record(by=by, act="report", obj=report, after=report_state(report), note="随時報告")
    _make_official([(stored, report)], by)
    action.refresh_from_db()
    return report


def hold_actions(replies: Sequence[Reply]) -> None:
    """Lock the actions that accepting the replies will write."""
    drafts = ProgressReport.objects.filter(reply__in=replies, accepted_at__isnull=True)
    rows = Action.objects.filter(pk__in=drafts.values("action")).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


@transaction.atomic
def accept_reports(*, reply: Reply, by: Any) -> list[ProgressReport]:
    """Make the drafts of a reply official and carry them to their actions; constant number of queries.

    A report never takes the place of one for a later day.
    """
    drafts = reply.reports.filter(accepted_at__isnull=True).select_related("grade")
    reports = list(drafts.select_for_update(of=("self",), no_key=True).order_by("pk"))
    actions = (
        Action.objects.select_for_update(no_key=True).order_by("pk").in_bulk([r.action_id for r in reports])
    )  # fmt: skip
    now = timezone.now()
    ProgressReport.objects.filter(pk__in=[r.pk for r in reports]).update(
        accepted_at=now, version=models.F("version") + 1, updated_at=now
    )
    for report in reports:
        report.accepted_at = now
    _make_official([(actions[r.action_id], r) for r in reports], by)
    return reports


def unchanged(action: Action) -> dict[str, Any]:
    """The official values, with the words of the last report where there is one."""
    last = action.last_report
    words = {n: getattr(last, n) for n in ("done", "reason_kind", "reason")} if last else {}
    return {"done": "", "reason_kind": "", "reason": "", **words} | {
        "lifecycle": action.lifecycle, "percent": action.percent, "no_change": True,
        "grade_id": action.self_grade_id, "new_ends_on": None, "milestones_done": {},
        "milestones_moved": {},
    }  # fmt: skip


def _refuse_foreign(action: Action, reply: Reply) -> None:
    if action.lead_department_id != reply.department_id:
        raise ValidationError(NOT_LED)
    _refuse_archived(action)


def _refuse_archived(action: Action) -> None:
    if action.archived_at is not None:
        raise ValidationError(ARCHIVED)


def _percent(lifecycle: str, percent: int) -> int:
    return 100 if lifecycle in status.DONE_LIFECYCLES else percent


def _beside(
    action: Action, grade: Grade | None, new_ends_on: dt.date | None, reached: Mapping[int, dt.date] | None,
    moved: Mapping[int, dt.date] | None, reply: Reply | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What a report says beside its figures, checked: own grade, new end date, milestones reached and moved."""
    if grade and not grade.scale.plan_scales.filter(plan=action.plan_id).exists():
        raise ValidationError({"grade": GRADE_OF_OTHERS})
    if new_ends_on and new_ends_on < action.starts_on:
        raise ValidationError({"new_ends_on": "新しい終了予定日は開始日以後の日にしてください。"})
    return {
        "grade": grade, "new_ends_on": None if new_ends_on == action.ends_on else new_ends_on,
        "milestones_done": _reached(action, reached or {}),
        "milestones_moved": planned_moves(action, moved or {}, reply),
    }  # fmt: skip


def _reached(action: Action, reached: Mapping[int, dt.date]) -> dict[str, dict[str, str]]:
    """Milestones with their names, so that the report reads the same when the plan has changed."""
    if not reached:
        return {}
    stones = stones_by_key(action, reached)
    if any(day > timezone.localdate() for day in reached.values()):
        raise ValidationError("節目の達成日は今日までの日にしてください。")
    return {str(pk): {"title": stones[pk].title, "done_on": day.isoformat()} for pk, day in sorted(reached.items())}


def _draft(action: Action, reply: Reply) -> ProgressReport | None:
    return (
        ProgressReport.objects.select_for_update(of=("self",), no_key=True)
        .select_related("action")
        .filter(action=action, reply=reply)
        .first()
    )


def _new(action: Action, reply: Reply, values: dict[str, Any], by: Any) -> ProgressReport:
    return ProgressReport(
        action=action, reply=reply, as_of=reply.round.period_end,
        reported_by_id=ledger.actor(by).user_id, **values,
    )  # fmt: skip


def _upsert(
    action: Action, reply: Reply, values: dict[str, Any], *, version: int | None, by: Any
) -> ProgressReport:  # fmt: skip
    """Create or change the one draft; two people at once end in one row and one StaleError."""
    report = _draft(action, reply)
    if report is None:
        return _create(action, reply, values, version=version, by=by)
    if report.accepted_at is not None:
        raise ValidationError("この取組の報告はすでに受理されています。")
    if version == report.version and all(getattr(report, name) == value for name, value in values.items()):
        return report  # saved once more as it stands: nothing is said anew
    before = report_state(report)
    for name, value in values.items():
        setattr(report, name, value)
    report.reported_by_id = ledger.actor(by).user_id
    _validate(report)
    # Without a version the caller saw no draft, so any draft is news to them.
    save_versioned(report, version=version or 0, fields=[*SAID, "reported_by_id"])
    ledger.record(by=by, act="report", obj=report, before=before, after=report_state(report))
    return report


def _create(
    action: Action, reply: Reply, values: dict[str, Any], *, version: int | None, by: Any
) -> ProgressReport:  # fmt: skip
    if version is not None:
        raise StaleError(None)
    report = _new(action, reply, values, by)
    _validate(report)
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as error:
        raise StaleError(ProgressReport.objects.filter(action=action, reply=reply).first()) from error
    ledger.record(by=by, act="report", obj=report, after=report_state(report))
    return report


def _validate(report: ProgressReport) -> None:
    refuse_long_text(report)
    known = ("action", "reply", "reported_by", "grade")
    report.full_clean(exclude=known, validate_unique=False, validate_constraints=False)


def _as_of(action: Action, asked: dt.date | None) -> dt.date:
    today, last = timezone.localdate(), action.reported_as_of
    if asked is None:
        return max(today, last) if last else today
    if asked > today:
        raise ValidationError({"as_of": "基準日は今日までの日にしてください。"})
    if last and asked < last:
        raise ValidationError({"as_of": "最後の報告より前の日を基準日にはできません。"})
    return asked


def _require_reason(report: ProgressReport) -> None:
    action = report.action
    demand = rules.reason_demand(
        said_by(action), said_now(report), span_with(report), timezone.localdate(), span_of(action),
        pushes_milestone=report.pushes_milestone,
    )  # fmt: skip
    missing = [n for n in ("reason_kind", "reason") if not getattr(report, n)]
    if demand and missing:
        raise ValidationError(dict.fromkeys(missing, demand))


def _make_official(pairs: list[tuple[Action, ProgressReport]], by: Any) -> None:
    """Carry reports to their actions. Dates and milestones move with any report, the words only with the latest."""
    moved, events, redated = [], [], set()
    earlier = moves_of([r for _, r in pairs])
    for action, report in pairs:
        before = labelled(action, OFFICIAL_FIELDS)
        pushed = move_end_by_report(action, report, by, earlier.get(report.pk))
        redated |= {action.pk} if pushed else set()
        if not action.reported_as_of or report.as_of >= action.reported_as_of:
            _take_over(action, report)
        elif not pushed:
            continue
        said = action.last_report or report
        action.behind = status.is_behind(said.percent, action.starts_on, action.ends_on, said.as_of)
        events.append(
            ledger.event(by=by, act="accept", obj=action, before=before, after=labelled(action, OFFICIAL_FIELDS))
        )
        moved.append(action)
    Action.objects.bulk_update(
        moved, ["lifecycle", "percent", "reported_as_of", "behind", "last_report", "self_grade", "ends_on"],
        batch_size=500,
    )  # fmt: skip
    redated |= move_milestones(pairs, by)
    reached = reach_milestones([r for _, r in pairs], by)
    redated |= {int(event.object_id) for event in reached}
    # An open form of the plan holds the dates of before, and would put them back.
    Action.objects.filter(pk__in=redated).update(version=models.F("version") + 1)
    ledger.record_many([*events, *reached])


def _take_over(action: Action, report: ProgressReport) -> None:
    action.lifecycle, action.percent = report.lifecycle, report.percent
    action.reported_as_of, action.last_report = report.as_of, report
    action.self_grade = report.grade
