"""National items for pages that show a line of each: item, count of its register and the country's date in one read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Case, F, OuterRef, Subquery, Value, When

from lib import wareki
from lib.joined import blank, joined, split
from strategy import progress
from strategy.models import NationalTarget, PriorityItem, RegisterEntry
from strategy.models.national import tag_of


class EntryBrief(NamedTuple):
    """What a row of a register counts by."""

    applicable: str
    prefectural: bool
    state: str
    due_on: dt.date | None


@dataclass(frozen=True)
class RegisterBrief:
    unit: str
    tally: progress.Tally
    outcome: str


class ItemRow(NamedTuple):
    """An item with one of its registers; `acting` is what the caller wanted to know of it."""

    pk: int
    key: str
    category: str
    number: int
    name: str
    acting: str | None
    register: int | None
    unit: str | None
    entries: str | None
    due_on: dt.date | None
    due_label: str | None

    @property
    def tag(self) -> str:
        return tag_of(self.category, self.number)


@dataclass(frozen=True)
class ItemBrief:
    """`register` is the first with anything that applies; `due` the date that the registers answer to, in words."""

    item: ItemRow
    register: RegisterBrief | None
    due: str
    is_over: bool


def briefly(items: Any, *, acting: Any) -> Any:
    """A row for each register of an item, or one for an item without, as `item_briefs` takes them."""
    entries = RegisterEntry.objects.filter(register=OuterRef("registers__pk"))
    applicable = Case(When(prefectural=True, then=Value("prefecture")), default=F("applicable"))
    measured = NationalTarget.objects.filter(item=OuterRef("pk"), verified=True, due_on__isnull=False)
    first = measured.order_by("due_on", "order", "pk")
    rows = items.annotate(
        acting=acting, register=F("registers__pk"), unit=F("registers__unit"),
        entries=joined(entries, "register", applicable, "state", blank("due_on")),
        due_on=Subquery(first.values("due_on")[:1]), due_label=Subquery(first.values("due_label")[:1]),
    )  # fmt: skip
    return rows.order_by(*PriorityItem._meta.ordering, "register").values_list(*ItemRow._fields)


def item_briefs(rows: Iterable[Any], today: dt.date) -> list[ItemBrief]:
    """Items in their order."""
    found: dict[int, list[ItemRow]] = {}
    for row in map(ItemRow._make, rows):
        found.setdefault(row.pk, []).append(row)
    return [_brief(of_item, today) for of_item in found.values()]


def _brief(rows: list[ItemRow], today: dt.date) -> ItemBrief:
    item = rows[0]
    registers = [_register(row, today) for row in rows if row.register is not None]
    due = _due(item) if registers else ""
    shown = next((r for r in registers if r.tally.applicable), None)
    return ItemBrief(item, shown, due, bool(due) and any(r.outcome == "over" for r in registers))


def _due(item: ItemRow) -> str:
    return item.due_label or (wareki.format_date(item.due_on, "month_end") if item.due_on else "")


def _register(row: ItemRow, today: dt.date) -> RegisterBrief:
    tally = progress.tally(_entries(row.entries), today)
    return RegisterBrief(row.unit, tally, progress.outcome(tally, row.due_on, today))


def _entries(text: str | None) -> Iterable[EntryBrief]:
    for entry in split(text):
        applicable, state, due = entry.split(":")
        yield EntryBrief(applicable, applicable == "prefecture", state, dt.date.fromisoformat(due) if due else None)
