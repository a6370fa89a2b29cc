"""The rounds of the story: every department's answers, through the steps of a reply in their order of time.

Answers are written in bulk, a department at a time; all moves of a reply go through `rounds.services`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from django.utils import timezone

from accounts.models import Department
from actions import rules
from actions.models import Action, Grade, ProgressReport
from actions.services.labels import report_state
from dxportal.demo import asides, depth, halves
from dxportal.demo.clock import moment, telling
from dxportal.demo.course import Answer
from dxportal.demo.halves import Days, Steps
from dxportal.demo.people import People
from dxportal.demo.work import Job
from lib import fiscal, ledger
from maturity.models import Assessment, Axis, Rubric, Score
from maturity.services import FIELDS as SCORE_FIELDS
from rounds import services
from rounds.models import Reply, Round

SECTIONS = ("progress", "maturity")
LATEST = -1
Event = tuple[dt.datetime, str, Callable[[], None]]


@dataclass
class Story:
    """All that a round is told from. `answers` by action code and offset, `levels` by department, axis and round."""

    today: dt.date
    offsets: tuple[int, ...]
    script: Mapping[str, Any]
    people: People
    jobs: list[Job]
    answers: dict[str, dict[int, Answer]]
    levels: dict[str, dict[str, list[int]]]
    rubric: Rubric
    axes: dict[str, Axis] = field(default_factory=dict)
    grades: dict[str, Grade] = field(default_factory=dict)

    @property
    def target_on(self) -> dt.date:
        return fiscal.parse(str(fiscal.fiscal_year(self.today) + 1)).end

    def standing(self, code: str, offset: int) -> str:
        """Where a department's reply ends: silent, draft, submitted, approved, returned or accepted."""
        rounds = self.script["rounds"]
        if code in rounds["silent"].get(str(offset), []):
            return "silent"
        if offset != LATEST:
            return "accepted"
        states = ("draft", "submitted", "approved", "returned")
        return next((s for s in states if code in rounds["open"][s]), "accepted")


def tell_round(story: Story, offset: int) -> Round:
    """Open the round about the half-year at `offset`, let everybody answer, and close it unless it is the latest."""
    days = halves.round_days(story.today, offset)
    office = story.people.actor("secretariat")
    with telling(moment(days.opens, 8, 30)):
        round_ = services.open_round(
            title="", period=halves.half(story.today, offset).key, sections=_asked(offset), opens_on=days.opens,
            due_on=days.due, departments=story.people.sections, by=office, note=story.script["rounds"]["note"],
            questions=asides.questions() if offset == LATEST else (),
        )  # fmt: skip
    events: list[Event] = []
    for reply in round_.replies.select_related("department", "round"):
        events += Telling(story, offset, reply).events(days)
    for at, _, happens in sorted(events, key=lambda e: e[:2]):
        with telling(at):
            happens()
    if days.closes:
        with telling(moment(days.closes, 17)):
            services.close_round(round_=round_, version=round_.version, by=office)
    return round_


def _asked(offset: int) -> tuple[str, ...]:
    """The latest round asks for hurdles too."""
    return (*SECTIONS, "hurdles") if offset == LATEST else SECTIONS


