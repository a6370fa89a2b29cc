"""The official answers of one or two rounds with the axes that they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When

from lib.joined import blank, joined, split
from lib.prepared import Prepared
from maturity.models import Axis, Level, Score
from maturity.scoring import Mark

Marks = dict[int, dict[int, dict[str, Mark]]]


class AxisRow(NamedTuple):
    """An axis of any version with its lowest and highest level, and its answers as one text."""

    pk: int
    rubric_id: int
    uses_weights: bool
    line: str
    name: str
    weight: Decimal
    top: int | None
    bottom: int | None
    told: str | None


def axes_and_marks(round_ids: Sequence[int]) -> tuple[list[AxisRow], Marks]:
    """Marks by round, department and line, and the axes of the rubric of the first round (of several rubrics, of the
    one last begun with), in one read: each axis brings its answers as one text."""
    told, answers = [], []
    for axis in map(AxisRow._make, READ_AXES.rows(round_ids[0], round_ids[-1])):
        told.append(axis)
        answers += [(axis, [int(v) if v else None for v in answer.split(":")]) for answer in split(axis.told)]
    marks: Marks = defaultdict(lambda: defaultdict(dict))
    rubric_id = None
    for axis, (_, _, round_id, department, missing, *levels) in sorted(answers, key=lambda a: a[1][:2]):
        level, target, reviewed = levels
        marks[round_id][department][axis.line] = Mark(level, bool(missing), target, reviewed)
        if round_id == round_ids[0]:
            rubric_id = axis.rubric_id
    return [axis for axis in told if axis.rubric_id == rubric_id], marks


def _told(round_ids: Sequence[int]) -> Subquery:
    """The official answers on an axis in some rounds: assessment, answer, round, department, 該当なし, levels."""
    rows = Score.objects.official().filter(axis=OuterRef("pk"), assessment__reply__round_id__in=round_ids)
    missing = Case(When(not_applicable=True, then=1), default=0)
    levels = (blank(name) for name in ("level", "target_level", "reviewed_level"))
    owner = ("assessment__reply__round_id", "assessment__department_id")
    return joined(rows, "axis", F("assessment_id"), F("pk"), *(F(name) for name in owner), missing, *levels)


def _axes(first: int, second: int) -> QuerySet[Any]:
    levels = Level.objects.filter(axis=OuterRef("pk")).order_by("number")
    top, bottom = (Subquery(rows.values("number")[:1]) for rows in (levels.reverse(), levels))
    rows = Axis.objects.annotate(top=top, bottom=bottom, told=_told([first, second]))
    return rows.values_list(
        "pk", "rubric_id", "rubric__uses_weights", "line", "name", "weight", "top", "bottom", "told"
    )


READ_AXES = Prepared(_axes)
