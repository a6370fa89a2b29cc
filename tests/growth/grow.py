"""What makes a page longer: each call adds one row of everything that it names."""

from __future__ import annotations

from types import SimpleNamespace

from django.utils import timezone

from audit.services import record_read
from lib import ledger
from lib.reads import Mark
from meetings.models import Body
from rounds.models import Answer
from strategy.models import NationalTarget, PersonalVision, Term
from tests import builders as make
from tests.indicators.builders import make_indicator


def grow_actions(world: SimpleNamespace) -> None:
    department = make.make_department()
    shared = {"elements": [world.element], "items": [world.item], "axes": [world.axis], "lead_department": department}
    action = make.make_action(plan=world.plan, supporting=[world.foreign], **shared)
    make.make_phase(action=action)
    make.make_milestone(action=action)
    make.make_report(action=action, reply=make.make_reply(round=world.round, department=department))


def grow_own_actions(world: SimpleNamespace) -> None:
    action = make.make_action(plan=world.plan, lead_department=world.own, lifecycle="running")
    make.make_report(action=action, accepted_at=timezone.now())
    make.make_report(action=action, reply=world.reply, percent=50)


def grow_action_parts(world: SimpleNamespace) -> None:
    """Everything that hangs on one action."""
    make.make_phase(action=world.action)
    make.make_milestone(action=world.action)
    make.make_report(action=world.action, accepted_at=timezone.now())
    world.action.supporting.add(make.make_department())
    world.action.elements.add(make.make_element(layer=world.layer))
    world.action.items.add(make.make_item(plan=world.national))


def grow_elements(world: SimpleNamespace) -> None:
    for layer, top, other in (
        (world.layer, world.top, world.other),
        (world.draft_layer, world.draft_top, world.draft_other),
    ):
        element = make.make_element(layer=layer, parent=top)
        element.links_out.create(target=other)
        make.make_action(plan=world.plan, elements=[element])


def grow_layers(world: SimpleNamespace) -> None:
    make.make_layer(edition=world.draft, parent=world.draft_layer)


def grow_plans(world: SimpleNamespace) -> None:
    make.make_edition(plan=make.make_plan(), status="published")


def grow_items(world: SimpleNamespace) -> None:
    item = make.make_item(plan=world.national)
    NationalTarget.objects.create(item=item, statement="目標")
    NationalTarget.objects.create(item=world.item, statement="目標")
    make.make_register_entry(register=make.make_register(item=item))
    make.make_register_entry(register=world.register, department=make.make_department())
    make.make_action(plan=world.plan, items=[item])
    type(world.check).objects.create(group=world.check.group, number=type(world.check).objects.count() + 1, text="点検")


def grow_rounds(world: SimpleNamespace) -> None:
    number = type(world.round).objects.count()
    make.make_reply(round=make.make_round(f"{2000 + number}H1"), department=world.own)


def grow_replies(world: SimpleNamespace) -> None:
    department = make.make_department()
    reply = make.make_reply(
        round=world.approved.round, department=department, state="approved", started_at=timezone.now(),
        approved_at=timezone.now(), approved_by=world.cast.lead,
    )  # fmt: skip
    action = make.make_action(plan=world.plan, lead_department=department)
    make.make_report(action=action, reply=reply, percent=60, reason="人が足りない。", reason_kind="people")
    make.make_assessment({"axis-1": 2}, reply=reply, rubric=world.rubric)


def grow_papers(world: SimpleNamespace) -> None:
    """Questions with answers, files and remarks of one reply."""
    question = make.make_question(round=world.round)
    Answer.objects.create(reply=world.reply, question=question, text="はい")
    make.make_attachment(reply=world.reply)
    make.make_remark(reply=world.reply)


def grow_assessments(world: SimpleNamespace) -> None:
    department = make.make_department()
    now = timezone.now()
    reply = make.make_reply(round=world.accepted.round, department=department, state="accepted", accepted_at=now)
    make.make_assessment({"axis-1": 3}, reply=reply, rubric=world.rubric, accepted_at=now)


def grow_history(world: SimpleNamespace) -> None:
    """More rounds behind one department."""
    number = type(world.round).objects.count()
    round_ = make.make_round(f"{2000 + number}H1")
    reply = make.make_reply(round=round_, department=world.own, state="accepted", accepted_at=timezone.now())
    make.make_assessment({"axis-1": 1 + number % 4}, reply=reply, rubric=world.rubric, accepted_at=timezone.now())


def grow_axes(world: SimpleNamespace) -> None:
    axis = world.rubric.axes.create(key=f"axis-{world.rubric.axes.count() + 1}", name="軸", order=9)
    axis.levels.create(number=1, descriptor="姿")


def grow_draft_axes(world: SimpleNamespace) -> None:
    axis = world.rubric_draft.axes.create(key=f"axis-{world.rubric_draft.axes.count() + 1}", name="軸", order=9)
    axis.levels.create(number=1, descriptor="姿")


def grow_targets(world: SimpleNamespace) -> None:
    """Every answer so far falls short of its target."""
    type(world.score).objects.update(target_level=5)


def grow_users(world: SimpleNamespace) -> None:
    make.make_user("lead", department=make.make_department())


def grow_own_memberships(world: SimpleNamespace) -> None:
    make.make_membership(user=world.cast.lead, role="lead", department=make.make_department())


def grow_entries(world: SimpleNamespace) -> None:
    ledger.record(by=world.cast.admin, act="update", obj=world.own, before={"name": "前"}, after={"name": "後"})
    ledger.record(by=world.cast.admin, act="update", obj=world.action, before={"title": "前"}, after={"title": "後"})


def grow_reads(world: SimpleNamespace) -> None:
    record_read(user=world.cast.admin, mark=Mark("users", "利用者の一覧"), path="/accounts/users/")


def grow_bodies(world: SimpleNamespace) -> None:
    Body.objects.create(name=f"会議{Body.objects.count()}", purpose="目的", members=["部長"], frequency="毎月")


def grow_indicators(world: SimpleNamespace) -> None:
    actuals = {"2025-03-31": 2, "2026-03-31": 3}
    make_indicator(
        department=world.own, elements=[world.element], items=[world.item], actuals=actuals, targets={2026: 5}
    )


def grow_terms(world: SimpleNamespace) -> None:
    number = Term.objects.count()
    Term.objects.create(term=f"用語{number}", reading="ようご", explanation="説明")


def grow_reading(world: SimpleNamespace) -> None:
    """Relations to other plans, and shared visions of people with posts."""
    number = world.plan.relations.count()
    world.plan.relations.create(name=f"計画1-{number}", kind="related", order=number)
    other = make.make_edition(plan=make.make_plan(), status="published").plan
    world.plan.relations.create(other=other, kind="upper", order=number + 1)
    author = make.make_user("lead", department=make.make_department())
    PersonalVision.objects.create(user=author, ideal="理想1", shared=True, shared_at=timezone.now())