@dataclass
class Telling:
    """One reply on its way."""

    story: Story
    offset: int
    reply: Reply

    def events(self, days: Days) -> list[Event]:
        end = self.story.standing(self.code, self.offset)
        rng = Random(f"steps {self.code} {self.offset}")  # noqa: S311
        steps = asides.steps_of(self.code, self.offset, days, halves.reply_steps(days, rng))
        moves = self._moves(steps)[: _MOVES[end]]
        if end == "returned":
            moves.append((steps.accepted, 17, self._return))
        minute = rng.randint(0, 59)
        return [(moment(day, hour, minute), self.code, move) for day, hour, move in moves]

    def _moves(self, steps: Steps) -> list[tuple[dt.date, int, Callable[[], None]]]:
        return [
            (steps.entered, 9, self._enter), (steps.submitted, 13, self._submit),
            (steps.approved, 16, self._approve), (steps.accepted, 17, self._accept),
        ]  # fmt: skip

    @property
    def department(self) -> Department:
        return self.reply.department

    @property
    def code(self) -> str:
        return self.department.code

    @property
    def by(self) -> ledger.Actor:
        return self.story.people.member(self.code)

    def _enter(self) -> None:
        services.touch(reply=self.reply, by=self.by)
        is_draft = self.story.standing(self.code, self.offset) == "draft"
        self._report(self._drafts() if is_draft else self._answers())
        if self.offset == LATEST:
            depth.tell_hurdles_of(self.reply, self.by, is_draft=is_draft)
            asides.tell_answer(self.reply, self.by)
        asides.tell_files(self.reply, self.offset, self.by)
        draft_axes = self.story.script["rounds"]["open"]["draft_axes"]
        self._assess(draft_axes[self.code] if is_draft else list(self.story.axes))

    def _answers(self) -> dict[str, Answer]:
        mine = (j for j in self.story.jobs if j.department == self.code)
        return {j.code: a for j in mine if (a := self.story.answers[j.code].get(self.offset))}

    def _drafts(self) -> dict[str, Answer]:
        """The few answers entered so far; 変更なし repeats the words of the round before."""
        told = self.story.script["rounds"]["open"]["drafts"]
        found = {}
        for code in self._answers().keys() & told.keys():
            before = self.story.answers[code].get(self.offset - 1)
            repeats = told[code].get("no_change") and before is not None
            found[code] = Answer(**asdict(before) | {"no_change": True}) if repeats else Answer(**told[code])
        return dict(sorted(found.items()))

    def _report(self, answers: Mapping[str, Answer]) -> None:
        jobs = {j.code: j for j in self.story.jobs if j.code in answers}
        actions = {code: job.stored for code, job in jobs.items()}
        held = Action.objects.select_related("self_grade").in_bulk([a.pk for a in actions.values()])
        reports = [
            ProgressReport(
                action=actions[code], reply=self.reply, as_of=self.reply.round.period_end,
                reported_by_id=self.by.user_id, grade=self._grade(held[actions[code].pk], answer),
                **(_proposed(jobs[code]) if self.offset == LATEST else {}), **asdict(answer),
            )
            for code, answer in answers.items()
        ]  # fmt: skip
        ProgressReport.objects.bulk_create(reports, batch_size=500)
        ledger.record_many([ledger.event(by=self.by, act="report", obj=r, after=report_state(r)) for r in reports])

    def _grade(self, action: Action, answer: Answer) -> Grade | None:
        """What the department says of itself; 変更なし repeats what was official."""
        if answer.no_change and action.self_grade:
            return action.self_grade
        said = rules.Said(answer.lifecycle, answer.percent, self.reply.round.period_end)
        return self.story.grades.get(depth.own_grade(action, said, timezone.localdate()))

    def _assess(self, answered: list[str]) -> None:
        if not answered:
            return
        assessment = Assessment.objects.create(
            department=self.department, reply=self.reply, rubric=self.story.rubric, as_of=self.reply.round.period_end
        )
        scores = [
            self._score(assessment, axis) if key in answered else self._blank(assessment, axis)
            for key, axis in self.story.axes.items()
        ]
        Score.objects.bulk_create(scores)
        begun = ledger.event(by=self.by, act="create", obj=assessment, after=ledger.state_of(assessment, ("as_of",)))
        events = [
            ledger.event(by=self.by, act="assess", obj=s, after=ledger.state_of(s, SCORE_FIELDS), note=str(self.reply))
            for s in scores
        ]
        ledger.record_many([begun, *events])

    def _blank(self, assessment: Assessment, axis: Axis) -> Score:
        return Score(
            assessment=assessment, axis=axis, target_level=self.story.rubric.target_level,
            target_on=self.story.target_on, saved_by_id=self.by.user_id,
        )  # fmt: skip

    def _score(self, assessment: Assessment, axis: Axis) -> Score:
        score, script = self._blank(assessment, axis), self.story.script["maturity"]
        spared = script["not_applicable"]
        if (self.code, axis.key) == (spared["department"], spared["axis"]):
            score.not_applicable, score.not_applicable_reason = True, spared["evidence"]
            score.target_level = score.target_on = None
            return score
        rng = Random(f"evidence {self.code} {axis.key} {self.offset}")  # noqa: S311
        score.level = self.story.levels[self.code][axis.key][self.story.offsets.index(self.offset)]
        score.evidence = rng.choice(script["evidence"][axis.key])
        score.confidence = rng.choice("aab" if self.offset == LATEST else "abbc")
        return score

    def _submit(self) -> None:
        self.reply = services.submit_reply(reply=self.reply, version=self.reply.version, by=self.by)

    def _approve(self) -> None:
        by = self.story.people.lead(self.code)
        self.reply = services.approve_reply(reply=self.reply, version=self.reply.version, by=by)

    def _accept(self) -> None:
        by = self.story.people.actor("secretariat")
        self.reply = services.accept_reply(reply=self.reply, version=self.reply.version, by=by)

    def _return(self) -> None:
        by, comment = self.story.people.actor("secretariat"), self.story.script["rounds"]["open"]["return_comment"]
        self.reply = services.return_reply(
            reply=self.reply, version=self.reply.version, by=by, comment=comment, remarks=asides.remarks(self.reply)
        )


def _proposed(job: Job) -> dict[str, Any]:
    """The dates that a department proposes to move in the open round."""
    return {"new_ends_on": depth.proposed_end(job), "milestones_moved": asides.moved_milestones(job)}


_MOVES = {"silent": 0, "draft": 1, "submitted": 2, "approved": 3, "returned": 3, "accepted": 4}
