"""Twelve queries answer any page, also with everything on it that it can hold; session and posts are counted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department
from actions.models import NoHurdle
from rounds.models import Answer, Reply
from tests import builders as make
from tests import world as worlds
from tests.actions.making import grow_depth, grow_graded_replies, grow_raised, make_hurdle
from tests.conftest import make_cast, signed_in
from tests.growth import MOST
from tests.growth.grow import grow_own_actions, grow_papers
from tests.held import apart, held
from tests.indicators.builders import make_indicator
from tests.meetings.making import make_decision
from tests.money.making import make_proposal
from tests.reported.making import grow_figures

# Inside the transaction of the whole module; without the mark no test database would be made.
pytestmark = pytest.mark.django_db

PARTS = ["progress", "maturity", "hurdles", "registers", "indicators", "questions"]


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """The city with a reply of 税務課 that is asked about everything and answered in part."""
    with held(django_db_blocker, _full) as world:
        yield world


@pytest.fixture
def world(city: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with apart(city) as copied:
        yield copied


def _full() -> SimpleNamespace:
    """Two of everything in the reply, and an accepted reply before it that answered as well."""
    world = worlds.build(make_cast())
    world.round.sections = PARTS
    world.round.save()
    for grow in (grow_papers, grow_raised, grow_graded_replies, grow_own_actions, grow_figures, grow_depth) * 2:
        grow(world)
    make.make_assessment({"axis-1": 2}, reply=world.reply, rubric=world.rubric)
    _report_figures(world)
    for question in list(world.round.questions.all()):
        older = make.make_question(round=world.accepted.round, text=question.text)
        Answer.objects.create(reply=world.accepted, question=older, text="前回")
    _set(world.reply, state="returned", started_at=timezone.now(), returned_at=timezone.now(),
         returned_by=world.cast.secretariat, return_comment="直してください。")  # fmt: skip
    return world


def _report_figures(world: SimpleNamespace) -> None:
    """One row of a register and one indicator are answered."""
    world.reply.figures.create(entry=world.entry, answer="given", values={"state": "done"})
    world.reply.figures.create(indicator=world.kpi, answer="given", values={"value": "4"}, comment="暫定")


def _set(reply: Reply, **values: Any) -> None:
    Reply.objects.filter(pk=reply.pk).update(**values)


def _approve(world: SimpleNamespace) -> None:
    """The reply waits for 事務局."""
    _set(world.reply, state="approved", approved_at=timezone.now(), approved_by=world.cast.lead)


def _accept(world: SimpleNamespace) -> None:
    """The reply as one that was accepted with its reports."""
    now = timezone.now()
    _set(world.reply, state="accepted", accepted_at=now, accepted_by=world.cast.secretariat)
    world.reply.reports.update(accepted_at=now)


def _without_hurdles(world: SimpleNamespace) -> None:
    world.reply.hurdles.all().delete()
    NoHurdle.objects.create(reply=world.reply, said_at=timezone.now())


def _unbegun(world: SimpleNamespace) -> None:
    """Nothing was entered yet, and no question was answered before."""
    for name in ("reports", "hurdles", "answers", "figures", "remarks"):
        getattr(world.reply, name).all().delete()
    world.reply.assessment.delete()
    _set(world.reply, state="draft", started_at=None)


def _without_rubric(world: SimpleNamespace) -> None:
    """No version was ever published."""
    world.rubric_draft.delete()
    type(world.rubric).objects.update(is_draft=True, is_current=False)


def _more_rounds(world: SimpleNamespace) -> None:
    """Three more rounds are open that ask everything."""
    for n in range(3):
        round_ = make.make_round(f"{2030 + n}H1", sections=PARTS)
        make.make_question(round=round_)
        reply = make.make_reply(round=round_, department=world.own, started_at=timezone.now())
        make.make_report(action=world.action, reply=reply, as_of=round_.period_end)
        make.make_assessment({"axis-1": n}, reply=reply, rubric=world.rubric)


def _merge(world: SimpleNamespace) -> None:
    """Another change of the reorganisation leads to a department that exists, with everything on one that goes."""
    merged = world.reorganisation.changes.create(kind="merge", targets=[{"id": world.foreign.pk}])
    merged.sources.set([_dissolve(world)])


def _dissolve(world: SimpleNamespace) -> Department:
    """A department that is gone although everything hangs on it."""
    gone = make.make_department(valid_to=make.today() - dt.timedelta(days=1))
    action = make.make_action(plan=world.plan, lead_department=gone, supporting=[gone])
    make_indicator(department=gone)
    make_proposal(department=gone)
    make_hurdle(owner_department=gone, actions=[action])
    make_decision(meeting=world.meeting, department=gone)
    make.make_register_entry(register=world.register, department=gone)
    make.make_register_entry(register=world.register, department=None)
    make.make_reply(round=world.round, department=gone)
    make.make_membership(user=world.cast.lead, role="lead", department=gone)
    make.make_department(parent=gone)
    return gone


def _short(sql: str) -> str:
    """A statement without its columns, to be told apart in a failure."""
    return re.sub(r"SELECT (?:DISTINCT )?.*? FROM ", "SELECT … FROM ", sql)[:300]


Prepare = Callable[[SimpleNamespace], None]
CASES: list[tuple[str, str, str, tuple[Prepare, ...]]] = [
    ("rounds:reply", "reply", "lead", ()),
    ("rounds:reply", "reply", "member", (_without_hurdles,)),
    ("rounds:reply", "reply", "member", (_unbegun,)),
    ("rounds:reply", "reply", "member", (_unbegun, _without_rubric)),
    ("rounds:reply", "reply", "secretariat", ()),
    ("rounds:reply", "reply", "secretariat", (_approve,)),
    ("rounds:reply", "reply", "secretariat", (_accept,)),
    ("rounds:standing", "reply", "lead", ()),
    ("rounds:return", "reply", "secretariat", (_approve,)),
    ("rounds:detail", "round", "secretariat", ()),
    ("rounds:detail", "round", "secretariat", (_approve,)),
    ("rounds:detail", "round", "lead", (_approve,)),
    ("accounts:reorganisation", "reorganisation", "admin", ()),
    ("accounts:change", "change", "admin", ()),
    ("accounts:reorganisation", "reorganisation", "admin", (_merge,)),
    ("accounts:change", "change", "admin", (_merge,)),
    ("accounts:orphans", "", "admin", (_dissolve,)),
    ("accounts:orphans", "", "secretariat", (_dissolve,)),
    ("dashboard:home", "", "lead", ()),
    ("dashboard:home", "", "member", (_more_rounds,)),
    ("exchange:workbook", "", "secretariat", ()),
]


ADDRESSES: dict[str, Callable[[SimpleNamespace], str]] = {
    "accounts:orphans": lambda w: reverse("accounts:orphans"),
    "dashboard:home": lambda w: reverse("dashboard:home"),
    "exchange:workbook": lambda w: reverse("exchange:workbook", kwargs={"key": "actions", "scope": 0}),
}


def _named(case: Any) -> str:
    route, _, role, prepare = case
    return " ".join([route, role, *(p.__name__.strip("_") for p in prepare)])


@pytest.mark.parametrize("case", CASES, ids=_named)
def test_no_page_asks_more(case: Any, world: SimpleNamespace) -> None:
    route, name, role, prepare = case
    for step in prepare:
        step(world)
    url = reverse(route, args=[getattr(world, name).pk]) if name else ADDRESSES[route](world)
    client = signed_in(getattr(world.cast, role))
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url, headers={"HX-Request": "true"} if route == "rounds:standing" else {})
    assert response.status_code == 200
    told = "\n".join(f"{n}: {_short(q['sql'])}" for n, q in enumerate(captured.captured_queries, 1))
    assert len(captured) <= MOST, f"{len(captured)} queries:\n{told}"
