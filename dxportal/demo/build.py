"""Build サンプル市 from fixtures/: facts, posts, actions, and five rounds told in their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Department, User
from actions.models import Action, ProgressReport
from dxportal.demo import (
    budgets,
    calibration,
    depth,
    editions,
    evidence,
    facts,
    gatherings,
    kpi,
    levels,
    packs,
    people,
    proposals,
    readers,
    reading,
    records,
    reorganisation,
    rubrics,
    scale,
    sheets,
    work,
    workbooks,
)
from dxportal.demo.answers import Story, tell_round
from dxportal.demo.between import tell_between
from dxportal.demo.clock import moment, one_book, telling
from dxportal.demo.course import Answer, Asked, answers
from dxportal.demo.files import read
from dxportal.demo.halves import half, round_days
from dxportal.demo.people import People
from dxportal.demo.work import Ground, Job
from lib import fiscal, ledger
from maturity.models import Rubric
from rounds.models import Round
from strategy.models import Element, Plan
from strategy.services import lineage_of

OFFSETS = (-5, -4, -3, -2, -1)
BY = ledger.command("demo")
PLAN_KEY = "sample"
# A code with its right check digit in a prefecture that does not exist.
NO_CITY = "999997"


@dataclass(frozen=True)
class Built:
    """What stands after a build."""

    departments: int
    users: int
    actions: int
    rounds: int
    reports: int


@transaction.atomic
@one_book()
def build(today: dt.date, size: int | None = None) -> Built:
    """Store the whole city as it stands on `today`; `size` is the number of actions, not fewer than are told."""
    script = read("demo_scenario.json", {})
    until = fiscal.parse(str(fiscal.fiscal_year(max(today, timezone.localdate())) + 1)).end
    founded = round_days(today, OFFSETS[0]).opens - dt.timedelta(days=30)
    with telling(moment(founded)):
        _load_facts(script, today)
        posts = people.build(read("departments.json", {})["departments"], today, until, BY)
        ground = foundation()
        gatherings.set_up_bodies(posts)
        grades = depth.set_up_grades(ground.plan, posts.actor("secretariat"))
    jobs = told_jobs(today)
    extra = scale.extra_jobs(jobs, max(0, (size or 0) - len(jobs)))
    story = _story(script, today, posts, jobs)
    story.grades = grades
    for offset in OFFSETS:
        _enter_actions(jobs, offset, today, ground, posts)
        tell_round(story, offset)
        gatherings.tell_meetings_after(offset, today, posts)
        tell_between(story, offset, ground)
    with telling(moment(today - dt.timedelta(days=1), 18)):
        _bring_up_to_date(script, today, jobs, posts)
        scale.grow(extra, told_answers(extra, today), today, ground, posts)
    reading.tell_reading(today, posts)
    editions.tell_editions(today, posts)
    rubrics.tell_rubric(today, posts)
    evidence.tell_evidence(today, posts)
    kpi.tell_indicators(today, posts)
    reorganisation.tell_reorganisation(today, posts)
    budgets.tell_budgets(today, posts, jobs)
    calibration.tell_calibration(today, posts)
    proposals.tell_proposals(today, posts)
    gatherings.tell_recent_meetings(today, posts)
    depth.tell_depth(today, posts)
    sheets.tell_sheets(today, posts)
    workbooks.tell_workbooks()
    packs.tell_packs(today, posts)
    readers.tell_readers(today)
    return _built()


def told_actions() -> int:
    """Number of actions in the story itself."""
    return len(read("demo_actions.json", {})["actions"]) + len(read("schedule.json", {})["rows"])


def _load_facts(script: dict[str, Any], today: dt.date) -> None:
    """The published facts, with the city's own plan in the place of the one whose shape it borrows."""

    def adapt(name: str, data: Any) -> Any:
        if name != "plans.json":
            return data
        return {"plans": [_own(p, script["plan"], today) for p in data["plans"]]}

    facts.load_facts(by=BY, adapt=adapt)


