"""The desk of a department: numbers of its reply without the reply itself."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rounds.models import Answer
from rounds.sections import counted, of_round
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


def test_numbers_of_a_section_are_those_of_its_standing(reply):
    sections = of_round(reply.round)
    assert len(sections) > 3
    for section in sections:
        standing = section.standing(reply)
        with CaptureQueriesContext(connection) as captured:
            assert counted(section, reply) == (standing.done, standing.total), section.key
        assert len(captured) == 1, section.key


def test_numbers_of_an_empty_reply(reply):
    empty = builders.make_reply(round=reply.round, department=builders.make_department(), started_at=timezone.now())
    for section in of_round(reply.round):
        standing = section.standing(empty)
        assert counted(section, empty) == (standing.done, standing.total), section.key
