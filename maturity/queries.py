"""Reads that span rounds: the city's averages, a department's history, and what came before a reply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum

from accounts.models import Department
from lib.models import set_prefetched
from lib.prepared import PreparedRows
from maturity import scoring, trends
from maturity.gaps import Gap, gap_of
from maturity.models import Assessment, Axis, CityAssessment, Rubric, Score
from maturity.queries_axes import axes_of, version_of_round
from maturity.queries_marks import AxisRow, axes_and_marks
from maturity.querysets import ScoreQuerySet
from maturity.scoring import AxisFigure, Mark
from rounds.models import Reply, Round
from rounds.querysets import RoundQuerySet

WEIGHTED = "全体の平均は、軸に重みを付けて計算しています。"


def mark(score: Score | None) -> Mark:
    """The stored answer as the pure figures take it; no row means not answered."""
    if score is None:
        return Mark()
    return Mark(score.level, score.not_applicable, score.target_level, score.reviewed_level)


def current_rubric() -> Rubric | None:
    return Rubric.objects.current().first()


def rubric_at(moment: dt.datetime, versions: Iterable[Rubric] | None = None) -> Rubric | None:
    """The version in use at that moment: the last one published by then, else the first one ever published.

    A version without a date of publication was there from the beginning.
    """
    known = [r for r in (Rubric.objects.all() if versions is None else versions) if not r.is_draft]
    begun = [r for r in known if r.published_at is None or r.published_at <= moment]
    if begun:
        return max(begun, key=lambda r: (r.published_at is not None, r.published_at or moment, r.is_current, r.pk))
    return min(known, key=lambda r: (r.published_at, r.pk), default=None)


def rubric_of_round(round_: Round) -> Rubric | None:
    """The version that a round is answered against: a later publication leaves an open round alone."""
    return rubric_at(round_.created_at)


def rubric_of(reply: Reply) -> Rubric | None:
    """The rubric that this reply is answered against: the one it was begun with, else that of its round."""
    assessment = Assessment.objects.filter(reply=reply).select_related("rubric").first()
    return assessment.rubric if assessment else rubric_of_round(reply.round)


def previous_assessment(reply: Reply) -> Assessment | None:
    """The department's last official assessment before this reply."""
    older = Assessment.objects.official().filter(department_id=reply.department_id)
    return older.before(reply.round.period_end, reply.pk).newest_first().with_scores().first()


@dataclass(frozen=True)
class Answers:
    """What a reply says of each axis, and the department's last official answers before it."""

    rubric: Rubric | None
    scores: list[Score]
    previous: Assessment | None

    @property
    def before(self) -> dict[str, Score]:
        """The last official answers by the line of their axis."""
        return self.previous.by_key() if self.previous else {}


def answers_of(reply: Reply) -> Answers:
    """Everything of a reply in the order of the axes, blank rows where nothing was saved yet (2 queries)."""
    own, previous = _own_and_previous(reply)
    rubric, axes = (own.rubric, axes_of(own.rubric)) if own else version_of_round(reply.round)
    if rubric is None:
        return Answers(None, [], previous)
    before = previous.by_key() if previous else {}
    stored = {s.axis_id: s for s in own.scores.all()} if own else {}
    scores = []
    for axis in axes:
        score = stored.get(axis.pk) if stored else _blank(axis, before.get(axis.line), rubric.target_level)
        if score is not None:
            score.axis = axis
            scores.append(score)
    return Answers(rubric, scores, previous)


def _own_and_previous(reply: Reply) -> tuple[Assessment | None, Assessment | None]:
    """The assessment of a reply, and the department's last official one before it, each with its scores."""
    found = _grouped(_OWN_AND_PREVIOUS.objects(reply.pk, reply.department_id, reply.round.period_end))
    own = next((a for a in found if a.reply_id == reply.pk), None)
    return own, next((a for a in found if a is not own), None)


def _with_scores(wanted: Q) -> list[Assessment]:
    """Assessments that are named by a condition on their scores, with scores, axes, round and version (1 query)."""
    rows = Score.objects.filter(wanted).select_related("axis", "assessment__reply__round", "assessment__rubric")
    return _grouped(rows.defer("assessment__reply__frozen"))


