"""Reads of the comparison and of the surveys."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, F, Max, Q

from maturity import queries, usage
from maturity.exchange_format import City, Row, Scale, Score
from maturity.models import Axis, Rubric
from maturity.models_evidence import (
    BusinessAnswer,
    BusinessSurvey,
    NationalIndicator,
    Reference,
    ReferenceScore,
    ReferenceUpload,
    UsageStatistic,
    UsageSurvey,
    area_choices,
    kind_choices,
    triage_choices,
)
from maturity.scoring import AxisFigure

# Of fewer departments an average would tell what a single one answered.
FEWEST = 3


@dataclass(frozen=True)
class Line:
    """One municipality as of a date with its level by line; `latest` if it has none newer."""

    reference: Reference
    levels: Mapping[str, Decimal]
    latest: bool


def reference_lines() -> list[Line]:
    """Every municipality's scores, the newest of each first (2 queries)."""
    rows = Reference.objects.order_by("municipality", "-as_of", "pk").prefetch_related("scores__axis")
    seen: set[str] = set()
    lines = []
    for row in rows:
        lines.append(Line(row, {s.axis.line: s.level for s in row.scores.all()}, row.municipality not in seen))
        seen.add(row.municipality)
    return lines


@dataclass(frozen=True)
class Mean:
    """Average of the municipalities' newest levels on one axis (two decimals) and how many it is of."""

    value: Decimal | None
    count: int


def mean_of(lines: Sequence[Line], key: str) -> Mean:
    """Municipalities without a level on the axis stay out; they never count as 0."""
    known = [line.levels[key] for line in lines if line.latest and key in line.levels]
    if not known:
        return Mean(None, 0)
    return Mean((sum(known, Decimal(0)) / len(known)).quantize(Decimal("0.01"), ROUND_HALF_UP), len(known))


def scale_of(rubric: Rubric) -> Scale:
    """The rubric as an imported file is checked against: its axes by key, by line and by name."""
    lines: dict[str, str] = {}
    for axis in rubric.axes.all():
        for word in (axis.line, axis.key, axis.name):
            lines.setdefault(unicodedata.normalize("NFC", word), axis.line)
    return Scale(lines, rubric.lowest, rubric.highest)


def rows_of(upload: ReferenceUpload) -> list[Row]:
    return [Row.of_plain(stored) for stored in upload.rows]


@dataclass(frozen=True)
class Change:
    """What one row of a file would do; `kind` is new, changed or same."""

    municipality: str
    as_of: dt.date
    line: str
    before: Decimal | None
    after: Decimal

    @property
    def kind(self) -> str:
        if self.before is None:
            return "new"
        return "same" if self.before == self.after else "changed"


def changes(rows: Sequence[Row]) -> list[Change]:
    """Hold the rows of a file against what is stored (1 query)."""
    found = ReferenceScore.objects.filter(reference__municipality__in={r.municipality for r in rows})
    stored = {
        (city, as_of, line): level
        for city, as_of, line, level in found.values_list(
            "reference__municipality", "reference__as_of", "axis__line", "level"
        )
    }
    return [
        Change(r.municipality, r.as_of, r.line, stored.get((r.municipality, r.as_of, r.line)), r.level) for r in rows
    ]


@dataclass(frozen=True)
class Own:
    """The own averages of the newest round: its label, base date and the figures by axis."""

    label: str
    as_of: dt.date
    axes: Sequence[AxisFigure]
    maximum: int
    minimum: int


def own_averages() -> Own | None:
    found = queries.city_radar()
    if found is None:
        return None
    return Own(found.round.fiscal_period.label, found.round.period_end, found.axes, found.maximum, found.minimum)


def export_city(label: str) -> City | None:
    """The own averages for the exchange, without any department; an axis that fewer than three
    departments answered is left out. None if nothing is left."""
    own = own_averages()
    if own is None:
        return None
    keys = dict(
        Axis.objects.filter(rubric__is_draft=False).order_by("rubric__is_current", "pk").values_list("line", "key")
    )
    scores = [
        Score(keys.get(a.key, a.key), a.name, a.now) for a in own.axes if a.now is not None and a.answered >= FEWEST
    ]
    if not scores:
        return None
    note = "各課の自己評価の平均。受理していない課と該当なしは含まない。"
    return City(label, own.as_of, f"{own.label}の自己評価", note, own.minimum, own.maximum, scores)


def indicators_by_area() -> list[tuple[str, list[NationalIndicator]]]:
    """National figures under the area of the dashboard, areas without one left out."""
    rows = list(NationalIndicator.objects.all())
    groups = [(word, [r for r in rows if r.area == key]) for key, word in area_choices()]
    return [group for group in groups if group[1]]


@dataclass(frozen=True)
class Use:
    """One feature with its rates in per cent; None where it was not judged."""

    statistic: UsageStatistic
    unused_rate: Decimal | None
    low_rate: Decimal | None

    @property
    def judged(self) -> bool:
        return self.statistic.unused is not None

    @property
    def parts(self) -> dict[str, int]:
        return usage.parts(self.statistic.unused, self.statistic.low_use, self.statistic.total)


def uses(survey: UsageSurvey) -> list[Use]:
    rows = list(survey.statistics.all())
    for row in rows:
        row.survey = survey
    return [Use(r, usage.rate(r.unused, r.total), usage.rate(r.low_use, r.total)) for r in rows]


def usage_surveys() -> Any:
    """All usage surveys with the number of features and of those judged."""
    return UsageSurvey.objects.annotate(
        features=Count("statistics"), judged=Count("statistics", filter=Q(statistics__unused__isnull=False))
    ).order_by("-as_of", "system", "pk")


def questionnaires() -> Any:
    """All questionnaires with answers, departments that answered, and answers not yet sorted."""
    return BusinessSurvey.objects.annotate(
        total=Count("answers"), departments=Count("answers__department", distinct=True),
        waiting=Count("answers", filter=Q(answers__triage="open")), last=Max("answers__updated_at"),
    ).order_by("-held_on", "pk")  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """One department's answers: by kind, and by what became of them, in the order of the choices."""

    department_id: int | None
    name: str
    kinds: tuple[int, ...]
    states: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.kinds)


def tallies(survey: BusinessSurvey) -> list[Tally]:
    """Counts by department in their own order, and the sum over all of them last (1 query)."""
    rows = BusinessAnswer.objects.filter(survey=survey).order_by(
        "department__order", "department__code", "department_id"
    )
    kinds = [key for key, _ in kind_choices()]
    states = [key for key, _ in triage_choices()]
    counted = rows.values("department_id", name=F("department__name")).annotate(
        **{f"k_{k}": Count("pk", filter=Q(kind=k)) for k in kinds},
        **{f"s_{s}": Count("pk", filter=Q(triage=s)) for s in states},
    )
    found = [
        Tally(r["department_id"], r["name"], tuple(r[f"k_{k}"] for k in kinds), tuple(r[f"s_{s}"] for s in states))
        for r in counted
    ]
    if not found:
        return []
    whole = Tally(None, "全体", _sums([t.kinds for t in found]), _sums([t.states for t in found]))
    return [*found, whole]


def _sums(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))
