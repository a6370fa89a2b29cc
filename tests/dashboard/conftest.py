"""A small city with one action in each state, a closed round and an open one."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone

from tests import builders


@pytest.fixture
def city(cast: SimpleNamespace) -> SimpleNamespace:
    today = builders.today()
    closed = builders.make_round(
        "2025H2", opens_on=today - dt.timedelta(days=90), due_on=today - dt.timedelta(days=60), closed_at=timezone.now()
    )
    opened = builders.make_round("2026H1")
    national = builders.make_national_plan(is_current=True)
    item = builders.make_item(plan=national, name="標準化", key="n-1")
    edition = builders.make_edition(status="published")
    vision = builders.make_element(
        layer=builders.make_layer(edition=edition, role="vision", name="ビジョン"), title="くらしを便利に"
    )
    end = closed.period_end
    span = {"starts_on": end - dt.timedelta(days=400), "ends_on": today + dt.timedelta(days=400)}
    common = {"lead_department": cast.tax, "items": [item], "elements": [vision]}
    actions = SimpleNamespace(
        done=builders.make_action(**common, **span, lifecycle="done", percent=100, reported_as_of=end),
        run=builders.make_action(**common, **span, lifecycle="running", percent=60, reported_as_of=end),
        late=builders.make_action(
            **common, **span, lifecycle="running", percent=5, reported_as_of=end, behind=True, title="遅れている取組"
        ),
        over=builders.make_action(
            lead_department=cast.welfare,
            starts_on=end - dt.timedelta(days=400),
            ends_on=today - dt.timedelta(days=3),
            lifecycle="running",
            percent=80,
            reported_as_of=end,
        ),
        todo=builders.make_action(lead_department=cast.welfare, **span),
    )
    report = builders.make_report(
        action=actions.late,
        as_of=end,
        percent=5,
        reason_kind="people",
        reason="要員が足りない",
        accepted_at=timezone.now(),
    )
    actions.late.last_report = report
    actions.late.save(update_fields=["last_report"])
    builders.make_reply(round=opened, department=cast.welfare)
    builders.make_reply(round=opened, department=cast.tax, started_at=timezone.now())
    return SimpleNamespace(
        closed=closed, opened=opened, item=item, vision=vision, edition=edition, actions=actions, today=today
    )
