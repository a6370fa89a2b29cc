"""What the reports of several replies move: plain values for weighing, whole rows for those that are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from actions.models import ProgressReport
from actions.queries import Row, beside_of, grades_by_plan, said_by
from actions.weighing import Moved
from rounds.models import Reply

# Reply, code and key of the action, key of the report, plan, and the values of `Moved` with what they follow from.
COLUMNS = (
    "reply_id", "action__code", "action_id", "pk", "action__plan_id", "action__self_grade_id", "grade_id",
    "milestones_done", "milestones_moved", "action__lifecycle", "action__percent", "action__reported_as_of",
    "lifecycle", "percent", "as_of", "action__starts_on", "action__ends_on", "new_ends_on", "no_change",
)  # fmt: skip
Line = tuple[int, str, int, int, Moved]


def moves_of(replies: Sequence[Reply]) -> list[Line]:
    """What every report of replies that are not accepted moves, in the order of the actions' codes: reply, code,
    action and report with the values (1 query, 2 where grades are given)."""
    rows = ProgressReport.objects.filter(reply__in=[r.pk for r in replies]).order_by()
    found = list(rows.annotate(new_reason=_new_reason()).values_list(*COLUMNS, "new_reason"))
    plans = {row[4] for row in found if row[6]}
    scales = {(plan, g.pk) for plan, g in grades_by_plan(plans)} if plans else set()
    return sorted((_line(row, scales) for row in found), key=lambda line: line[1:3])


def _new_reason() -> Case:
    """1 where the report gives a reason that is not the one of the last official report."""
    last = Coalesce(F("action__last_report__reason"), Value(""))
    return Case(When(~Q(reason="") & ~Q(reason=last), then=Value(1)), default=Value(0))


def _line(row: tuple, scales: set[tuple[int, int]]) -> Line:
    reply, code, action, key, plan, grade_before, grade, done, stones, *rest = row
    lifecycle_before, percent_before, before, lifecycle, percent, as_of, starts_on, ends_on, new, same, reason = rest
    held = grade_before if (plan, grade_before) in scales else None
    moved = Moved(
        lifecycle_before, percent_before, before, lifecycle, percent, as_of, starts_on, ends_on,
        new if new != ends_on else None, any(m["due_on"] > m["old_on"] for m in stones.values()),
        bool(done or stones), grade if grade != held else None, same, bool(reason),
    )  # fmt: skip
    return reply, code, action, key, moved


def moved_in(row: Row) -> Moved:
    """The same of a whole row, which has a report."""
    report, action, before = row.report, row.action, row.before
    assert report is not None
    last = row.last.reason if row.last else ""
    return Moved(
        before.lifecycle, before.percent, before.as_of, report.lifecycle, report.percent, report.as_of,
        action.starts_on, action.ends_on, row.new_ends_on, report.pushes_milestone,
        bool(report.milestones_done or report.milestones_moved),
        report.grade_id if report.grade != row.grade_before else None, report.no_change,
        bool(report.reason) and report.reason != last,
    )  # fmt: skip


def rows_of_reports(keys: Sequence[int], today: dt.date) -> list[Row]:
    """Whole rows of some reports that are not accepted (2 queries, 1 more for their milestones)."""
    rows = ProgressReport.objects.filter(pk__in=keys).select_related("grade", "action__last_report", "reply")
    reports = list(rows.defer("reply__frozen"))
    beside = beside_of([r.action for r in reports])
    return [
        Row(r.action, r.reply, r, said_by(r.action), r.action.last_report, today, **beside.of(r.action))
        for r in reports
    ]  # fmt: skip