def _own(plan: dict[str, Any], own: dict[str, Any], today: dt.date) -> dict[str, Any]:
    if plan["key"] != own["base"]:
        return plan
    first = fiscal.fiscal_year(today) - own["fiscal_from_years_ago"]
    start = fiscal.parse(str(first)).start
    edition = {"label": own["edition"], "published_label": own["published_label"], "effective_on": start.isoformat()}
    return plan | {
        "key": PLAN_KEY, "is_main": True, "municipality_code": NO_CITY, "as_of": start.isoformat(), "edition": edition,
        "name": own["name"], "municipality": own["municipality"], "source": own["source"], "note": own["summary"],
        "fiscal_from": first, "fiscal_to": first + own["fiscal_years"] - 1,
        "elements": reading.with_marks(plan["elements"]),
    }  # fmt: skip


def foundation() -> Ground:
    """What actions hang on, read back from the stored facts."""
    plan = Plan.objects.get(is_main=True)
    by_lineage = {e.lineage: e for e in Element.objects.in_force().filter(layer__role="measure")}
    keys = [e["key"] for p in read("plans.json", {})["plans"] for e in p["elements"]]
    measures = {k: by_lineage[line] for k in keys if (line := lineage_of(PLAN_KEY, k)) in by_lineage}
    return Ground(plan, measures, work.items_by_key(), {a.key: a for a in _rubric().axes.all()})


def _rubric() -> Rubric:
    return Rubric.objects.current().get()


def told_jobs(today: dt.date) -> list[Job]:
    """The actions of the story, with what is planned for each."""
    script = read("demo_scenario.json", {})
    return [
        *work.schedule_jobs(read("schedule.json", {}), script["schedule"], today),
        *work.department_jobs(read("demo_actions.json", {})["actions"], today, script["rounds"]["open"]["unchanged"]),
    ]


def told_answers(jobs: Sequence[Job], today: dt.date) -> dict[str, dict[int, Answer]]:
    """What the departments say of each action, by its code and the half-year of the round."""
    asked = [Asked(n, half(today, n).end, round_days(today, n).last) for n in OFFSETS]
    return {j.code: answers(j.work, asked, Random(f"course {j.code}")) for j in jobs}  # noqa: S311


def _story(script: dict[str, Any], today: dt.date, posts: People, jobs: list[Job]) -> Story:
    rubric = _rubric()
    return Story(
        today, OFFSETS, script, posts, jobs, told_answers(jobs, today), _levels(script, posts),
        rubric, {a.key: a for a in rubric.axes.all()},
    )  # fmt: skip


def _levels(script: dict[str, Any], posts: People) -> dict[str, dict[str, list[int]]]:
    told = script["maturity"]
    grown = levels.grow([d.code for d in posts.sections], told["mean"], Random("levels"))  # noqa: S311
    for code in script["rounds"]["open"]["unchanged"]:
        grown[code] = {axis: [*path[:-1], path[-2]] for axis, path in grown[code].items()}
    return grown | told["fixed"]


def _enter_actions(jobs: Sequence[Job], offset: int, today: dt.date, ground: Ground, posts: People) -> None:
    """Store the actions that the round at `offset` is the first to ask about."""
    day = round_days(today, offset).opens - dt.timedelta(days=1)
    new = [job for job in jobs if _first_round(job) == offset]
    adopted = proposals.tell_adopted(new, day, posts)
    with telling(moment(day, 10)):
        for job in new:
            work.store(job, ground, posts, adopted.get(job.code))


def _first_round(job: Job) -> int:
    return max(OFFSETS[0], job.work.known_since)


def _bring_up_to_date(script: dict[str, Any], today: dt.date, jobs: Sequence[Job], posts: People) -> None:
    for job in jobs:
        work.catch_up(job, today, posts)
    records.fill_registers(script["registers"], today, posts)
    records.fill_checklists(script["checklists"], today, posts)


def _built() -> Built:
    sections = Department.objects.sections().filter(valid_to__isnull=True).count()
    return Built(
        sections, User.objects.count(), Action.objects.count(),
        Round.objects.count(), ProgressReport.objects.count(),
    )  # fmt: skip
