"""What lies behind the figures of サンプル市: grades of two assessors, a proposed date, hurdles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from actions import rules, services, status
from actions.grading import PRESETS
from actions.models import Action, Grade
from actions.queries_grades import awaiting_grade
from actions.services.bulk import month_end_shift
from dxportal.demo.clock import moment, telling
from dxportal.demo.files import read
from dxportal.demo.halves import month_end
from dxportal.demo.people import People
from dxportal.demo.work import Job
from lib import ledger
from rounds.models import Reply
from strategy.models import Plan

STRICT_EVERY, UNGRADED_EVERY = 7, 4
AHEAD = 8  # points above the plan from which a department calls itself ahead
BY_STATE = {"run": "B", "done": "B", "late": "C", "over": "C", "stop": "D"}


def told() -> dict[str, Any]:
    return read("demo_depth.json", {})


def set_up_grades(plan: Plan, by: ledger.Actor) -> dict[str, Grade]:
    """Give the plan its scale; returns the grades by their codes."""
    preset = PRESETS[told()["scale"]]
    rows = [{"code": s.code, "label": s.label, "value": s.value, "agrees": list(s.agrees)} for s in preset.steps]
    scale = services.create_scale(name=preset.name, note=preset.note, rows=rows, by=by)
    services.use_scale(plan=plan, scale=scale, by=by)
    return {g.code: g for g in scale.grades.all()}


def own_grade(action: Action, said: rules.Said, on: dt.date) -> str:
    """The code that a department gives itself: what the computed state says, or ahead of the plan."""
    span = rules.Span(action.starts_on, action.ends_on)
    key = rules.state(said, span, on)
    planned = status.planned_percent(span.starts_on, span.ends_on, said.as_of or on)
    return "A" if key == "run" and said.percent >= planned + AHEAD else BY_STATE[key]


# ---- inside the open round


def tell_hurdles_of(reply: Reply, by: ledger.Actor, *, is_draft: bool) -> None:
    """What a department answers to the question about hurdles; a draft may leave it open."""
    row = told()["raised"].get(reply.department.code)
    if row is None and is_draft:
        return
    if row is None:
        services.say_no_hurdle(reply=reply, by=by)
        return
    values = {name: row[name] for name in ("kind", "title", "text")}
    services.raise_hurdle(reply=reply, by=by, actions=actions_of(row), **values)


def proposed_end(job: Job) -> dt.date | None:
    """The end date that a department proposes in the open round."""
    months = told()["proposed"].get(job.code)
    return month_end_shift(job.stored.ends_on, months) if months else None


def actions_of(row: Mapping[str, Any]) -> list[Action]:
    return list(Action.objects.filter(code__in=row["actions"]))


# ---- before today


def tell_depth(today: dt.date, posts: People) -> None:
    """事務局 grades most of the reports and keeps the register of hurdles."""
    by = posts.actor("secretariat")
    with telling(moment(today - dt.timedelta(days=1), 22)):
        for row in told()["registered"]:
            _register(row, today, posts, by)
        _grade(by)


def _register(row: Mapping[str, Any], today: dt.date, posts: People, by: ledger.Actor) -> None:
    hurdle = services.create_hurdle(
        by=by, kind=row["kind"], title=row["title"], text=row["text"], cross_cutting=row["cross"],
        raised_by_department=posts.departments[row["by"]], owner_department=posts.departments[row["owner"]],
        resolution=row["resolution"], state=row["state"], source="前年度の聞き取り", actions=actions_of(row),
        raised_on=month_end(today, -row["months"]),
    )  # fmt: skip
    for request in row.get("requests", ()):
        submitted, answered = request.get("months"), request.get("answered_months")
        services.create_request(
            hurdle=hurdle, by=by, addressee=request["to"], text=request["text"], answer=request.get("answer", ""),
            submitted_on=month_end(today, -submitted) if submitted else None,
            answered_on=month_end(today, -answered) if answered else None,
        )  # fmt: skip


def _grade(by: ledger.Actor) -> None:
    comments = told()["head_comments"]
    rows = awaiting_grade().select_related("self_grade__scale").filter(self_grade__isnull=False)
    for place, action in enumerate(rows.order_by("code", "pk")):
        if place % UNGRADED_EVERY == UNGRADED_EVERY - 1:
            continue
        strict = place % STRICT_EVERY == 0 and action.self_grade.code in "AB"
        code = "C" if strict else action.self_grade.code
        grade = action.self_grade.scale.grades.get(code=code)
        comment = comments[place % len(comments)] if strict else ""
        services.grade_action(action=action, grade=grade, comment=comment, by=by)
