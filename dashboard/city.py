"""What several parts of the dashboard need of the city, read once, and the part of it that a reader asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, OuterRef, Q, QuerySet

from accounts.models import Department
from actions.figures import lateness
from actions.models import Action
from actions.querysets import ActionQuerySet
from actions.roll import Roll, joined_states
from lib.http import number_of
from lib.joined import Beside, Joined, joined, split
from lib.prepared import Prepared
from lib.unchanged import kept
from maturity.queries import counted_rounds
from rounds.models import Round
from rounds.queries import expected_as_of
from rounds.querysets import shown_state
from strategy.models import PriorityItem
from strategy.queries_brief import ItemBrief, briefly, item_briefs


@dataclass(frozen=True)
class Scope:
    """What the reader narrowed the dashboard to."""

    department: Any = None
    item: Any = None

    @property
    def params(self) -> dict[str, Any]:
        """Parameters of the list of actions that shows the same."""
        return {"department": self.department.pk if self.department else "", "item": self.item.pk if self.item else ""}

    @property
    def is_narrow(self) -> bool:
        return bool(self.department or self.item)

    def takes(self, department: int, items: Any) -> bool:
        return (self.department is None or self.department.pk == department) and (
            self.item is None or self.item.key in items
        )


@dataclass(frozen=True)
class City:
    """`rounds` stand newest first with what was `said` to them; `departments` and items carry the keys of their
    actions as text; `roll` are all actions in force."""

    today: dt.date
    rounds: list[Any]
    departments: dict[int, Any]
    items: list[ItemBrief]
    expected: dt.date | None
    roll: Roll

    @cached_property
    def led(self) -> dict[int, list[str]]:
        """Keys of the actions that each department leads, archived ones too."""
        return {pk: split(d.led) for pk, d in self.departments.items()}

    @cached_property
    def behind(self) -> dict[int, list[str]]:
        """Keys of the actions behind each national item, archived ones too."""
        return {v.item.pk: split(v.item.acting) for v in self.items}

    @property
    def choices(self) -> dict[str, Any]:
        """What the page can be narrowed to."""
        states = self.roll.states
        leading = [d for d in self.departments.values() if any(key in states for key in self.led[d.pk])]
        return {"departments": leading, "items": [v.item for v in self.items]}

    def scope_of(self, asked: Mapping[str, str]) -> Scope:
        """Department and national item that the address names; anything else is the whole city."""
        items = {v.item.pk: v.item for v in self.items}
        return Scope(
            self.departments.get(number_of(asked.get("department", ""))), items.get(number_of(asked.get("item", "")))
        )

    def within(self, scope: Scope) -> Roll:
        """The actions of the scope."""
        roll = self.roll
        if scope.department:
            roll = roll.within(self.led[scope.department.pk])
        return roll.within(self.behind[scope.item.pk]) if scope.item else roll

    def rows(self, scope: Scope) -> ActionQuerySet:
        """The same as a query."""
        rows = _live(self.today, self.expected)
        if scope.department:
            rows = rows.filter(lead_department=scope.department)
        return rows.behind_item(scope.item.pk) if scope.item else rows

    def lateness(self, scope: Scope) -> Iterable[tuple[Any, ...]]:
        """The figures of the late ones, as `actions.figures.judge` takes them."""
        if scope.is_narrow or self.expected is None:
            return lateness(self.rows(scope))
        return READ_LATENESS.rows(self.today, self.expected)


def replies_of(round_: Any) -> list[tuple[int, str]]:
    """Department and shown state of each reply of a round."""
    return [(int(pk), state) for pk, state in (reply.split(":") for reply in split(round_.said))]


def _fields(model: type[Model], *without: str) -> list[str]:
    return [f.attname for f in model._meta.concrete_fields if f.name not in ("created_at", "updated_at", *without)]


def _departments() -> QuerySet[Any]:
    led = joined(Action.objects.filter(lead_department=OuterRef("pk")), "lead_department", "pk")
    return Department.objects.annotate(led=led).values_list(*DEPARTMENT, "led")


def _rounds() -> QuerySet[Any]:
    said = Joined(Beside("replies__department", shown_state("replies__")), filter=Q(replies__isnull=False))
    return counted_rounds().annotate(said=said).values_list(*ROUND, "asked", "is_assessed", "said")


def _items() -> QuerySet[Any]:
    links = Action.items.through.objects.filter(priorityitem=OuterRef("pk"))
    return briefly(PriorityItem.objects.current(), acting=joined(links, "priorityitem", "action_id"))


def _live(today: dt.date, expected: dt.date | None) -> ActionQuerySet:
    return Action.objects.live().with_state(today, expected)


READ_STATES = Prepared(lambda today, expected: joined_states(_live(today, expected)))
READ_LATENESS = Prepared(lambda today, expected: lateness(_live(today, expected)))
DEPARTMENT, ROUND = _fields(Department), _fields(Round, "note")
READ_DEPARTMENTS, READ_ROUNDS, READ_ITEMS = Prepared(_departments), Prepared(_rounds), Prepared(_items)


def departments_led() -> dict[int, Any]:
    """Every department by its key, with the keys of the actions that it has `led` (1 query)."""
    return {d.pk: d for d in (_made(Department, DEPARTMENT, row, "led") for row in READ_DEPARTMENTS.rows())}


def rounds_said() -> list[Any]:
    """Every round, the newest first, with what the departments `said` to it (1 query)."""
    return [_made(Round, ROUND, row, "asked", "is_assessed", "said") for row in READ_ROUNDS.rows()]


def _made(model: type[Model], names: list[str], row: Any, *more: str) -> Any:
    found = model.from_db(DEFAULT_DB_ALIAS, names, row[: len(names)])
    for name, value in zip(more, row[len(names) :], strict=True):
        setattr(found, name, value)
    return found


@kept
def gather(today: dt.date) -> City:
    """Rounds with their replies, departments, national items, and the state of every action (4 queries)."""
    rounds = rounds_said()
    expected = expected_as_of(today, rounds)
    states = READ_STATES.rows(today, expected) if expected else joined_states(_live(today, None))
    return City(today, rounds, departments_led(), item_briefs(READ_ITEMS.rows(), today), expected, Roll.read(states))
