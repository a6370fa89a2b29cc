"""One small city around the cast: own = 税務課, foreign = 福祉課, and a row of everything a page can show."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

from django.utils import timezone

from meetings.models import Body
from rounds import frozen, sections, services
from rounds.models import Reply
from strategy.models import Checklist, ChecklistGroup, ChecklistItem, DeletedElement, ElementLink, NationalTarget, Term
from tests import builders as make
from tests.accounts import making as accounts
from tests.actions import making as depth
from tests.exchange import making as exchange_making
from tests.indicators.builders import make_indicator
from tests.maturity import making
from tests.meetings import making as meetings
from tests.meetings import making_packs
from tests.money import making as money
from tests.reported import making as reported


def build(cast: SimpleNamespace) -> SimpleNamespace:
    """Return the objects that rows of the access matrix and the browser tests name."""
    world = SimpleNamespace(cast=cast, own=cast.tax, foreign=cast.welfare)
    _strategy(world)
    _national(world)
    _actions(world)
    _indicators(world)
    _rounds(world)
    reported.build(world)
    world.body = Body.objects.create(name="DX推進本部", purpose="方針を決める。", members=["市長"], frequency="年2回")
    world.term = Term.objects.create(term="DX", reading="でぃーえっくす", explanation="デジタルによる変革")
    making.build(world)
    money.build(world)
    exchange_making.build(world)
    meetings.build(world)
    making_packs.build(world)
    depth.build(world)
    world.membership = cast.lead.memberships.get()
    accounts.build(world)
    return world


def _strategy(world: SimpleNamespace) -> None:
    world.plan = make.main_plan()
    world.relation = world.plan.relations.create(name="総合計画", kind="upper", order=1)
    world.edition = make.make_edition(plan=world.plan, label="第1.0版", status="published")
    world.draft = make.make_edition(plan=world.plan, label="第2.0版", status="draft")
    for edition, name in ((world.edition, ""), (world.draft, "draft_")):
        mission = make.make_layer(edition=edition, name="ミッション", role="mission")
        vision = make.make_layer(edition=edition, name="ビジョン", role="vision", parent=mission)
        top = make.make_element(layer=mission, title="だれもが使える市役所")
        element = make.make_element(layer=vision, title="手続のデジタル化", parent=top)
        other = make.make_element(layer=vision, title="仕事の効率化", parent=top)
        setattr(world, f"{name}layer", vision)
        setattr(world, f"{name}top", top)
        setattr(world, f"{name}element", element)
        setattr(world, f"{name}other", other)
        setattr(world, f"{name}link", ElementLink.objects.create(source=element, target=other))
    place = {"layer": world.draft_layer.pk, "parent": str(world.draft_top.lineage), "lineage": str(uuid.uuid4())}
    texts = {"label": "", "title": "消した要素", "body": "", "order": 9, "version": 1}
    texts |= {"out": [], "in": [], "relinks": []}
    world.deleted = DeletedElement.objects.create(edition=world.draft, label="消した要素", content=place | texts)


def _national(world: SimpleNamespace) -> None:
    world.national = make.make_national_plan(is_current=True)
    world.older = make.make_national_plan(label="第0版")
    world.item = make.make_item(plan=world.national, name="フロントヤード改革")
    world.target = NationalTarget.objects.create(item=world.item, statement="窓口を改める", due_on=dt.date(2026, 3, 31))
    world.register = make.make_register(item=world.item)
    world.entry = make.make_register_entry(register=world.register, department=world.own)
    world.checklist = Checklist.objects.create(key="steps", title="手順", source="総務省", as_of=dt.date(2026, 10, 1))
    group = ChecklistGroup.objects.create(checklist=world.checklist, number=0, title="認識の共有")
    world.check = ChecklistItem.objects.create(group=group, number=1, text="首長が理解している")


def _actions(world: SimpleNamespace) -> None:
    world.rubric = make.make_rubric()
    world.axis = world.rubric.axes.first()
    world.rubric_draft = make.make_rubric(is_current=False, is_draft=True, follows=world.rubric)
    world.draft_axis = world.rubric_draft.axes.first()
    shared = {"elements": [world.element], "items": [world.item], "axes": [world.axis], "plan": world.plan}
    world.action = make.make_action(lead_department=world.own, title="電子申請の拡大", lifecycle="running", **shared)
    world.foreign_action = make.make_action(lead_department=world.foreign, title="相談記録の共有", **shared)
    world.phase = make.make_phase(action=world.action)
    world.milestone = make.make_milestone(action=world.action)
    world.report = make.make_report(action=world.action, accepted_at=timezone.now())


def _indicators(world: SimpleNamespace) -> None:
    values = {"actuals": {"2026-03-31": 3}, "targets": {2026: 5}}
    world.kpi = make_indicator(department=world.own, elements=[world.element], items=[world.item], **values)
    world.kpi_actual = world.kpi.actuals.get()


def _rounds(world: SimpleNamespace) -> None:
    """The open round has drafts; older ones hold a reply of 税務課 in each later state."""
    world.round = make.make_round("2026H1")
    world.reply = make.make_reply(round=world.round, department=world.own)
    world.foreign_reply = make.make_reply(round=world.round, department=world.foreign)
    now = timezone.now()
    world.submitted = _reply(world, "2025H2", state="submitted", submitted_at=now, submitted_by=world.cast.member)
    world.approved = _reply(world, "2025H1", state="approved", approved_at=now, approved_by=world.cast.lead)
    world.accepted = _reply(world, "2024H2", state="accepted", accepted_at=now, accepted_by=world.cast.secretariat)
    levels = {"axis-1": 3, "axis-2": 2}
    official = make.make_assessment(levels, reply=world.accepted, rubric=world.rubric, accepted_at=now)
    world.score = official.scores.get(axis=world.axis)
    world.accepted.frozen = frozen.freeze(world.accepted, sections.of_round(world.accepted.round))
    world.accepted.save()
    world.closed = make.make_round("2024H1", closed_at=now)
    _papers(world)


def _papers(world: SimpleNamespace) -> None:
    """Free questions, a file before and after acceptance, a remark, and a calendar feed."""
    for name in ("reply", "submitted"):
        question = make.make_question(round=getattr(world, name).round)
        setattr(world, f"{name}_question", question)
    world.draft_file = make.make_attachment(reply=world.reply)
    world.official_file = make.make_attachment(reply=world.accepted, accepted_at=timezone.now())
    world.remark = make.make_remark(reply=world.reply)
    world.calendar = services.create_token(user=world.cast.lead, by=world.cast.lead)


def _reply(world: SimpleNamespace, period: str, **values: object) -> Reply:
    return make.make_reply(round=make.make_round(period), department=world.own, **values)
