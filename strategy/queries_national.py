"""Reads of the national plan: items with their targets and registers, versions and their mapping."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch

from lib import fiscal, wareki
from lib.charts.text import number
from lib.models import set_prefetched
from lib.prepared import PreparedRows
from strategy import progress
from strategy.models import Checklist, ItemMapping, NationalPlan, NationalTarget, PriorityItem, Register, RegisterEntry
from strategy.models.national import category_choices

CATEGORIES = dict(category_choices())


@dataclass(frozen=True)
class Entry:
    """A row of a register with what it counts as today."""

    row: RegisterEntry
    key: str

    @property
    def kind(self) -> progress.Kind:
        return progress.KINDS[self.key]

    @property
    def rate(self) -> float | None:
        """Percentage of the cases that came in online."""
        return progress.share(self.row.online_volume, self.row.volume)

    @property
    def percent(self) -> str:
        return progress.percent(self.rate)

    @property
    def volume(self) -> str:
        return number(self.row.volume, 0)

    @property
    def online_volume(self) -> str:
        return number(self.row.online_volume, 0)

    @property
    def year(self) -> str:
        """Fiscal year of the counts: R7年度."""
        year = self.row.volume_year
        return fiscal.parse(str(year)).short_label if year else ""

    @property
    def due_short(self) -> str:
        """Month in which a row still open should be done: R9.1."""
        due = self.row.due_on
        return fiscal.parse(f"{due:%Y-%m}").short_label if due and self.kind.counts and self.key != "done" else ""


@dataclass(frozen=True)
class RegisterView:
    """A register with its rows, its count and what the country's date makes of it."""

    register: Register
    entries: list[Entry]
    tally: progress.Tally
    due_on: dt.date | None
    outcome: str

    @property
    def label(self) -> str:
        if self.outcome == "run" and self.due_on is None:
            return "取組中"
        return progress.OUTCOMES[self.outcome]

    @property
    def is_grouped(self) -> bool:
        """Procedures stand in groups and have channels; business systems have neither."""
        return any(e.row.group for e in self.entries)

    @property
    def groups(self) -> list[tuple[str, list[Entry]]]:
        """Rows by 分野, in the order in which the register names them."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.row.group].append(entry)
        return list(found.items())


@dataclass(frozen=True)
class TargetLine:
    """A target as shown: `is_measured` marks the date that the item's registers answer to."""

    target: NationalTarget
    is_measured: bool
    is_past: bool

    @property
    def due(self) -> str:
        due_on = self.target.due_on
        return self.target.due_label or (wareki.format_date(due_on, "month_end") if due_on else "")

    @property
    def due_exact(self) -> str:
        """The day behind a label such as 令和7年度末, which is easily misread."""
        due_on = self.target.due_on
        if due_on is None or self.due in (wareki.format_date(due_on), wareki.format_date(due_on, "month_end")):
            return ""
        return wareki.format_date(due_on)


@dataclass(frozen=True)
class ItemView:
    item: PriorityItem
    targets: list[TargetLine]
    registers: list[RegisterView]

    @property
    def outcome(self) -> str | None:
        return progress.worst(r.outcome for r in self.registers)

    @property
    def height(self) -> int:
        """Table rows that the item takes: one a target."""
        return len(self.targets) or 1

    @property
    def label(self) -> str:
        """Word of the worst register's outcome."""
        return next((r.label for r in self.registers if r.outcome == self.outcome), "")


def current_plan() -> NationalPlan | None:
    """The version the city follows."""
    return NationalPlan.objects.current().first()


def measured_due(targets: Iterable[NationalTarget]) -> dt.date | None:
    """The earliest date among the targets that a source confirms; an unconfirmed date binds nobody."""
    return min((t.due_on for t in targets if t.verified and t.due_on), default=None)


def register_view(register: Register, today: dt.date) -> RegisterView:
    """Needs `register.entries` and `register.item.targets` prefetched to stay at a constant number of reads."""
    rows = list(register.entries.all())
    counts = progress.tally(rows, today)
    due_on = measured_due(register.item.targets.all())
    entries = [Entry(row, progress.kind_of(row, today)) for row in rows]
    return RegisterView(register, entries, counts, due_on, progress.outcome(counts, due_on, today))


def item_view(item: PriorityItem, today: dt.date) -> ItemView:
    registers = [register_view(r, today) for r in item.registers.all()]
    due_on = measured_due(item.targets.all()) if registers else None
    is_late = any(r.outcome == "over" for r in registers)
    lines = [
        TargetLine(t, measured := bool(due_on and t.verified and t.due_on == due_on), measured and is_late)
        for t in item.targets.all()
    ]
    return ItemView(item, lines, registers)


def with_registers() -> Prefetch:
    """Registers of items with all that `register_view` reads."""
    entries = Prefetch("entries", RegisterEntry.objects.select_related("department"))
    return Prefetch("registers", Register.objects.prefetch_related(entries))


def registers() -> list[Register]:
    """Registers with all that `register_view` reads."""
    entries = Prefetch("entries", RegisterEntry.objects.select_related("department"))
    return Register.objects.select_related("item__plan").prefetch_related(entries, "item__targets")


