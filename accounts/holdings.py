"""What hangs on a department. Higher apps register theirs in `AppConfig.ready`, and this registry lets a
reorganisation hand it over, and the list of orphans name it, without knowing what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from django.db.models import CharField, F, Model, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department
from lib import ledger
from lib.http import number_of
from lib.unions import kind
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


_holders: dict[str, Holder | FieldHolder] = {}


def register(holder: Holder | FieldHolder) -> None:
    _holders[holder.key] = holder


def holders() -> list[Holder | FieldHolder]:
    """Every kind, in the order in which they are handed over."""
    return sorted(_holders.values(), key=lambda h: (h.order, h.key))


def holder_of(key: str) -> tuple[Holder | FieldHolder | None, int]:
    """The holder of a thing and the thing's number; (None, 0) for a key that no holder can have given."""
    name, _, number = key.rpartition("-")
    pk = number_of(number)
    return (None, 0) if pk is None else (_holders.get(name), pk)


class Listed(NamedTuple):
    """A row as lists name it, with the department that it names, if any."""

    pk: int
    department: int | None
    name: str | None
    valid_to: dt.date | None
    label: str


# A label is put together from as many columns at most.
WORDS = 3


class FieldHolder:
    """A holder of the rows of one model that names its department in one field. Such rows are alike, so that those of
    all kinds are read together (`listed`)."""

    key = noun = field = route = ""
    order = 50
    model: type[Model]
    # Columns of text that make up the label of a row.
    words: tuple[str | Cast, ...] = ("title",)
    # Whether a row without any department is an orphan too.
    blank_is_orphan = True

    def rows(self) -> QuerySet[Any]:
        """Rows that still need a department."""
        return self.model._default_manager.all()

    def columns(self, place: int, wanted: Q) -> QuerySet[Any]:
        """The rows for which a condition holds, as `listed` takes them."""
        words = [*self.words, *[Value("", CharField())] * (WORDS - len(self.words))]
        facts = ("pk", f"{self.field}_id", f"{self.field}__name", f"{self.field}__valid_to")
        return self.rows().filter(wanted).order_by().values_list(kind(place), *facts, *words)

    def url(self, pk: int) -> str:
        return reverse(self.route, args=[pk]) if self.route else ""

    def on_any(self, departments: Collection[int]) -> Q:
        """Rows that hang on the departments."""
        return Q((f"{self.field}__in", departments))

    def held(self, rows: Iterable[Listed]) -> list[Held]:
        return [Held(f"{self.key}-{r.pk}", r.label, r.department, self.url(r.pk)) for r in rows if r.department]

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        given = {pk: to for pk, to in moves.items() if to is not None}
        rows = self.model._default_manager.filter(pk__in=given).select_related(self.field).order_by("pk")
        rows = rows.select_for_update(of=("self",), no_key=True)
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

    def without(self, today: dt.date) -> Q:
        """Rows whose department does not exist any more, or that have none."""
        gone = Q((f"{self.field}__valid_to__lt", today))
        return gone | Q((f"{self.field}__isnull", True)) if self.blank_is_orphan else gone

    def orphans(self, rows: Iterable[Listed]) -> list[Orphan]:
        return [self.orphan(r.pk, r.label, why_gone(r.name, r.valid_to)) for r in rows]

    def orphan(self, pk: int, label: str, why: str) -> Orphan:
        return Orphan(f"{self.key}-{pk}", self.noun, label, why, self.url(pk))

    def alone(self, today: dt.date) -> list[Orphan]:
        """Rows that are orphans although their department exists."""
        return []


def listed(wanted: Mapping[FieldHolder, Q]) -> dict[str, list[Listed]]:
    """The rows of several kinds, each under its condition, by the key of their holder and in order (1 query)."""
    kinds, found = list(wanted), {holder.key: [] for holder in wanted}
    parts = [holder.columns(place, wanted[holder]) for place, holder in enumerate(kinds)]
    for place, *facts, first, second, third in sorted(parts[0].union(*parts[1:], all=True)) if parts else ():
        found[kinds[place].key].append(Listed(*facts, " ".join(filter(None, (first, second, third)))))
    return found


def why_gone(name: str | None, valid_to: dt.date | None) -> str:
    if name is None or valid_to is None:
        return "所属が決まっていません"
    return f"{name}は{format_date(valid_to)}に廃止されました"


def unmanned(today: dt.date) -> QuerySet[Department]:
    """課 of today in which nobody is 所属長 or 推進員."""
    manned = Department.objects.filter(
        memberships__role__in=("lead", "member"), memberships__valid_from__lte=today,
        memberships__valid_until__gte=today, memberships__user__is_active=True,
    )  # fmt: skip
    return Department.objects.on(today).sections().exclude(pk__in=manned.values("pk"))
