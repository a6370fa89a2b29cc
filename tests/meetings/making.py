"""Rows of the meetings."""

from __future__ import annotations

import datetime as dt
from itertools import count
from types import SimpleNamespace
from typing import Any

from meetings import services
from meetings.models import AgendaItem, Body, Decision, Meeting
from tests.builders import make_department, today

_n = count(1)


def make_body(**kw: Any) -> Body:
    n = next(_n)
    values = {"name": f"会議体{n}", "purpose": "方針を決める。", "members": ["市長", "副市長"], "frequency": "年4回"}
    return Body.objects.create(**values | kw)


def make_meeting(**kw: Any) -> Meeting:
    n = next(_n)
    body = kw.pop("body", None) or Body.objects.first() or make_body(kind="headquarters")
    values = {"title": f"第{n}回 {body.name}", "held_on": today() - dt.timedelta(days=1000 + n)}
    return Meeting.objects.create(**{"body": body} | values | kw)


def make_agenda(**kw: Any) -> AgendaItem:
    n = next(_n)
    meeting = kw.pop("meeting", None) or make_meeting()
    return AgendaItem.objects.create(**{"meeting": meeting, "title": f"議題{n}", "order": n} | kw)


def make_decision(**kw: Any) -> Decision:
    n = next(_n)
    meeting = kw.pop("meeting", None) or make_meeting()
    values = {"kind": "homework", "text": f"宿題{n}", "due_on": today() + dt.timedelta(days=14), "order": n}
    if "department" not in kw:
        values["department"] = make_department()
    return Decision.objects.create(**{"meeting": meeting} | values | kw)


def build(world: SimpleNamespace) -> None:
    """A planned meeting with an item, an earlier one with a decision that is open, and a snapshot."""
    world.meeting = make_meeting(
        body=world.body, title="第2回 DX推進本部", held_on=today() + dt.timedelta(days=7), internal_minutes="内輪の話"
    )
    world.agenda_item = make_agenda(meeting=world.meeting, title="窓口の見直し")
    earlier = make_meeting(
        body=world.body, title="第1回 DX推進本部", held_on=today() - dt.timedelta(days=90), state="held"
    )
    world.decision = make_decision(meeting=earlier, department=world.own, text="範囲を整理する")
    world.decision_link = world.decision.links.create(action=world.action)
    world.snapshot, _ = services.freeze_meeting(meeting=earlier, by=world.cast.secretariat)