_CURRENT = "item__plan__is_current"
_ITEMS = PreparedRows(PriorityItem, lambda: PriorityItem.objects.current(), joined=("plan",))
_TARGETS = PreparedRows(NationalTarget, lambda: NationalTarget.objects.filter(**{_CURRENT: True}))
_REGISTERS = PreparedRows(Register, lambda: Register.objects.filter(**{_CURRENT: True}))
_ENTRIES = PreparedRows(
    RegisterEntry, lambda: RegisterEntry.objects.filter(**{f"register__{_CURRENT}": True}), joined=("department",)
)


def current_items(today: dt.date) -> list[ItemView]:
    """Items of the version the city follows, in their order, with targets and registers (4 queries)."""
    items = _ITEMS.objects()
    registers = _hang(_REGISTERS.objects(), "entries", _ENTRIES.objects(), "register")
    _hang(items, "targets", _TARGETS.objects(), "item")
    return [item_view(item, today) for item in _hang(items, "registers", registers, "item")]


def _hang(owners: list[Any], name: str, rows: Iterable[Any], back: str) -> list[Any]:
    """Give each owner its rows under `name`, as a prefetch does; they know it by `back`."""
    found: dict[int, list[Any]] = {owner.pk: [] for owner in owners}
    by_key = {owner.pk: owner for owner in owners}
    for row in rows:
        # One that came in since its owners were read waits for the next page.
        if owner := by_key.get(getattr(row, f"{back}_id")):
            setattr(row, back, owner)
            found[owner.pk].append(row)
    for owner in owners:
        set_prefetched(owner, name, found[owner.pk])
    return owners


@dataclass(frozen=True)
class Count:
    """Items of a category: those a source confirms, and those it does not yet."""

    key: str
    label: str
    confirmed: int
    unconfirmed: int

    @property
    def text(self) -> str:
        parts = [str(self.confirmed)] if self.confirmed else []
        return "・".join([*parts, f"未確認{self.unconfirmed}"] if self.unconfirmed else parts)


def counted(items: Iterable[PriorityItem]) -> list[Count]:
    """Items by category, in the order of the categories; categories without an item are left out."""
    found = Counter((item.category, item.verified) for item in items)
    return [
        Count(key, label, found[key, True], found[key, False])
        for key, label in CATEGORIES.items()
        if found[key, True] or found[key, False]
    ]


def by_category(items: Iterable[PriorityItem]) -> list[tuple[str, str, list[PriorityItem]]]:
    """Items under the key and word of their category, in the order of the categories."""
    found: dict[str, list[PriorityItem]] = defaultdict(list)
    for item in items:
        found[item.category].append(item)
    return [(key, label, found[key]) for key, label in CATEGORIES.items() if found[key]]


@dataclass(frozen=True)
class Version:
    plan: NationalPlan
    counts: list[Count]

    @property
    def is_confirmed(self) -> bool:
        """The version and at least one item have been read in a source; an empty frame has not."""
        return self.plan.verified and any(c.confirmed for c in self.counts)


def versions() -> list[Version]:
    """All versions, newest first."""
    plans = NationalPlan.objects.prefetch_related("items").order_by("-published_on", "-pk")
    return [Version(plan, counted(plan.items.all())) for plan in plans]


@dataclass
class Mapping:
    """How the items of older versions live on in `target`; `left` are older items without a known heir."""

    target: NationalPlan
    rows: list[ItemMapping]
    sources: list[NationalPlan] = field(default_factory=list)
    left: list[PriorityItem] = field(default_factory=list)


def mappings() -> list[Mapping]:
    """One table for each version that others map into, newest first."""
    rows = ItemMapping.objects.select_related("source__plan", "target__plan").order_by(
        "-target__plan__published_on", "-target__plan_id", "target__order_key", "target__number", "source__number", "pk"
    )
    found: dict[int, Mapping] = {}
    for row in rows:
        table = found.setdefault(row.target.plan_id, Mapping(row.target.plan, []))
        table.rows.append(row)
        if row.source and row.source.plan not in table.sources:
            table.sources.append(row.source.plan)
    _fill_left(list(found.values()))
    return list(found.values())


def _fill_left(tables: Sequence[Mapping]) -> None:
    plans = {plan.pk for table in tables for plan in table.sources}
    items = list(PriorityItem.objects.filter(plan__in=plans).select_related("plan"))
    for table in tables:
        heirs = {row.source_id for row in table.rows}
        pks = {plan.pk for plan in table.sources}
        table.left = [i for i in items if i.plan_id in pks and i.pk not in heirs]


@dataclass(frozen=True)
class ChecklistView:
    checklist: Checklist
    done: int
    total: int

    @property
    def is_stepped(self) -> bool:
        """The steps of the 手順書 are counted from 0; the groups of other lists are not steps."""
        return any(group.number == 0 for group in self.checklist.groups.all())


def checklist_views() -> list[ChecklistView]:
    return [checklist_view(c) for c in Checklist.objects.prefetch_related("groups__items")]


def checklist_view(checklist: Checklist) -> ChecklistView:
    """Needs `groups__items` prefetched to stay at a constant number of reads."""
    states = [item.state for group in checklist.groups.all() for item in group.items.all()]
    return ChecklistView(checklist, states.count("done"), len(states))
