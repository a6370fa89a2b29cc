"""What happens between two rounds of サンプル市: dates that move, and an action that goes into another."""

from __future__ import annotations

import datetime as dt
from typing import Any

from actions import services, status
from actions.services.bulk import month_end_shift
from dxportal.demo.answers import LATEST, Story
from dxportal.demo.clock import moment, telling
from dxportal.demo.depth import told
from dxportal.demo.halves import half, month_end, round_days
from dxportal.demo.work import Ground, Job

SHIFTS = (6, 3, 2, 1)


def tell_between(story: Story, offset: int, ground: Ground) -> None:
    """After the round at `offset`: dates that are moved, and the action that goes into another."""
    if offset == LATEST:
        return
    next_opens = round_days(story.today, offset + 1).opens
    with telling(moment(next_opens - dt.timedelta(days=4), 10)):
        for place, code in enumerate(told()["pushed"].get(str(offset), ())):
            _push(story, _job(story, code), place, again=offset > -3 and code in told()["pushed"]["-3"])
        if told()["merged"]["offset"] == offset:
            _merge(story, ground)


def _job(story: Story, code: str) -> Job:
    return next(j for j in story.jobs if j.code == code)


def _push(story: Story, job: Job, place: int, *, again: bool) -> None:
    """Move the end of a late action as far as it stays late: the plan is renewed, the work has not caught up."""
    action = job.stored
    months = next((m for m in SHIFTS if _stays_late(story, job, month_end_shift(action.ends_on, m))), 0)
    if months:
        reasons = told()["push_reasons"]
        services.update_action(
            action=action, version=action.version, by=story.people.lead(job.department),
            ends_on=month_end_shift(action.ends_on, months if again else (months + 1) // 2),
            date_reason=told()["push_again"] if again else reasons[place % len(reasons)],
            date_reason_kind=job.work.reason_kind,
        )  # fmt: skip


def _stays_late(story: Story, job: Job, ends_on: dt.date) -> bool:
    """Whether every report that was behind would be so by the new plan too, the latest included."""
    told_late = [
        (a.percent, half(story.today, n).end)
        for n, a in story.answers[job.code].items()
        if status.is_behind(a.percent, job.work.starts_on, job.work.ends_on, half(story.today, n).end)
    ]
    return bool(told_late) and all(
        status.is_behind(percent, job.work.starts_on, ends_on, as_of) for percent, as_of in told_late
    )


def _merge(story: Story, ground: Ground) -> None:
    row, office = told()["merged"], story.people.actor("secretariat")
    into = _job(story, row["into"]).stored
    ready = month_end(into.starts_on, 5)
    old = services.create_action(
        by=story.people.lead(row["department"]), plan=ground.plan, code=row["code"], title=row["title"],
        purpose=row["purpose"], lead_department=story.people.departments[row["department"]],
        starts_on=into.starts_on, ends_on=into.ends_on,
        elements=list(into.elements.all()), items=list(into.items.all()), axes=list(into.axes.all()),
        phases=[_bar("準備", into.starts_on, ready), _bar("実施", ready + dt.timedelta(days=1), into.ends_on)],
        milestones=[{"title": "新しい予約の開始", "due_on": into.ends_on, "done_on": None}],
    )  # fmt: skip
    services.merge_action(
        action=old, into=into, kind="merged", reason=row["reason"], version=old.version, by=office
    )  # fmt: skip


def _bar(label: str, starts_on: dt.date, ends_on: dt.date) -> dict[str, Any]:
    return {"label": label, "owner": "department", "starts_on": starts_on, "ends_on": ends_on, "actual": False}
