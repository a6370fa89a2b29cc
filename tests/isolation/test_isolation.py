"""Drafts change nothing for strangers: with them and without them every answer is the same, to the letter.

So neither a text nor a count, a badge, an order of rows or a figure of a chart tells of them. The city is built once;
each generated set of drafts is put in, looked at by every role that may not know of it, and taken out again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as pace

from actions.querysets import HurdleQuerySet
from audit.models import Read
from meetings import services as meetings
from rounds import services as rounds
from tests.conftest import signed_in
from tests.held import settle
from tests.isolation import city
from tests.isolation.city import MARK, Hider, drafts
from tests.isolation.looking import (
    Ask,
    Look,
    at_one_moment,
    difference,
    everything,
    hidden_objects,
    look,
    pages,
    read,
)  # fmt: skip

pytestmark = pytest.mark.django_db

# Who looks after which step; 管理者 may read drafts of the strategy, 本部員 what a meeting keeps for itself.
STEPS = {
    "admin": ("replies",), "executive": ("replies", "plans"), "viewer": ("replies", "plans", "minutes"),
    "other_lead": ("replies", "plans", "minutes"),
}  # fmt: skip
# For each reader; a look takes some 160 requests. Which rows a query leaves out is the same on the second database,
# where the reader looks alone who may know of nothing.
IS_FIRST = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
EXAMPLES = 2 if IS_FIRST else 1
READERS = list(STEPS) if IS_FIRST else ["other_lead"]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """The city, each reader's client, what there is to ask, and the answers without drafts."""
    logging.disable(logging.WARNING)
    with django_db_blocker.unblock(), transaction.atomic(), at_one_moment():
        world = city.build()
        world.clients = {role: signed_in(getattr(world.cast, role)) for role in (*STEPS, "secretariat")}
        world.clients["third_lead"] = signed_in(world.third_lead)
        world.tokens = {role: rounds.create_token(user=u, by=u) for role, u in people(world)}
        world.before = {}
        world.frozen = frozen(world)
        settle()
        yield world
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def people(world: SimpleNamespace) -> Iterator[tuple[str, Any]]:
    for role in (*STEPS, "secretariat"):
        yield role, getattr(world.cast, role)
    yield "third_lead", world.third_lead


def frozen(world: SimpleNamespace) -> Look:
    """What a snapshot of a round and of a meeting would keep, as if it were a page."""
    by = world.cast.secretariat
    with transaction.atomic():
        of_round, _ = meetings.freeze_round(round_=world.round, by=by)
        of_meeting, _ = meetings.freeze_meeting(meeting=world.meeting, by=by)
        transaction.set_rollback(True)
    return Look({row.kind: (200, row.content) for row in (of_round, of_meeting)})


def faults(role: str, before: Look, after: Look, marks: dict[str, str]) -> Iterator[str]:
    for ask, mark in after.marks():
        yield f"{role}: {ask} shows {marks[mark]}"
    for ask, answer in after.answers.items():
        if ask in before.answers and answer != before.answers[ask]:
            (old, was), (new, now) = before.answers[ask], answer
            yield f"{role}: {ask} differs ({old}, {new}): {difference(was, now)}"


def before(role: str, world: SimpleNamespace) -> Look:
    """The answers without drafts, asked for once."""
    if role not in world.before:
        world.before[role] = everything(world.clients[role], role, world)
    return world.before[role]


def wrong(role: str, world: SimpleNamespace, drawn: dict[str, Any]) -> list[str]:
    """What the role learns from drafts that it may not see."""
    client, asked = world.clients[role], before(role, world)
    with transaction.atomic():
        hider = Hider(world, drawn)
        for step in STEPS[role]:
            getattr(hider, step)()
        found = [*faults(role, asked, look(client, list(asked.answers)), hider.marks)]
        found += faults(role, Look(), look(client, list(hidden_objects(world, hider.hidden))), hider.marks)
        found += faults("snapshot", world.frozen, frozen(world), hider.marks) if role == "other_lead" else []
        transaction.set_rollback(True)
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("role", READERS)
@pace(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(drawn=drafts)
def test_no_stranger_learns_of_a_draft(world: SimpleNamespace, role: str, drawn: dict[str, Any]) -> None:
    found = wrong(role, world, drawn)
    assert not found, "\n".join(found)


EXAMPLE = {
    "replies": list(range(8)), "percent": 70, "lifecycle": "running", "level": 4, "days": 30, "hurdles": 1,
    "no_hurdle": False, "proposal": "reviewing", "answer": "given", "elements": 1, "attitude": "creative",
}  # fmt: skip


def test_those_whom_it_concerns_see_every_kind_of_draft(world: SimpleNamespace) -> None:
    """Else the tests above would look for what is shown to nobody."""
    with transaction.atomic():
        hider = Hider(world, EXAMPLE)
        for step in ("replies", "plans", "minutes"):
            getattr(hider, step)()
        named = {
            "edition": world.draft, "meeting": world.pack_meeting, "action": world.third_action,
            "rubric": world.rubric_draft, "axis": hider.hidden["draft_axis"],
        }  # fmt: skip
        asks = [Ask("own vision", reverse("strategy:my_vision")), *hidden_objects(world, hider.hidden | named)]
        asks += [Ask(f"reply {r}", reverse("rounds:reply", kwargs={"pk": r.pk})) for r in world.replies]
        shown = [look(world.clients[role], asks) for role in ("secretariat", "admin", "third_lead")]
        found = {hider.marks[mark] for seen in shown for _, mark in seen.marks()}
        transaction.set_rollback(True)
    assert set(hider.marks.values()) - found == set()


# Titles in a list, and what follows a page that was written down already.
NOT_WRITTEN_DOWN = ("actions:proposals", "rounds:standing", "exchange:confirm", "dashboard:search")


def test_who_reads_a_draft_of_another_department_is_written_down(world: SimpleNamespace) -> None:
    """事務局 sees them all, and every page that shows their words leaves a row in the read log."""
    client, silent, seen = world.clients["secretariat"], [], 0
    with transaction.atomic():
        hider = Hider(world, EXAMPLE)
        hider.replies()
        named = {"action": world.third_action, "reply": world.replies[4], "approved": world.replies[6]}
        asks = [*pages("secretariat", world), *hidden_objects(world, hider.hidden | named)]
        for ask in asks:
            before = Read.objects.count()
            response = client.get(ask.url)
            if response.status_code == 200 and MARK in read(response):
                seen += 1
                silent += [str(ask)] if Read.objects.count() == before else []
        transaction.set_rollback(True)
    assert seen > 10
    assert [ask for ask in silent if not any(name in ask for name in NOT_WRITTEN_DOWN)] == []


def test_a_leak_is_found(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a list that forgets that drafts are hidden."""
    kept = Look({ask: told for ask, told in before("viewer", world).answers.items() if "hurdles" in ask.label})
    monkeypatch.setitem(world.before, "viewer", kept)
    monkeypatch.setattr(HurdleQuerySet, "official", lambda rows: rows.all())
    assert [w for w in wrong("viewer", world, EXAMPLE) if "shows 課題の件名" in w]
