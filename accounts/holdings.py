"""What hangs on a department. Higher apps register theirs in `AppConfig.ready`, and this registry lets a
reorganisation hand it over, and the list of orphans name it, without knowing what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import F, Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department
from lib import ledger
from lib.wareki import format_date


@dataclass(frozen=True)
class Held:
    """One thing that hangs on a department; `key` names it among all things of all apps, e.g. action-12."""

    key: str
    label: str
    department: int
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Orphan:
    """One thing that nobody is responsible for, and why. `adoptable`: a department may take it over."""

    key: str
    noun: str
    label: str
    why: str
    url: str = ""
    adoptable: bool = True


# To whom things go: None is nobody, because the department ends without an heir.
Moves = Mapping[int, Department | None]


class Holder(Protocol):
    """One kind of thing."""

    key: str
    noun: str
    order: int

    def held(self, departments: Collection[int], on: dt.date) -> list[Held]:
        """What hangs on the departments and goes on from the day `on`."""
        ...

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        """Give each thing, by its number, to its department from the day `on`; one ledger event each."""
        ...

    def orphans(self, today: dt.date) -> list[Orphan]:
        """Things without a department that exists, or without anybody in it."""
        ...


_holders: dict[str, Holder] = {}


def register(holder: Holder) -> None:
    _holders[holder.key] = holder


def holders() -> list[Holder]:
    """Every kind, in the order in which they are handed over."""
    return sorted(_holders.values(), key=lambda h: (h.order, h.key))


def holder_of(key: str) -> tuple[Holder | None, int]:
    """The holder of a thing and the thing's number; (None, 0) for a key that no holder can have given."""
    name, _, number = key.rpartition("-")
    is_number = number.isascii() and number.isdigit() and len(number) < 18
    return (_holders.get(name), int(number)) if is_number else (None, 0)


class FieldHolder:
    """A holder of the rows of one model that names its department in one field."""

    key = noun = field = route = ""
    order = 50
    model: type[Model]
    # Whether a row without any department is an orphan too.
    blank_is_orphan = True

    def rows(self) -> QuerySet[Any]:
        """Rows that still need a department."""
        return self.model._default_manager.all()

    def label(self, row: Any) -> str:
        return str(row)

    def url(self, row: Any) -> str:
        return reverse(self.route, args=[row.pk])

    def held(self, departments: Collection[int], on: dt.date) -> list[Held]:
        found = self.rows().filter(**{f"{self.field}__in": departments}).order_by("pk")
        return [self._held(row) for row in found]

    def _held(self, row: Any) -> Held:
        return Held(f"{self.key}-{row.pk}", self.label(row), getattr(row, f"{self.field}_id"), self.url(row))

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        given = {pk: to for pk, to in moves.items() if to is not None}
        rows = self.model._default_manager.filter(pk__in=given).select_related(self.field).order_by("pk")
        events, now = [], timezone.now()
        for row in rows:
            heir = given[row.pk]
            before, after = ({self.field: str(d) if d else ""} for d in (getattr(row, self.field), heir))
            events.append(ledger.event(by=by, act="hand_over", obj=row, before=before, after=after))
        for heir in dict.fromkeys(given.values()):
            own = [pk for pk, to in given.items() if to == heir]
            values = {self.field: heir, "version": F("version") + 1, "updated_at": now}
            self.model._default_manager.filter(pk__in=own).update(**values)
        ledger.record_many(events)

    def orphans(self, today: dt.date) -> list[Orphan]:
        gone = Q(**{f"{self.field}__valid_to__lt": today})
        if self.blank_is_orphan:
            gone |= Q(**{f"{self.field}__isnull": True})
        rows = self.rows().filter(gone).select_related(self.field).order_by("pk")
        return [self.orphan(row, why_gone(getattr(row, self.field))) for row in rows]

    def orphan(self, row: Any, why: str) -> Orphan:
        return Orphan(f"{self.key}-{row.pk}", self.noun, self.label(row), why, self.url(row))


def why_gone(department: Department | None) -> str:
    if department is None or department.valid_to is None:
        return "所属が決まっていません"
    return f"{department}は{format_date(department.valid_to)}に廃止されました"


def unmanned(today: dt.date) -> QuerySet[Department]:
    """課 of today in which nobody is 所属長 or 推進員."""
    manned = Department.objects.filter(
        memberships__role__in=("lead", "member"), memberships__valid_from__lte=today,
        memberships__valid_until__gte=today, memberships__user__is_active=True,
    )  # fmt: skip
    return Department.objects.on(today).sections().exclude(pk__in=manned.values("pk"))