def _of_reply(reply: int, department: int, day: dt.date) -> ScoreQuerySet:
    older = Assessment.objects.official().filter(department=department).before(day, reply)
    return Score.objects.filter(
        Q(assessment__reply=reply) | Q(assessment__in=older.newest_first().values("pk")[:1])
    )  # fmt: skip


_OWN_AND_PREVIOUS = PreparedRows(
    Score, _of_reply, without=("assessment__reply__frozen",),
    joined=("axis", "assessment", "assessment__reply", "assessment__reply__round", "assessment__rubric"),
)  # fmt: skip


def _grouped(scores: Iterable[Score]) -> list[Assessment]:
    """The assessments of the scores, each with its own."""
    found: dict[Assessment, list[Score]] = {}
    for score in scores:
        found.setdefault(score.assessment, []).append(score)
    for assessment, scores in found.items():
        set_prefetched(assessment, "scores", scores)
    return list(found)


def last_two(department: Department) -> list[Assessment]:
    """The department's newest official assessment and the one before it, without the levels of the axes (1 query)."""
    newest = Assessment.objects.official().filter(department=department).newest_first().values("pk")[:2]
    return sorted(_with_scores(Q(assessment__in=newest)), key=lambda a: (a.as_of, a.reply_id), reverse=True)


def with_the_one_before(replies: Sequence[Reply]) -> list[tuple[Assessment, Assessment | None]]:
    """The assessment of each reply that has one, with the department's last official one before it (1 query)."""
    asked = {r.pk for r in replies}
    day = OuterRef("round__period_end")
    older = Assessment.objects.official().filter(department=OuterRef("department"))
    newest = older.before(day, OuterRef("pk")).newest_first().values("pk")[:1]
    rows = Reply.objects.filter(pk__in=asked).order_by().annotate(before=Subquery(newest))
    found = _with_scores(Q(assessment__reply__in=asked) | Q(assessment__in=rows.values("before")))
    return [(a, _newest_before(a, found)) for a in found if a.reply_id in asked]


def _newest_before(now: Assessment, among: Iterable[Assessment]) -> Assessment | None:
    same = (a for a in among if a.department_id == now.department_id and a.accepted_at is not None)
    day = now.reply.round.period_end, now.reply_id
    return max((a for a in same if (a.as_of, a.reply_id) < day), key=lambda a: (a.as_of, a.reply_id), default=None)


def previous_score(reply: Reply, axis: Axis) -> Score | None:
    """The last official answer on the same axis; an axis of the same line in another version counts as the same."""
    previous = previous_assessment(reply)
    return previous.by_key().get(axis.line) if previous else None


def blank_scores(reply: Reply, rubric: Rubric) -> list[Score]:
    """Unsaved rows of a new assessment."""
    previous = previous_assessment(reply)
    before = previous.by_key() if previous else {}
    return [_blank(axis, before.get(axis.line), rubric.target_level) for axis in rubric.axes.prefetch_related("levels")]


def _blank(axis: Axis, before: Score | None, target_level: int | None) -> Score:
    """A new answer: no level, the target carried over or else that of the whole city."""
    numbers = {level.number for level in axis.levels.all()}
    wanted = before.target_level if before else target_level
    if wanted not in numbers:
        return Score(axis=axis)
    return Score(axis=axis, target_level=wanted, target_on=before.target_on if before else None)


