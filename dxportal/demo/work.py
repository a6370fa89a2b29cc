"""Actions of サンプル市: 11 rows of the schedule and 110 of the departments, with their planned and actual bars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from random import Random
from typing import Any

from actions.models import Action, Proposal, reason_choices
from actions.services import create_action, set_milestones, set_phases
from actions.services.proposals import create_action_from
from dxportal.demo import bars
from dxportal.demo.bars import Bar, Mark
from dxportal.demo.course import Work
from dxportal.demo.halves import half
from dxportal.demo.people import OFFICE_CODE, People, lead_post
from lib import fiscal
from maturity.models import Axis
from strategy.models import Element, ItemMapping, Plan, PriorityItem

REASONS = {label: key for key, label in reason_choices()}
OFFICE_MEASURES = frozenset({"m1", "m4", "m6"})


@dataclass
class Job:
    """One action of the story, and its row once it is stored."""

    code: str
    title: str
    purpose: str
    issue: str
    department: str
    measures: Sequence[str]
    items: Sequence[str]
    axes: Sequence[str]
    work: Work
    bars: list[Bar]
    marks: list[Mark]
    supporting: Sequence[str] = ()
    action: Action | None = field(default=None, repr=False)

    @property
    def stored(self) -> Action:
        if self.action is None:
            raise LookupError(f"{self.code} is not stored yet")
        return self.action


@dataclass(frozen=True)
class Ground:
    """What actions hang on: the main plan, its measures by fixture key, axes by key, and for the key of an
    item of any version what it is called in the version in force."""

    plan: Plan
    measures: dict[str, Element]
    items: dict[str, list[PriorityItem]]
    axes: dict[str, Axis]


def department_jobs(rows: Sequence[dict[str, Any]], today: dt.date, holding: Sequence[str]) -> list[Job]:
    """Jobs from fixtures/demo_actions.json; departments in `holding` say 変更なし to everything in the latest round."""
    return [_department_job(row, today, row["department"] in holding) for row in rows]


def _department_job(row: dict[str, Any], today: dt.date, holds: bool) -> Job:
    rng = Random(f"bars {row['code']}")  # noqa: S311
    halves = [half(today, row["start_offset"] + n) for n in range(row["length"])]
    spans = [(h.start, h.end) for h in halves]
    planned = bars.planned(spans, led_by_office=row["department"] == OFFICE_CODE, rng=rng)
    return Job(
        **{k: row[k] for k in ("code", "title", "purpose", "issue", "department", "measures", "items", "axes")},
        work=_work(row, row["start_offset"], len(halves), spans, holds=holds),
        bars=planned, marks=bars.milestones(planned), supporting=_supporting(row, rng),
    )  # fmt: skip


def _supporting(row: dict[str, Any], rng: Random) -> list[str]:
    needs_office = OFFICE_MEASURES & set(row["measures"]) and row["department"] != OFFICE_CODE
    return [OFFICE_CODE] if needs_office and rng.random() < 0.5 else []


def _work(
    row: dict[str, Any], first: int, length: int, spans: Sequence[tuple[dt.date, dt.date]], *, holds: bool = False
) -> Work:  # fmt: skip
    hold_up = row["hold_up"] or {"kind": "", "text": ""}
    return Work(
        row["course"], first, first + length - 1, spans[0][0], spans[-1][1], row["notes"],
        REASONS.get(hold_up["kind"], ""), hold_up["text"], holds,
    )  # fmt: skip


def schedule_jobs(facts: dict[str, Any], story: dict[str, Any], today: dt.date) -> list[Job]:
    """The rows of fixtures/schedule.json, shifted so that they begin `first_offset` half-years from now."""
    told = {row["code"]: row for row in story["rows"]}
    begin = fiscal.parse(facts["first"])
    return [_schedule_job(row, told[row["code"]], story, begin, today) for row in facts["rows"]]


def _schedule_job(
    row: dict[str, Any], told: dict[str, Any], story: dict[str, Any], begin: fiscal.Period, today: dt.date
) -> Job:  # fmt: skip
    def offset(key: str) -> int:
        return story["first_offset"] + len(fiscal.halves_between(begin.start, fiscal.parse(key).start)) - 1

    phases = [(p, offset(p["from"]), offset(p["to"])) for p in row["phases"]]
    first, last = min(p[1] for p in phases), max(p[2] for p in phases)
    planned = [Bar(p["label"], p["owner"], half(today, a).start, half(today, b).end) for p, a, b in phases]
    middle = half(today, (first + last) // 2).end
    spans = [(planned[0].starts_on, half(today, last).end)]
    return Job(
        f"{story['prefix']}{row['code']}", row["title"], told["purpose"], "", told["department"],
        told["measures"], [row["item"]], told["axes"], _work(told, first, last - first + 1, spans), planned,
        [Mark("中間の見直し", middle), Mark("全体の評価", spans[0][1])],
    )  # fmt: skip


def items_by_key() -> dict[str, list[PriorityItem]]:
    """For the key of every item, those under which it lives on in the version in force."""
    found = {item.key: [item] for item in PriorityItem.objects.current()}
    mapped = ItemMapping.objects.filter(source__isnull=False, target__plan__is_current=True)
    for row in mapped.select_related("source", "target").order_by("target__order_key", "target__number"):
        found.setdefault(row.source.key, []).append(row.target)
    return found


def fields_of(job: Job, ground: Ground, people: People) -> dict[str, Any]:
    """Values of the action's own columns."""
    department = people.departments[job.department]
    return {
        "plan": ground.plan, "code": job.code, "title": job.title, "purpose": job.purpose, "issue": job.issue,
        "lead_department": department, "responsible_post": lead_post(department),
        "starts_on": job.work.starts_on, "ends_on": job.work.ends_on,
    }  # fmt: skip


def relations_of(job: Job, ground: Ground, people: People) -> dict[str, list[Any]]:
    return {
        "supporting": [people.departments[c] for c in job.supporting],
        "elements": [ground.measures[m] for m in job.measures],
        "items": [item for key in job.items for item in ground.items[key]],
        "axes": [ground.axes[a] for a in job.axes],
    }  # fmt: skip


def store(job: Job, ground: Ground, people: People, proposal: Proposal | None = None) -> None:
    """Store the action with its plan, by the head of its department; `proposal` is what it is made from."""
    create = partial(create_action_from, proposal=proposal) if proposal else create_action
    job.action = create(
        by=people.lead(job.department), **fields_of(job, ground, people), **relations_of(job, ground, people),
        phases=[asdict(b) for b in job.bars], milestones=[asdict(m) for m in job.marks],
    )  # fmt: skip


def catch_up(job: Job, today: dt.date, people: People) -> None:
    """Enter what has become of the plan: actual bars and milestones reached."""
    by, rng = people.lead(job.department), Random(f"marks {job.code}")  # noqa: S311
    course = job.work.course
    until = half(today, -1).end if course == "early" else today - bars.DAY
    done = bars.actual(job.bars, course, until)
    if done:
        set_phases(action=job.stored, rows=[asdict(b) for b in (*job.bars, *done)], by=by)
    marks = bars.reached(job.marks, course, until, rng)
    if marks != job.marks:
        set_milestones(action=job.stored, rows=[asdict(m) for m in marks], by=by)
