"""Schedules of the national items: the actions behind each, gathered in the database."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Max, Min, Q, Sum

from actions.models import Action, Phase
from actions.queries import live_with_state
from strategy.models import PriorityItem

# The state that most needs attention comes first.
WORST_FIRST = ("over", "late", "todo", "run", "done", "stop")


@dataclass(frozen=True)
class Span:
    """From the first start to the last end of one owner's phases, planned or actual, over `actions` actions."""

    owner: str
    is_actual: bool
    start: dt.date
    end: dt.date
    actions: int


@dataclass
class ItemSchedule:
    """The actions behind one item. What was never reported has no percent and does not count as 0."""

    item: PriorityItem
    spans: list[Span] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    percent_sum: int = 0
    reported: int = 0

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def worst(self) -> str:
        return next((key for key in WORST_FIRST if self.counts[key]), "")

    @property
    def mean_percent(self) -> int | None:
        """Mean of the reported percents of actions that are not stopped, rounded down."""
        return self.percent_sum // self.reported if self.reported else None


def item_schedules(today: dt.date) -> list[ItemSchedule]:
    """Items of the version in force that have actions, and every 重点 item (6 queries)."""
    items = PriorityItem.objects.current().prefetch_related("targets")
    found = {item.pk: ItemSchedule(item) for item in items}
    _add_states(found, today)
    _add_phases(found)
    _add_periods(found)
    return [s for s in found.values() if s.total or s.item.category == "priority"]


def _add_states(found: dict[int, ItemSchedule], today: dt.date) -> None:
    told = Q(reported_as_of__isnull=False)
    rows = live_with_state(today).filter(items__plan__is_current=True).order_by().values_list("items", "state_key")
    for pk, state, n, percent, reported in rows.annotate(
        n=Count("pk"), percent_sum=Sum("percent", filter=told), reported=Count("pk", filter=told)
    ):
        found[pk].counts[state] += n
        if state != "stop":
            found[pk].percent_sum += percent or 0
            found[pk].reported += reported


def _add_phases(found: dict[int, ItemSchedule]) -> None:
    rows = Phase.objects.filter(action__archived_at__isnull=True, action__items__plan__is_current=True)
    grouped = rows.order_by().values_list("action__items", "owner", "actual")
    for pk, *facts in grouped.annotate(Min("starts_on"), Max("ends_on"), n=Count("action", distinct=True)):
        found[pk].spans.append(Span(*facts))


def _add_periods(found: dict[int, ItemSchedule]) -> None:
    """An action without phases stands with its whole period for its department."""
    rows = Action.objects.live().filter(phases__isnull=True, items__plan__is_current=True)
    grouped = rows.order_by().values_list("items")
    for pk, start, end, n in grouped.annotate(Min("starts_on"), Max("ends_on"), n=Count("pk", distinct=True)):
        spans = found[pk].spans
        same = next((s for s in spans if s.owner == "department" and not s.is_actual), None)
        if same is not None:
            spans.remove(same)
            start, end, n = min(start, same.start), max(end, same.end), n + same.actions
        spans.append(Span("department", False, start, end, n))
