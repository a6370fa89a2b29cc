"""What the review shows: one axis, the departments of a 部 side by side, each with the form of its reviewed level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse

from accounts.models import Department
from maturity import evidence
from maturity.charts import signed
from maturity.forms import CityForm, ReviewForm
from maturity.models import Axis, CityAssessment, Level, Score
from maturity.words import level_words, reviewed_words


@dataclass(frozen=True)
class Row:
    """One department's answer on the axis, what was set last time, and the form."""

    score: Score
    levels: Sequence[Level]
    before: Score | None = None
    data: QueryDict | None = None

    @property
    def id(self) -> str:
        return f"score-{self.score.pk}"

    @property
    def url(self) -> str:
        return reverse("maturity:review_score", args=[self.score.pk])

    @property
    def department(self) -> Department:
        return self.score.assessment.department

    @cached_property
    def form(self) -> ReviewForm:
        return ReviewForm(self.data, score=self.score, levels=self.levels)

    @property
    def level(self) -> str:
        return level_words(self.score)

    @property
    def descriptor(self) -> str:
        return next((x.descriptor for x in self.levels if x.number == self.score.level), "")

    @property
    def parts(self) -> list[evidence.Part]:
        return evidence.parts(self.score.evidence)

    @property
    def difference(self) -> str:
        """Reviewed against own level in words; empty if they agree or one is missing."""
        return signed(self.score.difference) if self.score.difference else ""

    @property
    def last(self) -> str:
        """What the last official answer was, own and reviewed."""
        if self.before is None:
            return ""
        period = self.before.assessment.reply.round.fiscal_period.short_label
        return f"{period}　自己 {level_words(self.before)}／確認後 {reviewed_words(self.before)}"

    @property
    def is_reviewed(self) -> bool:
        return self.score.reviewed_at is not None


@dataclass(frozen=True)
class Division:
    """A 部 with its departments: they do similar work, so they are compared first."""

    name: str
    rows: list[Row]


@dataclass(frozen=True)
class Tab:
    """One axis to review: how many of its answers have been looked at."""

    line: str
    name: str
    done: int
    total: int


def tabs(scores: Sequence[Score]) -> list[Tab]:
    by_line: dict[str, list[Score]] = {}
    for score in sorted(scores, key=lambda s: (s.axis.order, s.axis_id)):
        by_line.setdefault(score.axis.line, []).append(score)
    return [
        Tab(line, of_one[0].axis.name, sum(s.reviewed_at is not None for s in of_one), len(of_one))
        for line, of_one in by_line.items()
    ]


def divisions(
    scores: Sequence[Score], before: Mapping[tuple[int, str], Score], levels: Mapping[int, Sequence[Level]],
    first: int | None = None,
) -> list[Division]:  # fmt: skip
    """Group one axis's answers by 部; the 部 of the department `first`, and itself in it, comes first."""
    groups: dict[int | None, Division] = {}
    for score in scores:
        department = score.assessment.department
        name = department.parent.name if department.parent else "部に属さない課"
        row = Row(score, levels[score.axis_id], before.get((department.pk, score.axis.line)))
        groups.setdefault(department.parent_id, Division(name, [])).rows.append(row)
    found = list(groups.values())
    for division in found:
        division.rows.sort(key=lambda r: r.department.pk != first)
    return sorted(found, key=lambda d: all(r.department.pk != first for r in d.rows))


def levels_of(axes: Sequence[Axis]) -> dict[int, list[Level]]:
    """Levels by axis; one read for all."""
    found: dict[int, list[Level]] = {a.pk: [] for a in axes}
    for level in Level.objects.filter(axis__in=found).order_by("axis", "number"):
        found[level.axis_id].append(level)
    return found


@dataclass(frozen=True)
class CityPanel:
    """One axis of 組織として with its form."""

    stored: CityAssessment
    levels: Sequence[Level]
    data: QueryDict | None = None

    @property
    def axis(self) -> Axis:
        return self.stored.axis

    @property
    def id(self) -> str:
        return f"city-{self.axis.pk}"

    @property
    def url(self) -> str:
        return reverse("maturity:city_level", args=[self.stored.round_id, self.axis.pk])

    @cached_property
    def form(self) -> CityForm:
        return CityForm(self.data, stored=self.stored, levels=self.levels)
