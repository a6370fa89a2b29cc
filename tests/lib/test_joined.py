"""Keys joined by the database: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from django.db.models import OuterRef, Q

from accounts.models import Department
from actions.models import Action
from lib.joined import Beside, Joined, blank, joined, split
from tests.builders import make_action, make_department

pytestmark = pytest.mark.django_db


@pytest.fixture
def led():
    """A department with two actions, one with one, one with none."""
    departments = [make_department() for _ in range(3)]
    actions = [make_action(lead_department=d) for d in (departments[0], departments[0], departments[1])]
    return departments, actions


def test_the_rows_of_an_owner_come_as_one_text(led):
    departments, actions = led
    keys = joined(Action.objects.filter(lead_department=OuterRef("pk")), "lead_department", "pk")
    found = dict(Department.objects.annotate(keys=keys).values_list("pk", "keys"))
    assert sorted(split(found[departments[0].pk])) == sorted(str(a.pk) for a in actions[:2])
    assert split(found[departments[1].pk]) == [str(actions[2].pk)]
    assert split(found[departments[2].pk]) == []


def test_groups_are_joined_under_a_condition(led):
    departments, actions = led
    some = Joined("led_actions__pk", filter=Q(led_actions__pk=actions[0].pk))
    found = dict(Department.objects.annotate(keys=some).values_list("pk", "keys"))
    assert found[departments[0].pk] == str(actions[0].pk)
    assert found[departments[1].pk] is None


def test_values_stand_beside_each_other_and_what_is_missing_is_empty(led):
    action = led[1][0]
    said = Beside("percent", blank("reported_as_of"), "starts_on")
    assert Action.objects.values_list(said).get(pk=action.pk) == (f"0::{action.starts_on.isoformat()}",)
