"""What the reply's page shows of each axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse

from maturity import evidence, queries
from maturity.forms import ScoreForm
from maturity.models import Axis, Level, Rubric, Score
from maturity.words import change_words, goal_words, target_words
from rounds.models import Reply


@dataclass(frozen=True)
class Choice:
    """One of the levels in view: `was`, `checked` and `goal` are the words of its tags, `change` how far from the
    last level. `checked` marks the level that 事務局 set last time, where it differs from the department's own."""

    number: int
    descriptor: str
    chosen: bool
    was: str
    goal: str
    change: str
    checked: str = ""


@dataclass(frozen=True)
class Panel:
    """One axis of a reply: the stored answer, the official one before, and the form."""

    reply: Reply
    score: Score
    previous: Score | None
    editable: bool
    data: QueryDict | None = None
    current: bool = False

    @property
    def axis(self) -> Axis:
        return self.score.axis

    @property
    def id(self) -> str:
        return anchor(self.axis)

    @property
    def url(self) -> str:
        return reverse("maturity:assess", args=[self.reply.pk, self.axis.pk])

    @property
    def saved(self) -> bool:
        return self.score.pk is not None and self.score.saved_by_id is not None

    @cached_property
    def levels(self) -> list[Level]:
        return list(self.axis.levels.all())

    @cached_property
    def form(self) -> ScoreForm:
        return ScoreForm(self.data, score=self.score, levels=self.levels)

    @property
    def chosen_value(self) -> str:
        """The level as the form holds it now, typed or stored."""
        value = self.form["level"].value()
        return "" if value is None else str(value)

    @cached_property
    def choices(self) -> list[Choice]:
        return [self._choice(level) for level in self.levels]

    def _choice(self, level: Level) -> Choice:
        last = self.previous.level if self.previous else None
        return Choice(
            level.number,
            level.descriptor,
            chosen=str(level.number) == self.chosen_value,
            was=f"前回 {self.previous_period}" if level.number == last else "",
            goal=goal_words(self.score) if level.number == self.score.target_level else "",
            change="" if last is None else change_words(level.number - last),
            checked="前回の確認後" if self._is_corrected_to(level.number) else "",
        )

    def _is_corrected_to(self, number: int) -> bool:
        before = self.previous
        return before is not None and bool(before.difference) and before.reviewed_level == number

    @property
    def previous_period(self) -> str:
        if self.previous is None:
            return ""
        return self.previous.assessment.reply.round.fiscal_period.label

    @property
    def evidence_parts(self) -> list[evidence.Part]:
        return evidence.parts(self.score.evidence)

    @property
    def target(self) -> str:
        return target_words(self.score)

    @property
    def word(self) -> str:
        """The answer in short, for the tab: a number, 該当なし or nothing."""
        if self.score.not_applicable:
            return "該当なし"
        return "" if self.score.level is None else str(self.score.level)


def anchor(axis: Axis) -> str:
    return f"axis-{axis.key}"


@dataclass(frozen=True)
class Sheet:
    """All axes of a reply."""

    rubric: Rubric | None
    panels: list[Panel]

    @property
    def done(self) -> int:
        return sum(p.score.is_answered for p in self.panels)

    @property
    def total(self) -> int:
        return len(self.panels)


def sheet(reply: Reply, answers: queries.Answers, *, editable: bool) -> Sheet:
    """Build every axis of a reply; the first one without an answer is the current tab."""
    scores, before = answers.scores, answers.before
    start = next((s for s in scores if not s.is_answered), scores[0] if scores else None)
    panels = [Panel(reply, s, before.get(s.axis.line), editable, current=s is start) for s in scores]
    return Sheet(answers.rubric, panels)
