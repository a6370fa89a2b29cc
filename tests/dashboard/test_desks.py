"""The desk of a department: numbers of its reply without the reply itself."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard import desks
from rounds.models import Answer
from rounds.sections import available, counted, of_round
from tests import builders
from tests import world as worlds
from tests.conftest import make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply():
    """A reply in the middle of its work, asked for everything."""
    world = worlds.build(make_cast())
    reply = world.reply
    builders.make_action(lead_department=reply.department)
    for n, required in enumerate((True, False, True), 90):
        question = reply.round.questions.create(order=n, text=f"問{n}", required=required)
        if n == 90:
            Answer.objects.create(reply=reply, question=question, text="はい")
    return type(reply).objects.select_related("round", "department").get(pk=reply.pk)


@pytest.fixture
def replies(reply):
    """Besides it an empty one, one of another department, and one of another round with the same action."""
    department, now = reply.department, timezone.now()
    other = builders.make_round("2031H1", sections=reply.round.sections)
    question = builders.make_question(round=other, required=True)
    later = builders.make_reply(round=other, department=department, started_at=now)
    Answer.objects.create(reply=later, question=question, text="はい")
    for percent, row in ((10, reply), (20, later)):
        action = department.led_actions.filter(lifecycle="running").first()
        builders.make_report(action=action, reply=row, as_of=row.round.period_end, percent=percent)
    builders.make_assessment({"axis-1": 3, "axis-2": None}, reply=later)
    elsewhere = builders.make_reply(round=reply.round, department=builders.make_department(), started_at=now)
    return [reply, later, elsewhere]


def test_numbers_of_a_section_are_those_of_its_standing(replies):
    sections = of_round(replies[0].round)
    assert len(sections) > 3
    for section in [*sections, *(s for s in available() if s not in sections)]:
        standings = {r.pk: section.standing(r) for r in replies}
        for asked in (replies, replies[:1], replies[2:]):
            with CaptureQueriesContext(connection) as captured:
                found = counted(section, asked)
            assert found == {r.pk: (standings[r.pk].done, standings[r.pk].total) for r in asked}, section.key
            assert len(captured) == 1, section.key


def test_a_part_in_which_nothing_has_to_be_answered_is_not_counted(replies):
    reply = replies[0]
    reply.round.questions.update(required=False)
    Answer.objects.all().delete()
    assert "自由設問" not in desks._progress([reply])[reply.pk]
    reply.round.questions.update(required=True)
    assert "自由設問 0/" in desks._progress([reply])[reply.pk]
