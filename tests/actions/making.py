"""Objects of the action's depth for the access matrix and the growth tests: grades, moved dates."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from actions.grading import PRESETS
from actions.models import DateChange, GradeScale, HeadGrade, Hurdle, PlanScale, PolicyRequest
from tests import builders as make


def make_scale(preset: str = "abcd", plan: Any = None, **kw: Any) -> GradeScale:
    """A scale of ready-made grades, used by `plan` if given."""
    told = PRESETS[preset]
    scale = GradeScale.objects.create(**{"name": told.name} | kw)
    for order, step in enumerate(told.steps):
        scale.grades.create(
            code=step.code, label=step.label, value=step.value, agrees=list(step.agrees), order=order
        )  # fmt: skip
    if plan is not None:
        PlanScale.objects.create(plan=plan, scale=scale)
    return scale


def make_push(action: Any, days: int = 30, **kw: Any) -> DateChange:
    """A later move of the end date, counted on the action."""
    values = {
        "action": action, "kind": "end", "old_on": action.ends_on, "new_on": action.ends_on + dt.timedelta(days=days),
        "reason": "要員が足りない", "changed_at": timezone.now(),
    }  # fmt: skip
    change = DateChange.objects.create(**values | kw)
    if change.kind == "end":
        action.ends_on, action.pushes = change.new_on, action.pushes + 1
        action.save()
    return change


def build(world: SimpleNamespace) -> None:
    world.scale = make_scale(plan=world.plan)
    world.grade = world.scale.grades.get(code="B")
    world.push = make_push(world.action)
    world.action.reported_as_of, world.action.self_grade = world.report.as_of, world.grade
    world.action.save()
    world.hurdle = make_hurdle(raised_by_department=world.own, actions=[world.action])
    world.policy_request = make_request(world.hurdle)
    world.round.sections = [*world.round.sections, "hurdles"]
    world.round.save()
    world.raised = make_hurdle(reply=world.reply, accepted_at=None, raised_by_department=world.own)
    world.head_grade = make_head_grade(world.action, world.grade, as_of=world.report.as_of - dt.timedelta(days=183))


def make_hurdle(**kw: Any) -> Hurdle:
    """A hurdle of the register; with `reply` and accepted_at=None a draft of a reply."""
    actions = kw.pop("actions", ())
    department = kw.pop("raised_by_department", None) or make.make_department()
    values = {
        "kind": "custom", "title": "請求書の押印", "text": "押印のため紙が残る。", "raised_on": make.today(),
        "raised_by_department": department, "accepted_at": timezone.now(),
    }  # fmt: skip
    hurdle = Hurdle.objects.create(**values | kw)
    hurdle.actions.set(actions)
    return hurdle


def make_request(hurdle: Hurdle, **kw: Any) -> PolicyRequest:
    return PolicyRequest.objects.create(**{"hurdle": hurdle, "addressee": "総務省", "text": "様式の見直し"} | kw)


def make_head_grade(action: Any, grade: Any, **kw: Any) -> HeadGrade:
    values = {"action": action, "grade": grade, "as_of": action.reported_as_of, "graded_at": timezone.now()}
    return HeadGrade.objects.create(**values | kw)


def grow_hurdles(world: SimpleNamespace) -> None:
    action = make.make_action(plan=world.plan)
    make_request(make_hurdle(actions=[action, world.action], owner_department=make.make_department()))
    world.hurdle.actions.add(action)
    make_request(world.hurdle)


def grow_raised(world: SimpleNamespace) -> None:
    """Hurdles of a reply, and those that its department raised before."""
    shared = {"raised_by_department": world.own, "actions": [world.action]}
    make_hurdle(reply=world.reply, accepted_at=None, **shared)
    make_hurdle(owner_department=make.make_department(), **shared)


def grow_scales(world: SimpleNamespace) -> None:
    make_scale("seven", make.make_plan(), name=f"評価区分{GradeScale.objects.count()}")


def grow_graded(world: SimpleNamespace) -> None:
    """Actions with moved dates, an own grade, and no grade of headquarters yet."""
    action = make.make_action(
        plan=world.plan, lead_department=make.make_department(), lifecycle="running", percent=5, self_grade=world.grade,
        reported_as_of=world.report.as_of, behind=True, starts_on=world.report.as_of - dt.timedelta(days=400),
    )  # fmt: skip
    action.last_report = make.make_report(action=action, accepted_at=timezone.now(), grade=world.grade)
    make_push(action)


def grow_depth(world: SimpleNamespace) -> None:
    """Everything deep that hangs on one action."""
    stone = make.make_milestone(action=world.action)
    make_push(world.action, kind="milestone", milestone=stone, label=stone.title)
    make_push(world.action)
    day = world.report.as_of - dt.timedelta(days=world.action.head_grades.count() + 400)
    make_head_grade(world.action, world.grade, as_of=day)
    make.make_report(action=world.action, accepted_at=timezone.now(), grade=world.grade)


def grow_graded_replies(world: SimpleNamespace) -> None:
    """Drafts of one department with grades and milestones."""
    action = make.make_action(plan=world.plan, lead_department=world.own, self_grade=world.grade)
    make.make_milestone(action=action)
    make.make_report(action=action, reply=world.reply, percent=50, grade=world.grade)
