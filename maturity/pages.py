"""What the pages show, put together from queries and charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Department
from maturity import charts, evidence, queries, trends
from maturity.charts import signed
from maturity.gaps import Gap
from maturity.models import Assessment, Axis, CityAssessment, Level, Rubric, Score
from maturity.scoring import Mark
from maturity.words import goal_words, level_words, reviewed_words, target_words
from rounds.models import Round


@dataclass(frozen=True)
class Rung:
    """One axis of a department: the level it is on, the next one, its target in words, and what is left to it."""

    axis: Axis
    score: Score
    now: Level | None
    next: Level | None
    goal: str
    gap: Gap | None
    overdue: bool


@dataclass(frozen=True)
class PastScore:
    """One line of the history; `difference` is the reviewed level against the own one."""

    score: Score
    level: str
    change: str
    target: str
    parts: list[evidence.Part]
    reviewed: str
    difference: str


@dataclass(frozen=True)
class PastAssessment:
    assessment: Assessment
    scores: list[PastScore]


def axes_of(rubric: Rubric | None) -> list[Axis]:
    return list(rubric.axes.prefetch_related("levels")) if rubric else []


@dataclass(frozen=True)
class Chosen:
    """Two assessments of one department, and all of them, the newest first."""

    past: list[Assessment]
    latest: Assessment
    before: Assessment | None
    is_chosen: bool

    @property
    def since(self) -> str:
        if self.before is None or not self.is_chosen:
            return "前回"
        return self.before.reply.round.fiscal_period.short_label


def choose(past: list[Assessment], round_id: int | None, with_id: int | None) -> Chosen | None:
    """Take the assessment of a round (the newest) and another to compare it with (the one before it)."""
    at = next((i for i, a in enumerate(past) if round_id in (None, a.reply.round_id)), None)
    if at is None:
        return None
    if with_id is None:
        return Chosen(past, past[at], next(iter(past[at + 1 :]), None), False)
    return Chosen(past, past[at], next((a for a in past if a.reply.round_id == with_id), None), True)


def department_context(found: Chosen | None, view: str, today: dt.date) -> dict[str, Any]:
    """Everything of one department that is official; empty lists when nothing was accepted yet."""
    if found is None:
        return {"latest": None, "past": [], "rungs": [], "radar": None}
    past = found.past
    return {
        "latest": found.latest,
        "chosen": found,
        "view": view,
        "radar": department_radar(found),
        "trend": department_trend(past, view),
        "wide_trend": department_trend(past, view, wide=True),
        "rungs": [_rung(s, today) for s in found.latest.scores.all()],
        "past": [_past(a, past[i + 1] if i + 1 < len(past) else None) for i, a in enumerate(past)],
    }


def department_radar(found: Chosen) -> charts.Radar | None:
    scores = list(found.latest.scores.all())
    top = max((level.number for s in scores for level in s.axis.levels.all()), default=5)
    axes = [(s.axis.line, s.axis.name) for s in scores]
    before = _marks(found.before) if found.before else None
    return charts.department_chart(axes, _marks(found.latest), before, top, found.since)


def _marks(assessment: Assessment) -> dict[str, Mark]:
    return {line: queries.mark(s) for line, s in assessment.by_key().items()}


def department_trend(past: Sequence[Assessment], view: str, *, wide: bool = False) -> charts.Trend | None:
    """The department's levels over its rounds, each axis followed through the versions; named as last time."""
    oldest_first = list(reversed(past))
    names: dict[str, str] = {}
    for assessment in past:
        for score in assessment.scores.all():
            names.setdefault(score.axis.line, score.axis.name)
    top = max((x.number for a in past for s in a.scores.all() for x in s.axis.levels.all()), default=5)
    lines = trends.levels(names, [_marks(a) for a in oldest_first], view)
    labels = [a.reply.round.fiscal_period.short_label for a in oldest_first]
    return charts.trend_chart(lines, labels, top, places=0, wide=wide)


def _rung(score: Score, today: dt.date) -> Rung:
    levels = list(score.axis.levels.all())
    now = next((level for level in levels if level.number == score.level), None)
    above = next((level for level in levels if score.level is not None and level.number > score.level), None)
    gap = queries.gap_of_score(score)
    return Rung(score.axis, score, now, above, goal_words(score), gap, gap is not None and gap.is_overdue(today))


def _past(assessment: Assessment, before: Assessment | None) -> PastAssessment:
    last = before.by_key() if before else {}
    return PastAssessment(assessment, [past_score(s, last.get(s.axis.line)) for s in assessment.scores.all()])


def past_score(score: Score, last: Score | None) -> PastScore:
    """One official answer in words, with its change since `last`."""
    known = last is not None and last.level is not None and score.level is not None
    change = signed(score.level - last.level) if known else ""
    apart = "" if score.difference is None else signed(score.difference)
    return PastScore(
        score, level_words(score), change, target_words(score), evidence.parts(score.evidence),
        reviewed_words(score), apart,
    )  # fmt: skip


@dataclass(frozen=True)
class CityLevel:
    """One axis of the city's own assessment with its levels, and how many departments stand on each."""

    axis: Axis
    stored: CityAssessment
    levels: list[Level]
    line: charts.AxisLine | None

    @property
    def anchor(self) -> str:
        return f"city-{self.axis.pk}"

    @property
    def parts(self) -> list[evidence.Part]:
        return evidence.parts(self.stored.evidence)

    @property
    def shares(self) -> list[tuple[Level, int]]:
        counts: Mapping[str, int] = self.line.counts if self.line else {}
        return [(level, counts.get(f"{level.number}", 0)) for level in self.levels]


def city_levels(round_: Round, found: queries.CityRadar | None) -> list[CityLevel]:
    """Every axis of the round's rubric with what was set as 組織として; unsaved rows where nothing was."""
    own = queries.city_levels(round_.pk)
    lines = {line.figure.key: line for line in charts.axis_lines(found)} if found else {}
    return [
        CityLevel(
            axis, own.get(axis.line) or CityAssessment(round=round_, axis=axis), list(axis.levels.all()),
            lines.get(axis.line),
        )
        for axis in axes_of(queries.rubric_of_round(round_))
    ]  # fmt: skip


@dataclass(frozen=True)
class GapPage:
    """One gap in full: the levels from here to the target, and how the department came here."""

    department: Department
    score: Score
    gap: Gap | None
    overdue: bool
    steps: list[Level]
    past: list[PastScore]
    parts: list[evidence.Part]


def gap_page(department: Department, axis: Axis, today: dt.date) -> GapPage | None:
    """None if the department has no official answer on this axis or one that it continues."""
    scores = queries.scores_on_line(department, axis.line)
    if not scores:
        return None
    score, gap = scores[0], queries.gap_of_score(scores[0])
    levels = list(score.axis.levels.all())
    steps = [x for x in levels if gap and gap.level <= x.number <= gap.target]
    past = [past_score(s, scores[i + 1] if i + 1 < len(scores) else None) for i, s in enumerate(scores)]
    overdue = gap is not None and gap.is_overdue(today)
    return GapPage(department, score, gap, overdue, steps, past, evidence.parts(score.evidence))
