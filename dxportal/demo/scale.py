"""The same city made large: more actions of the same kinds with their reports, stored in bulk, for measuring.

The copies do not pass through the rounds, whose services write one reply at a time: their reports are added to the
replies once the story is told, so the frozen replies show the story alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import count
from typing import Any

from django.db.models import OuterRef, Subquery

from actions import status
from actions.models import Action, Milestone, Phase, ProgressReport
from actions.services.labels import ACTION_FIELDS, ACTION_SETS, labelled, milestone_line, phase_line, report_state
from dxportal.demo import bars
from dxportal.demo.clock import moment
from dxportal.demo.course import Answer
from dxportal.demo.halves import half
from dxportal.demo.people import People
from dxportal.demo.work import Ground, Job, fields_of, relations_of
from lib import ledger
from rounds.models import Reply

BATCH = 500
REPORTS = 10  # of one action
MONTH = dt.timedelta(days=30)


def extra_jobs(jobs: Sequence[Job], size: int) -> list[Job]:
    """Copies of `jobs` under new codes, `size` in number."""
    copies = _copies(jobs)
    return [next(copies) for _ in range(size)]


def _copies(jobs: Sequence[Job]) -> Iterator[Job]:
    for number in count(2):
        for job in jobs:
            yield replace(job, code=f"{job.code}-{number}", title=f"{job.title}（その{number}）")


def grow(
    jobs: Sequence[Job], told: Mapping[str, Mapping[int, Answer]], today: dt.date, ground: Ground, people: People
) -> None:
    """Store `jobs` with what their departments say of them (`told`, by code and offset), REPORTS an action."""
    if not jobs:
        return
    replies = _replies(today, {n for said in told.values() for n in said})
    until = today - bars.DAY
    jobs = [replace(j, bars=[*j.bars, *bars.actual(j.bars, j.work.course, until)]) for j in jobs]
    reports = {j.code: _reports(j, told[j.code], replies) for j in jobs}
    store_many(jobs, ground, people, {code: _official(rows) for code, rows in reports.items()})
    for job in jobs:
        for report in reports[job.code]:
            report.action = job.stored
    rows = [r for job in jobs for r in reports[job.code]]
    ProgressReport.objects.bulk_create(rows, batch_size=BATCH)
    events = [(j, r) for j in jobs for r in reports[j.code]]
    ledger.record_many(
        [ledger.event(by=people.member(j.department), act="report", obj=r, after=report_state(r)) for j, r in events]
    )
    last = ProgressReport.objects.official().filter(action=OuterRef("pk")).latest_first().values("pk")[:1]
    Action.objects.filter(last_report__isnull=True).update(last_report=Subquery(last))


def _replies(today: dt.date, offsets: set[int]) -> dict[tuple[str, int], Reply]:
    """Replies that were begun, by department and offset."""
    by_period = {half(today, n).key: n for n in offsets}
    begun = Reply.objects.filter(started_at__isnull=False, round__period__in=by_period)
    return {
        (r.department.code, by_period[r.round.period]): r for r in begun.select_related("round", "department")
    }


def _reports(job: Job, told: Mapping[int, Answer], replies: Mapping[tuple[str, int], Reply]) -> list[ProgressReport]:
    """One report a round, then those between rounds that make them up to REPORTS; the last official one comes first."""
    asked = [(replies[job.department, n], a) for n, a in sorted(told.items()) if (job.department, n) in replies]
    given = [
        ProgressReport(reply=reply, as_of=reply.round.period_end, accepted_at=reply.accepted_at, **asdict(answer))
        for reply, answer in reversed(asked)
    ]
    last = next((r for r in given if r.accepted_at), None)
    if last is None:
        return given
    between = [_between(job, last, n + 1) for n in range(REPORTS - len(given))]
    return given + between


def _between(job: Job, last: ProgressReport, months: int) -> ProgressReport:
    """An ad hoc report some months before `last`."""
    day = last.as_of - MONTH * months
    percent = max(0, last.percent - 4 * months)
    said = {"lifecycle": "running" if percent else "studying", "percent": percent, "done": job.work.notes[0]}
    return ProgressReport(as_of=day, accepted_at=moment(day, 12), **said)


def _official(reports: Sequence[ProgressReport]) -> dict[str, Any]:
    """What the action itself repeats of its last official report."""
    last = next((r for r in reports if r.accepted_at), None)
    if last is None:
        return {}
    return {"lifecycle": last.lifecycle, "percent": last.percent, "reported_as_of": last.as_of}


def store_many(
    jobs: Sequence[Job], ground: Ground, people: People, official: Mapping[str, dict[str, Any]] | None = None
) -> None:
    """Store `jobs` with relations, bars and milestones; one ledger row an action tells them all.

    `official` gives by code what the last report says.
    """
    for job in jobs:
        job.action = Action(**fields_of(job, ground, people), **(official or {}).get(job.code, {}))
        job.action.behind = _is_behind(job.action)
    Action.objects.bulk_create([j.stored for j in jobs], batch_size=BATCH)
    relations = [relations_of(j, ground, people) for j in jobs]
    for name in ACTION_SETS:
        _relate(name, [(j.stored, row) for j, rows in zip(jobs, relations, strict=True) for row in rows[name]])
    phases = [[Phase(action=j.stored, **asdict(b)) for b in j.bars] for j in jobs]
    marks = [[Milestone(action=j.stored, **asdict(m)) for m in j.marks] for j in jobs]
    Phase.objects.bulk_create([p for rows in phases for p in rows], batch_size=BATCH)
    Milestone.objects.bulk_create([m for rows in marks for m in rows], batch_size=BATCH)
    told = zip(jobs, relations, phases, marks, strict=True)
    ledger.record_many([_event(j, people, *lists) for j, *lists in told])


def _is_behind(action: Action) -> bool:
    day = action.reported_as_of
    return day is not None and status.is_behind(action.percent, action.starts_on, action.ends_on, day)


def _relate(name: str, pairs: Sequence[tuple[Action, Any]]) -> None:
    """Fill a many-to-many table in one statement."""
    relation = Action._meta.get_field(name)
    through = relation.remote_field.through
    own, other = relation.m2m_column_name(), relation.m2m_reverse_name()
    rows = [through(**{own: action.pk, other: row.pk}) for action, row in pairs]
    through._default_manager.bulk_create(rows, batch_size=BATCH)


def _event(
    job: Job, people: People, relations: dict[str, list[Any]], phases: list[Phase], marks: list[Milestone]
) -> ledger.Event:
    after = labelled(job.stored, ACTION_FIELDS) | {name: ledger.plain(rows) for name, rows in relations.items()}
    after |= {"phases": [phase_line(p) for p in phases], "milestones": [milestone_line(m) for m in marks]}
    return ledger.event(by=people.lead(job.department), act="create", obj=job.stored, after=after)