@dataclass(frozen=True)
class CityRadar:
    """Averages over the departments whose assessment was accepted, in one round and one to compare it with.

    `answered` counts departments with a level on any axis, `reviewed` those with a reviewed one, `asked` all
    departments of the round; `maximum` is the highest level of the rubric, `marks` the answers by department and
    line of the axis. `is_chosen` tells that a reader chose `previous`; else it is the assessed round before.
    """

    round: Round
    previous: Round | None
    axes: tuple[AxisFigure, ...]
    overall: Decimal | None
    overall_previous: Decimal | None
    answered: int
    asked: int
    maximum: int
    marks: dict[int, dict[str, Mark]] = field(repr=False)
    overall_reviewed: Decimal | None = None
    reviewed: int = 0
    minimum: int = 1
    weighted: bool = False
    is_chosen: bool = False

    @property
    def previous_label(self) -> str:
        """前回, or the period of the round that was chosen."""
        if self.previous is None or not self.is_chosen:
            return "前回"
        return self.previous.fiscal_period.short_label

    @property
    def weights(self) -> list[Decimal]:
        """The weight of each axis in an overall figure; all 1 unless the rubric switches weights on."""
        return [a.weight if self.weighted else Decimal(1) for a in self.axes]

    @property
    def partly_reviewed(self) -> int:
        """How many axes have a reviewed average, 0 unless others with answers have none: the overall one is then
        not of the same axes as that of the departments themselves."""
        have = [a.reviewed is not None for a in self.axes if a.now is not None]
        return 0 if all(have) else sum(have)

    @property
    def unaccepted(self) -> int:
        """Departments asked of which no answer was accepted, whatever state theirs is in."""
        return max(self.asked - len(self.marks), 0)

    @property
    def gain(self) -> Decimal | None:
        return scoring.subtract(self.overall, self.overall_previous)

    @cached_property
    def sentence(self) -> str:
        """Which axis grew most, which is farthest from its target, and who is not in the averages."""
        left_out = f"自己評価を受理していない{self.unaccepted}課は平均に含めていません。" if self.unaccepted else ""
        weighted = WEIGHTED if self.weighted else ""
        return scoring.sentence(self.axes, self.previous_label) + left_out + weighted


def counted_rounds() -> RoundQuerySet:
    """Every round, the newest first, with `asked`, its replies that were not ended (廃止), and whether it
    `is_assessed`."""
    official = Assessment.objects.official().filter(reply__round=OuterRef("pk"))
    asked = Count("replies", filter=~Q(replies__state="void"))
    counted = Round.objects.annotate(asked=asked, is_assessed=Exists(official))
    return counted.order_by("-period_end", "-opens_on", "-pk")


def all_rounds() -> list[Round]:
    return list(counted_rounds())


def assessed_rounds(known: Iterable[Round] | None = None) -> list[Round]:
    """Those with an accepted assessment."""
    return [r for r in (all_rounds() if known is None else known) if r.is_assessed]


def city_radar(
    round_id: int | None = None, rounds: Sequence[Round] | None = None, with_id: int | None = None
) -> CityRadar | None:
    """Average one round (the newest by default) and compare it with another (the assessed round before it).

    Three queries, or two with `rounds` from `assessed_rounds`. None if nothing was accepted yet or the
    round has no accepted assessment.
    """
    known = list(assessed_rounds() if rounds is None else rounds)
    at = next((i for i, r in enumerate(known) if round_id in (None, r.pk)), None)
    if at is None:
        return None
    other = next((r for r in known if r.pk == with_id), None) if with_id else next(iter(known[at + 1 :]), None)
    return _radar(known[at], other, is_chosen=with_id is not None)


def _radar(shown: Round, other: Round | None, *, is_chosen: bool) -> CityRadar:
    axes, marks = axes_and_marks([r.pk for r in (shown, other) if r])
    now, before = marks[shown.pk], marks[other.pk] if other else {}
    weighted = any(a.uses_weights for a in axes)
    weights = [a.weight for a in axes] if weighted else None
    groups = [_of_axis(now, a) for a in axes]
    return CityRadar(
        shown, other,
        tuple(
            scoring.axis_figure(a.line, a.name, of_one, _of_axis(before, a), a.weight)
            for a, of_one in zip(axes, groups, strict=True)
        ),
        scoring.overall(groups, weights), scoring.overall((_of_axis(before, a) for a in axes), weights),
        sum(any(m.level is not None for m in of_one.values()) for of_one in now.values()),
        shown.asked, max((a.top or 0 for a in axes), default=0) or 5, now,
        overall_reviewed=scoring.overall(groups, weights, "reviewed"),
        reviewed=sum(any(m.reviewed is not None for m in of_one.values()) for of_one in now.values()),
        minimum=min((a.bottom for a in axes if a.bottom is not None), default=1),
        weighted=weighted, is_chosen=is_chosen,
    )  # fmt: skip


