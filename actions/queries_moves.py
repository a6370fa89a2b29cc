"""What the reports of several replies move: plain values for weighing, whole rows for those that are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Case, F, JSONField, Q, Value, When
from django.db.models.functions import Coalesce

from actions.models import Action, Grade, ProgressReport
from actions.queries import Row, said_by
from actions.weighing import Moved
from rounds.models import Reply

# The scale of the own grade before, and the one that the plan uses now: only a grade of that one counts.
SCALES = ("action__self_grade__scale_id", "action__plan__plan_scale__scale_id")
# Reply, code and key of the action, key of the report, and the values of `Moved` with what they follow from.
COLUMNS = (
    "reply_id", "action__code", "action_id", "pk", *SCALES, "action__self_grade_id", "grade_id",
    "stones", "moved", "action__lifecycle", "action__percent", "action__reported_as_of",
    "lifecycle", "percent", "as_of", "action__starts_on", "action__ends_on", "new_ends_on", "no_change", "new_reason",
)  # fmt: skip
ROW = ("grade", "action__last_report", "action__self_grade", "action__plan__plan_scale")
Line = tuple[int, str, int, int, Moved]


def moves_of(replies: Sequence[Reply]) -> list[Line]:
    """What every report of replies that are not accepted moves, in the order of the actions' codes: reply, code,
    action and report with the values (1 query)."""
    rows = ProgressReport.objects.filter(reply__in=[r.pk for r in replies]).order_by()
    asked = {"new_reason": _new_reason(), "stones": _with_stones(), "moved": _moved()}
    return sorted(map(_line, rows.annotate(**asked).values_list(*COLUMNS)), key=lambda line: line[1:3])


def _new_reason() -> Case:
    """1 where the report gives a reason that is not the one of the last official report."""
    last = Coalesce(F("action__last_report__reason"), Value(""))
    return Case(When(~Q(reason="") & ~Q(reason=last), then=Value(1)), default=Value(0))


def _with_stones() -> Case:
    """1 where the report says something of milestones."""
    return Case(When(milestones_done={}, milestones_moved={}, then=Value(0)), default=Value(1))


def _moved() -> Case:
    """The milestones that the report moves, None where it moves none: reading as many empty ones takes its time."""
    field = JSONField(null=True)
    return Case(When(milestones_moved={}, then=None), default=F("milestones_moved"), output_field=field)


def _line(row: tuple) -> Line:
    reply, code, action, key, scale_before, scale, grade_before, grade, stones, shifted, *rest = row
    lifecycle_before, percent_before, before, lifecycle, percent, as_of, starts_on, ends_on, new, same, reason = rest
    held = grade_before if scale_before == scale else None
    moved = Moved(
        lifecycle_before, percent_before, before, lifecycle, percent, as_of, starts_on, ends_on,
        new if new != ends_on else None, bool(shifted) and any(m["due_on"] > m["old_on"] for m in shifted.values()),
        bool(stones), grade if grade != held else None, same, bool(reason),
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
    """Rows of some reports that are not accepted, without their milestones (1 query)."""
    rows = ProgressReport.objects.filter(pk__in=keys).select_related(*ROW)
    return [Row(r.action, None, r, said_by(r.action), r.action.last_report, today, _held(r.action)) for r in rows]


def _held(action: Action) -> list[Grade]:
    """The own grade before, where it belongs to the scale that the plan uses."""
    grade, used = action.self_grade, getattr(action.plan, "plan_scale", None)
    return [grade] if grade and used and grade.scale_id == used.scale_id else []
