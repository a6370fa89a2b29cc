"""Grades of the two assessors counted side by side, and the actions that headquarters has yet to grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef
from django.urls import reverse

from actions.grading import mean
from actions.models import Action, Grade, GradeScale, HeadGrade, PlanScale
from actions.querysets import ActionQuerySet
from strategy.models import Plan

NONE = "null"
Key = int | None


@dataclass(frozen=True)
class Cell:
    count: int
    url: str
    agrees: bool


@dataclass(frozen=True)
class Line:
    """One own grade (None: not graded) against every grade of headquarters."""

    grade: Grade | None
    cells: list[Cell]
    total: int


@dataclass(frozen=True)
class Table:
    """The grades of one plan: own in rows, of headquarters in columns; the last of each is "not graded"."""

    plan: Plan
    scale: GradeScale
    columns: list[Grade | None]
    lines: list[Line]
    self_mean: Decimal | None
    head_mean: Decimal | None

    @property
    def top(self) -> int | None:
        return max((g.value for g in self.columns if g and g.value is not None), default=None)


def tables() -> list[Table]:
    """One table for every plan that uses a scale (3 queries)."""
    used = list(PlanScale.objects.select_related("plan", "scale").prefetch_related("scale__grades").order_by("plan"))
    counts: dict[int, dict[tuple[Key, Key], int]] = {}
    rows = Action.objects.live().filter(plan__in=[u.plan_id for u in used]).order_by()
    for plan, own, head, n in rows.values_list("plan", "self_grade", "head_grade").annotate(n=Count("pk")):
        counts.setdefault(plan, {})[(own, head)] = n
    return [_table(u, counts.get(u.plan_id, {})) for u in used]


def _table(used: PlanScale, counts: Mapping[tuple[Key, Key], int]) -> Table:
    grades = list(used.scale.grades.all())
    known = {g.pk for g in grades}
    found: dict[tuple[Key, Key], int] = {}
    for (own, head), n in counts.items():  # a grade of a former scale counts as not graded
        key = (own if own in known else None, head if head in known else None)
        found[key] = found.get(key, 0) + n
    columns = [*grades, None]
    lines = [_line(used.plan, own, columns, found) for own in columns]
    return Table(
        used.plan, used.scale, columns, lines,
        mean(_values(grades, {k: sum(n for (o, _), n in found.items() if o == k) for k in known})),
        mean(_values(grades, {k: sum(n for (_, h), n in found.items() if h == k) for k in known})),
    )  # fmt: skip


def _line(plan: Plan, own: Grade | None, columns: list[Grade | None], found: Mapping[tuple[Key, Key], int]) -> Line:
    cells = []
    for head in columns:
        count = found.get((own.pk if own else None, head.pk if head else None), 0)
        query = urlencode({"self_grade": own.pk if own else NONE, "head_grade": head.pk if head else NONE})
        cells.append(Cell(count, f"{reverse('actions:list')}?{query}", own == head))
    return Line(own, cells, sum(c.count for c in cells))


def _values(grades: list[Grade], counts: Mapping[int, int]) -> list[int | None]:
    return [g.value for g in grades for _ in range(counts[g.pk])]


def awaiting_grade() -> ActionQuerySet:
    """Actions in force whose last report headquarters has not graded, where the plan is graded at all."""
    given = HeadGrade.objects.filter(action=OuterRef("pk"), as_of=OuterRef("reported_as_of"))
    rows = Action.objects.live().filter(plan__plan_scale__isnull=False, reported_as_of__isnull=False)
    return rows.filter(~Exists(given)).order_by(F("self_grade__value").asc(nulls_last=True), "code", "pk")


def graded() -> ActionQuerySet:
    """The actions that the tables count, each with its last grade of headquarters in front (3 queries)."""
    rows = Action.objects.live().filter(plan__plan_scale__isnull=False)
    rows = rows.select_related("plan", "lead_department", "self_grade", "head_grade")
    return rows.prefetch_related("head_grades__graded_by").order_by("plan__order", "plan", "code", "pk")


def given_for(action: Action) -> HeadGrade | None:
    """The grade of headquarters for the day of the last report."""
    return HeadGrade.objects.select_related("grade").filter(action=action, as_of=action.reported_as_of).first()
