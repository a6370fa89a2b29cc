"""A department with an open round, and one action that is on time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from lib import fiscal
from tests.builders import make_action, make_reply, make_report, make_round, today

# The half-year before today's, which the open round asks about, and the end of the one before it.
PERIOD = fiscal.half_of(today()).previous()
AS_OF, BEFORE = PERIOD.end, PERIOD.previous().end


def days(n: int) -> dt.timedelta:
    return dt.timedelta(days=n)


@pytest.fixture
def reply(cast):
    """The tax department's reply to the round about the last half-year, open today."""
    return make_reply(round=make_round(PERIOD.key, sections=["progress"]), department=cast.tax)


@pytest.fixture
def action(cast):
    """K-12 of the tax department, four years long: 30 % where 25 % were planned; 37 % are planned at `AS_OF`."""
    action = make_action(
        code="K-12", title="標準準拠システムへの移行", lead_department=cast.tax, lifecycle="running", percent=30,
        starts_on=BEFORE - days(366), ends_on=AS_OF + days(912), reported_as_of=BEFORE,
    )  # fmt: skip
    action.last_report = make_report(
        action=action, as_of=BEFORE, percent=30, done="様式を確定した。", accepted_at=timezone.now()
    )
    action.save()
    return action
