"""What the page of one action shows as plain rows: the action, its dates, reports, grades and hurdles.

Each read has a fixed shape (`lib.prepared`); bars and milestones are one of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import CharField, QuerySet, Value

from actions.models import (
    Action,
    DateChange,
    HeadGrade,
    Hurdle,
    Milestone,
    Phase,
    ProgressReport,
    change_choices,
    lifecycle_choices,
    owner_choices,
    reason_choices,
)
from lib.prepared import Prepared

LIFECYCLES, REASONS, OWNERS = dict(lifecycle_choices()), dict(reason_choices()), dict(owner_choices())
CHANGES = dict(change_choices())
UNREAD = ("sought", "created_at", "updated_at")
FIELDS = [f.attname for f in Action._meta.concrete_fields if f.name not in UNREAD]


class Around(NamedTuple):
    """What stands beside the action in the same row."""

    plan: str
    scale: int | None
    department: str
    grade: str | None
    grade_label: str | None
    merged_code: str | None
    merged_title: str | None
    proposal: int | None
    proposal_title: str | None


AROUND = (
    "plan__name", "plan__plan_scale__pk", "lead_department__name", "self_grade__code", "self_grade__label",
    "merged_into__code", "merged_into__title", "proposal__pk", "proposal__title",
)  # fmt: skip
_ACTION = Prepared(lambda pk: Action.objects.filter(pk=pk).order_by().values_list(*FIELDS, *AROUND))


def action_of(pk: int) -> tuple[Action, Around] | None:
    """The action and the names beside it (1 query)."""
    for row in _ACTION.rows(pk):
        return Action.from_db(DEFAULT_DB_ALIAS, FIELDS, row[: len(FIELDS)]), Around._make(row[len(FIELDS) :])
    return None


class Bar(NamedTuple):
    """A phase of the schedule, planned or actual."""

    label: str
    owner: str
    starts_on: dt.date
    ends_on: dt.date
    actual: bool

    @property
    def owner_word(self) -> str:
        return OWNERS[self.owner]


class Mark(NamedTuple):
    """A milestone."""

    pk: int
    title: str
    due_on: dt.date
    done_on: dt.date | None


def _steps(action: int) -> QuerySet[Any]:
    nobody, planned = Value("", CharField()), Value(False)
    marks = Milestone.objects.filter(action=action).order_by()
    bars = Phase.objects.filter(action=action).order_by()
    return bars.values_list("pk", "label", "owner", "starts_on", "ends_on", "actual").union(
        marks.values_list("pk", "title", nobody, "due_on", "done_on", planned), all=True
    )


_STEPS = Prepared(_steps)


def steps_of(action: Action) -> tuple[list[Bar], list[Mark]]:
    """Bars and milestones of an action, each in their order (1 query)."""
    rows = _STEPS.rows(action.pk)
    bars = sorted((r for r in rows if r[2]), key=lambda r: (r[3], r[4], r[0]))
    marks = sorted((r for r in rows if not r[2]), key=lambda r: (r[3], r[0]))
    return [Bar._make(r[1:]) for r in bars], [Mark(pk, title, due, done) for pk, title, _, due, done, _ in marks]


class Report(NamedTuple):
    """A report; without a reply it was given ad hoc."""

    pk: int
    as_of: dt.date
    lifecycle: str
    percent: int
    done: str
    reason_kind: str
    reason: str
    no_change: bool
    accepted_at: dt.datetime | None
    reply: int | None
    department: int | None
    round: str | None
    grade: str | None
    reporter: str | None

    @property
    def lifecycle_word(self) -> str:
        return LIFECYCLES[self.lifecycle]

    @property
    def reason_word(self) -> str:
        return REASONS.get(self.reason_kind, "")

    def owning_department_ids(self) -> set[int]:
        """Those of its reply, whose business a draft is."""
        return {self.department} if self.department else set()


_REPORTS = Prepared(
    lambda action: ProgressReport.objects.filter(action=action).latest_first().values_list(
        *Report._fields[:9], "reply_id", "reply__department_id", "reply__round__title", "grade__code",
        "reported_by__display_name",
    )
)  # fmt: skip


def reports_of(action: Action) -> list[Report]:
    """Every report on an action, latest first (1 query)."""
    return list(map(Report._make, _REPORTS.rows(action.pk)))


class Change(NamedTuple):
    """A move of a date; `round` where it was proposed in a reply."""

    kind: str
    milestone: int | None
    label: str
    old_on: dt.date
    new_on: dt.date
    reason_kind: str
    reason: str
    report: int | None
    round: str | None
    changed_at: dt.datetime
    changed_by: str | None

    @property
    def kind_word(self) -> str:
        return CHANGES[self.kind]

    @property
    def reason_word(self) -> str:
        return REASONS.get(self.reason_kind, "")

    @property
    def is_later(self) -> bool:
        return self.new_on > self.old_on


_CHANGES = Prepared(
    lambda action: DateChange.objects.filter(action=action).order_by("changed_at", "pk").values_list(
        "kind", "milestone_id", *Change._fields[2:7], "report_id", "report__reply__round__title", "changed_at",
        "changed_by__display_name",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Stone:
    """A milestone with the moves of its date."""

    milestone: Milestone | Mark
    changes: Sequence[DateChange | Change] = field(default_factory=list)

    @property
    def pushes(self) -> int:
        return sum(c.is_later for c in self.changes)

    @property
    def anchor(self) -> str:
        return f"stone-{self.milestone.pk}"


def changes_of(action: Action) -> list[Change]:
    """Moves of every date of the action, oldest first (1 query)."""
    return list(map(Change._make, _CHANGES.rows(action.pk)))


def stones_of(marks: Iterable[Mark], changes: Sequence[Change]) -> list[Stone]:
    return [Stone(m, [c for c in changes if c.milestone == m.pk]) for m in marks]


def stone_of(milestone: Milestone) -> Stone:
    return Stone(milestone, list(milestone.date_changes.all()))


class Given(NamedTuple):
    """A grade of headquarters."""

    as_of: dt.date
    code: str
    label: str
    comment: str
    graded_at: dt.datetime
    graded_by: str | None

    @property
    def grade(self) -> str:
        return f"{self.code} {self.label}"


_GIVEN = Prepared(
    lambda action: HeadGrade.objects.filter(action=action).order_by("-as_of", "-pk").values_list(
        "as_of", "grade__code", "grade__label", "comment", "graded_at", "graded_by__display_name"
    )
)  # fmt: skip


def grades_of(action: Action, around: Around) -> dict[str, Any]:
    """The grade of headquarters for the last report, and all before (1 query)."""
    given = list(map(Given._make, _GIVEN.rows(action.pk)))
    current = next((g for g in given if g.as_of == action.reported_as_of), None)
    is_graded = around.scale is not None or bool(given or action.self_grade_id)
    return {"graded": is_graded, "head_given": current, "head_history": given}


class Obstacle(NamedTuple):
    """An official hurdle that affects the action."""

    pk: int
    state: str
    kind: str
    title: str
    owner: str | None

    @property
    def kind_word(self) -> str:
        return REASONS[self.kind]


_HURDLES = Prepared(
    lambda action: Hurdle.objects.official().filter(actions=action).order_by().values_list(
        "pk", "state", "kind", "title", "owner_department__name"
    )
)  # fmt: skip


def hurdles_of(action: Action) -> list[Obstacle]:
    """Official hurdles that affect an action, unsolved first (1 query)."""
    found = map(Obstacle._make, _HURDLES.rows(action.pk))
    return sorted(found, key=lambda h: (h.state == "solved", -h.pk))