def _of_axis(marks: dict[int, dict[str, Mark]], axis: AxisRow) -> list[Mark]:
    return [of_one[axis.line] for of_one in marks.values() if axis.line in of_one]


def asked_departments(round_id: int) -> Iterable[Department]:
    """The departments of a round in their own order, those without an answer too, but none that ended meanwhile."""
    asked = Reply.objects.filter(round=round_id).exclude(state="void")
    return Department.objects.filter(pk__in=asked.values("department")).order_by("order", "code", "pk")


def history(department: Department) -> list[Assessment]:
    """The department's official assessments in full, the newest first."""
    official = Assessment.objects.official().filter(department=department)
    return list(official.newest_first().with_scores())


def city_levels(round_id: int) -> dict[str, CityAssessment]:
    """What was set as 組織として in a round, by line; rows without a level count too (they hold a comment)."""
    rows = CityAssessment.objects.filter(round_id=round_id).select_related("axis")
    return {row.axis.line: row for row in rows}


def line_names() -> dict[str, str]:
    """Names of all lines: those of the version in use first, in its order, then lines that have ended."""
    rows = Axis.objects.filter(rubric__is_draft=False)
    ordered = rows.order_by("-rubric__is_current", "-rubric__pk", "order", "pk").values_list("line", "name")
    names: dict[str, str] = {}
    for line, name in ordered:
        names.setdefault(line, name)
    return names


def city_trend(rounds: Sequence[Round], view: str = "self") -> list[trends.Line]:
    """The city's average of each axis over `rounds` (oldest first), through the versions of the rubric."""
    level = "reviewed_level" if view == "reviewed" else "level"
    rows = Score.objects.official().filter(**{f"{level}__isnull": False}).order_by()
    sums = {
        (round_id, line): (total, known)
        for round_id, line, total, known in rows.values_list("assessment__reply__round_id", "axis__line").annotate(
            Sum(level), Count("pk")
        )
    }
    return trends.averages(line_names(), [r.pk for r in rounds], sums)


def ranges_differ() -> bool:
    """Whether the published versions have different ranges of levels, so that their numbers compare only loosely."""
    rows = Rubric.objects.visible(drafts=False).order_by().values_list("lowest", "highest").distinct()
    return len(rows) > 1


def open_gaps(today: dt.date) -> ScoreQuerySet:
    """Where a department's newest official level is below its target."""
    return Score.objects.latest().of_departments_on(today).with_gap().below_target().with_axis()


def gap_of_score(score: Score) -> Gap | None:
    return gap_of(
        department=score.assessment.department_id, axis=score.axis_id, line=score.axis.line, own=score.level,
        reviewed=score.reviewed_level, target=score.target_level, due=score.target_on,
        not_applicable=score.not_applicable,
    )  # fmt: skip


def scores_on_line(department: Department, line: str) -> list[Score]:
    """The department's official answers on one axis through all versions, the newest first."""
    rows = Score.objects.official().filter(assessment__department=department, axis__line=line)
    return list(
        rows.with_axis().prefetch_related("axis__levels").order_by("-assessment__as_of", "-assessment__reply_id")
    )


def scores_to_review(round_id: int) -> list[Score]:
    """The accepted answers of a round with everything the review shows, by 部 and 課."""
    rows = Score.objects.official().filter(assessment__reply__round_id=round_id).with_axis()
    return list(rows.select_related("axis__rubric", "reviewed_by").order_by(
        F("assessment__department__parent__order").asc(nulls_last=True), "assessment__department__parent_id",
        "assessment__department__order", "assessment__department__code", "pk",
    ))  # fmt: skip


def scores_before(round_: Round) -> dict[tuple[int, str], Score]:
    """Each department's last official answer before a round, by department and line."""
    rows = Score.objects.official().filter(assessment__as_of__lt=round_.period_end).with_axis()
    found: dict[tuple[int, str], Score] = {}
    for score in rows.order_by("assessment__as_of", "assessment__reply_id"):
        found[score.assessment.department_id, score.axis.line] = score
    return found
