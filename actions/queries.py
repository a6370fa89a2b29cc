"""Reads that join actions with rounds: states of today, and the rows of one reply."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, FilteredRelation, OrderBy, Q, QuerySet

from actions import rules, status
from actions.models import Action, Grade, Milestone, PlanScale, ProgressReport, lifecycle_choices, reason_choices
from actions.querysets import ActionQuerySet
from lib.prepared import Prepared, PreparedRows
from lib.states import STATES
from lib.unions import columns, nothing
from rounds.models import Reply
from rounds.queries import expected_as_of


class LiveRows:
    """All actions in force as the values of `Listed`, in any order, a page at a time (1 query, compiled once)."""

    def __init__(self, today: dt.date, expected: dt.date, order: tuple[str | OrderBy, ...] = ("pk",)) -> None:
        self._days, self._order = (today, expected), order

    def order_by(self, *names: str | OrderBy) -> LiveRows:
        return LiveRows(*self._days, names)

    def __getitem__(self, page: slice) -> list[tuple[Any, ...]]:
        return _page(self._order, page.start, page.stop).rows(*self._days)


@lru_cache(maxsize=128)
def _page(order: tuple[str | OrderBy, ...], start: int, stop: int) -> Prepared:
    return Prepared(lambda *days: Action.objects.live().with_state(*days).for_rows().order_by(*order)[start:stop])


def live_with_state(today: dt.date) -> ActionQuerySet:
    """Actions in force with `state_key` as of `today` (1 query for the latest round past due)."""
    return Action.objects.live().with_state(today, expected_as_of(today))


def said_by(action: Action) -> rules.Said:
    """The last official word on an action."""
    return rules.Said(action.lifecycle, action.percent, action.reported_as_of)


def said_in(report: ProgressReport) -> rules.Said:
    return rules.Said(report.lifecycle, report.percent, report.as_of)


def said_now(report: ProgressReport) -> rules.Said:
    """What a report says together with its own grade (its scale's row must be there, or it costs a query)."""
    grade = report.grade if report.grade_id else None
    opinion = rules.Opinion(str(grade), tuple(grade.agrees)) if grade else None
    return rules.Said(report.lifecycle, report.percent, report.as_of, opinion)


def span_of(action: Action) -> rules.Span:
    return rules.Span(action.starts_on, action.ends_on)


def span_with(report: ProgressReport) -> rules.Span:
    """The planned life of the action as the report would have it."""
    return rules.Span(report.action.starts_on, report.new_ends_on or report.action.ends_on)


@dataclass(frozen=True)
class Row:
    """One action in one reply: what was official before, and the draft (or accepted report) if any."""

    action: Action
    reply: Reply | None
    report: ProgressReport | None
    before: rules.Said
    last: ProgressReport | None
    today: dt.date
    grades: Sequence[Grade] = ()
    milestones: Sequence[Milestone] = ()

    @property
    def anchor(self) -> str:
        return f"a-{self.action.pk}"

    @property
    def is_led(self) -> bool:
        """False where the action went to another department, or out of use, after the draft."""
        department = self.reply.department_id if self.reply else None
        return self.action.lead_department_id == department and not self.action.archived_at

    @cached_property
    def span(self) -> rules.Span:
        """The plan as the draft would have it; it differs from today's plan where a new end date is proposed."""
        new = self.report.new_ends_on if self.report else None
        return rules.Span(self.action.starts_on, new or self.action.ends_on)

    @property
    def new_ends_on(self) -> dt.date | None:
        """The end date that the report moves to, where it moves one."""
        report = self.report
        if report is None or report.new_ends_on is None:
            return None
        return report.new_ends_on if report.accepted_at or report.new_ends_on != self.action.ends_on else None

    @property
    def is_pushed(self) -> bool:
        """Whether the draft would move the end date later."""
        new = self.new_ends_on
        return new is not None and new > self.action.ends_on

    @cached_property
    def state(self) -> str:
        return rules.state(said_in(self.report), self.span, self.today) if self.report else "todo"

    @property
    def state_before(self) -> str:
        return rules.state_then(self.before, span_of(self.action))

    @property
    def rule(self) -> str:
        """The state's rule in words, as if the draft were official."""
        if self.report is None:
            return "今回の報告がまだありません"
        facts = rules.facts(said_in(self.report), self.span)
        return status.explain(facts, self.today, is_draft=self.report.accepted_at is None)

    @property
    def contradiction(self) -> str:
        return rules.contradiction(said_in(self.report)) if self.report else ""

    @cached_property
    def demand(self) -> str:
        """Why a reason is due, whether or not it is there."""
        if self.report is None:
            return ""
        return rules.reason_demand(
            self.before, said_now(self.report), self.span, self.today, span_of(self.action),
            pushes_milestone=self.report.pushes_milestone,
        )  # fmt: skip

    @property
    def lacks_reason(self) -> bool:
        return bool(self.demand) and not (self.report and self.report.reason_kind and self.report.reason)

    @property
    def is_complete(self) -> bool:
        return self.report is not None and not self.lacks_reason

    @property
    def is_newly_late(self) -> bool:
        return self.report is not None and rules.is_newly_late(
            self.before, said_in(self.report), self.span, self.today, span_of(self.action)
        )

    @property
    def state_label(self) -> str:
        return STATES[self.state].label

    @property
    def grade_before(self) -> Grade | None:
        """The own grade of the report before, where the plan still uses its scale."""
        accepted = self.report is not None and self.report.accepted_at is not None
        key = (self.last.grade_id if self.last else None) if accepted else self.action.self_grade_id
        return next((g for g in self.grades if g.pk == key), None)

    @property
    def lifecycle_before(self) -> str:
        return lifecycle_word(self.before.lifecycle)


LIFECYCLES, REASONS = dict(lifecycle_choices()), dict(reason_choices())


def lifecycle_word(key: str) -> str:
    return LIFECYCLES.get(key, key)


def reason_word(key: str) -> str:
    return REASONS.get(key, key)


@dataclass
class _Rows:
    """Actions of a reply before they are rows."""

    actions: list[Action] = field(default_factory=list)
    reports: dict[int, ProgressReport] = field(default_factory=dict)


def reply_rows(reply: Reply, today: dt.date) -> list[Row]:
    """Rows of one reply in the order of their codes (at most 3 queries)."""
    return rows_of([reply], today)[reply.pk]


def answered_rows(replies: Sequence[Reply], today: dt.date) -> dict[int, tuple[int, int]]:
    """By reply id how many rows are complete, and how many there are (1 query, none of them being accepted)."""
    found = rows_of(replies, today, beside=Beside({}, {}))
    return {pk: (sum(r.is_complete for r in rows), len(rows)) for pk, rows in found.items()}


def rows_of(replies: Sequence[Reply], today: dt.date, beside: Beside | None = None) -> dict[int, list[Row]]:
    """Rows of several replies: what the department must report, and what it did report (at most 4 queries). `beside`
    is what is asked beside the progress, where that is known or not wanted."""
    parts = {r.pk: _Rows() for r in replies}
    actions = {}
    for action in _of_one(replies[0]) if len(replies) == 1 else _asked_or_reported(replies):
        report, action = getattr(action, "said", None), actions.setdefault(action.pk, action)
        if report:
            report.action = action
            parts[report.reply_id].reports[action.pk] = report
            parts[report.reply_id].actions.append(action)
    _add_unreported(parts, replies, actions.values())
    befores = _before_accepted([r for part in parts.values() for r in part.reports.values() if r.accepted_at])
    if beside is None:
        one = len(replies) == 1
        beside = _beside_one(replies[0]) if one else beside_of([a for part in parts.values() for a in part.actions])
    return {r.pk: _rows(r, parts[r.pk], befores, beside, today) for r in replies}


@dataclass(frozen=True)
class Beside:
    """What is asked beside the progress: grades by plan, milestones by action."""

    grades: dict[int, list[Grade]]
    milestones: dict[int, list[Milestone]]

    def of(self, action: Action) -> dict[str, Any]:
        return {
            "grades": self.grades.get(action.plan_id, []), "milestones": self.milestones.get(action.pk, []),
        }  # fmt: skip


def beside_of(actions: Sequence[Action]) -> Beside:
    """The grades that the plans of `actions` use, and their milestones (2 queries)."""
    grades: dict[int, list[Grade]] = {}
    for plan, grade in grades_by_plan({a.plan_id for a in actions}):
        grades.setdefault(plan, []).append(grade)
    milestones: dict[int, list[Milestone]] = {}
    for stone in Milestone.objects.filter(action__in=[a.pk for a in actions]):
        milestones.setdefault(stone.action_id, []).append(stone)
    return Beside(grades, milestones)


def grades_by_plan(plans: set[int]) -> list[tuple[int, Grade]]:
    """Pairs of a plan and a grade of the scale that it uses, in the order of the scale (1 query)."""
    rows = Grade.objects.filter(scale__plan_scales__plan__in=plans).annotate(plan_id=F("scale__plan_scales__plan"))
    return [(g.plan_id, g) for g in rows.filter(plan_id__in=plans).order_by("order", "pk")]


def _asked_or_reported(replies: Sequence[Reply]) -> ActionQuerySet:
    """What the departments of open replies must report, and what was reported in any; `said` is the report, an
    action with several of them comes several times (1 query)."""
    ids = [r.pk for r in replies]
    due = Action.objects.reportable().filter(lead_department__in=[r.department_id for r in replies if _is_open(r)])
    reported = ProgressReport.objects.filter(reply__in=ids).order_by()
    wanted = due.order_by().values("pk").union(reported.values("action"))
    rows = Action.objects.filter(pk__in=wanted).select_related("last_report", "said__grade")
    return rows.annotate(said=FilteredRelation("reports", condition=Q(reports__reply__in=ids)))


def _reported_in(reply: int) -> ActionQuerySet:
    rows = Action.objects.filter(pk__in=ProgressReport.objects.filter(reply=reply).order_by().values("action"))
    return rows.annotate(said=FilteredRelation("reports", condition=Q(reports__reply=reply)))


def _asked_in(reply: int, department: int) -> ActionQuerySet:
    rows = Action.objects.filter(pk__in=_wanted(reply, department))
    return rows.annotate(said=FilteredRelation("reports", condition=Q(reports__reply=reply)))


def _wanted(reply: int, department: int) -> QuerySet:
    due = Action.objects.reportable().filter(lead_department=department).order_by().values("pk")
    return due.union(ProgressReport.objects.filter(reply=reply).order_by().values("action"))


JOINED = ("last_report", ("said", ProgressReport), ("said__grade", Grade))
UNREAD = ("purpose", "issue", "sought")
_REPORTED = PreparedRows(Action, _reported_in, without=UNREAD, joined=JOINED)
_ASKED = PreparedRows(Action, _asked_in, without=UNREAD, joined=JOINED)


GRADE, STONE = columns(Grade), columns(Milestone)


def _grades_and_stones(reply: int, department: int) -> QuerySet[Any]:
    """Rows of two kinds, the columns of the other one empty: grades, each with a plan that uses its scale (all scales
    in use are few), and the milestones of the actions of a reply."""
    grades = Grade.objects.filter(scale__plan_scales__isnull=False)
    stones = Milestone.objects.filter(action__in=_wanted(reply, department))
    return grades.order_by().values_list("scale__plan_scales__plan", *GRADE, *nothing(Milestone)).union(
        stones.order_by().values_list(*nothing(PlanScale, "plan"), *nothing(Grade), *STONE), all=True
    )


_BESIDE = Prepared(_grades_and_stones)


def _beside_one(reply: Reply) -> Beside:
    """What is asked beside the rows of one reply (1 query)."""
    found = Beside(defaultdict(list), defaultdict(list))
    for plan, *values in _BESIDE.rows(reply.pk, reply.department_id):
        if plan is not None:
            found.grades[plan].append(Grade.from_db(DEFAULT_DB_ALIAS, GRADE, values[: len(GRADE)]))
        else:
            stone = Milestone.from_db(DEFAULT_DB_ALIAS, STONE, values[len(GRADE) :])
            found.milestones[stone.action_id].append(stone)
    for grades in found.grades.values():
        grades.sort(key=lambda g: (g.order, g.pk))
    for stones in found.milestones.values():
        stones.sort(key=lambda m: (m.due_on, m.pk))
    return found


def _of_one(reply: Reply) -> list[Action]:
    """The same for one reply."""
    if reply.state == "accepted":
        return _REPORTED.objects(reply.pk)
    return _ASKED.objects(reply.pk, reply.department_id)


def _is_open(reply: Reply) -> bool:
    return reply.state != "accepted"


def _add_unreported(parts: dict[int, _Rows], replies: Sequence[Reply], actions: Iterable[Action]) -> None:
    asking = defaultdict(list)
    for reply in filter(_is_open, replies):
        asking[reply.department_id].append(reply)
    for action in actions:
        for reply in asking[action.lead_department_id] if action.is_reportable else ():
            part = parts[reply.pk]
            if action.pk not in part.reports:
                part.actions.append(action)


def _rows(
    reply: Reply, part: _Rows, befores: dict[int, ProgressReport | None], beside: Beside, today: dt.date
) -> list[Row]:  # fmt: skip
    rows = []
    for action in sorted(part.actions, key=lambda a: (a.code, a.pk)):
        report = part.reports.get(action.pk)
        if report and report.accepted_at:
            last = befores[report.pk]
            before = said_in(last) if last else rules.Said()
        else:
            last, before = action.last_report, said_by(action)
        rows.append(Row(action, reply, report, before, last, today, **beside.of(action)))
    return rows


def _before_accepted(reports: Iterable[ProgressReport]) -> dict[int, ProgressReport | None]:
    """For each accepted report the official one before it (1 query, none without reports)."""
    wanted = {r.pk: r for r in reports}
    if not wanted:
        return {}
    history: dict[int, list[ProgressReport]] = {}
    official = ProgressReport.objects.official().filter(action__in=[r.action_id for r in wanted.values()])
    for report in official.order_by("as_of", "accepted_at", "pk"):
        history.setdefault(report.action_id, []).append(report)
    return {pk: _previous(r, history.get(r.action_id, [])) for pk, r in wanted.items()}


def _previous(report: ProgressReport, history: list[ProgressReport]) -> ProgressReport | None:
    keys = [h.pk for h in history]
    at = keys.index(report.pk) if report.pk in keys else 0
    return history[at - 1] if at else None


def row_for(action: Action, reply: Reply | None, today: dt.date) -> Row:
    """The row of one action, with its draft in `reply` if there is one; without a reply it is ad hoc."""
    drafts = ProgressReport.objects.select_related("grade").filter(action=action, reply=reply)
    report, beside = drafts.first() if reply else None, beside_of([action]).of(action)
    if report and report.accepted_at:
        last = _before_accepted([report])[report.pk]
        return Row(action, reply, report, said_in(last) if last else rules.Said(), last, today, **beside)
    return Row(action, reply, report, said_by(action), action.last_report, today, **beside)
