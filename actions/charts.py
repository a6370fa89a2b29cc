"""Charts of actions: the half-year schedule, the bar of states, the meter of one row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from actions.models import Action
from actions.queries_detail import Bar
from actions.queries_items import ItemSchedule, Span
from actions.queries_schedule import Planned
from actions.querysets import Listed
from lib import charts, fiscal
from lib.charts import Meter, Phase, Schedule, ScheduleRow, StackedBar
from strategy.models import PriorityItem

Bars = Mapping[int, Sequence[Phase]]

MOST_HALVES = 20
HALVES_BACK = 6


@dataclass(frozen=True)
class MeterRow:
    """An action of a list with the meter of its official percent."""

    action: Listed
    meter: Meter


def meter_rows(values: Iterable[tuple[Any, ...]]) -> list[MeterRow]:
    """Rows of a list from what `for_rows` reads."""
    return [MeterRow(a, charts.meter(a.percent, 100, a.state_key)) for a in map(Listed._make, values)]


def state_bar(counts: dict[str, int], *, width: float = 330, height: float = 20) -> StackedBar:
    return charts.stacked_bar({k: n for k, n in counts.items() if n}, width, height)


def schedule(actions: Iterable[Planned], phases: Bars, today: dt.date, *, linked: bool = True) -> Schedule | None:
    """Half-years over the phases of `actions` and today; None without any action.

    An action without phases shows its whole period as a bar of its department.
    """
    return _chart(_rows(actions, phases, linked), today)


def schedule_of(action: Action, bars: Iterable[Bar], today: dt.date) -> Schedule | None:
    """The schedule of one action (with its `state_key`), its row without a link; None without bars."""
    phases = [Phase(*bar) for bar in bars]
    row = Planned._make(getattr(action, name) for name in Planned._fields)
    return schedule([row], {action.pk: phases}, today, linked=False) if phases else None


def item_schedule(item: PriorityItem, actions: Iterable[Planned], phases: Bars, today: dt.date) -> Schedule | None:
    """The due dates of one national item (targets prefetched) over the actions behind it."""
    dues = _dues(item, [t.statement for t in item.targets.all()])
    head = [ScheduleRow("国の目標の期日", [], markers=dues)] if dues else []
    return _chart([*head, *_rows(actions, phases, True)], today)


def items_schedule(schedules: Sequence[ItemSchedule], today: dt.date) -> Schedule | None:
    """One row an item: its due dates, the span of its actions by owner, their mean percent and worst state."""
    rows = [
        ScheduleRow(
            f"{s.item.tag} {s.item.short_name}", [_span(span) for span in s.spans], s.mean_percent, s.worst,
            reverse("national:item", args=[s.item.key]),
            markers=_dues(s.item, ["国の期日"] * len(s.item.targets.all())),
        )
        for s in schedules
    ]  # fmt: skip
    return _chart(rows, today)


def _span(span: Span) -> Phase:
    return Phase(f"取組{span.actions}件", span.owner, span.start, span.end, span.is_actual)


def _dues(item: PriorityItem, names: Sequence[str]) -> list[tuple[dt.date, str]]:
    """The dates of an item's targets under `names`, an unconfirmed one marked as such, each once."""
    dues = [
        (t.due_on, name if t.verified else f"{name}（未確認）")
        for t, name in zip(item.targets.all(), names, strict=True)
        if t.due_on
    ]
    return list(dict.fromkeys(dues))


def _chart(rows: Sequence[ScheduleRow], today: dt.date) -> Schedule | None:
    if not rows:
        return None
    days = [day for row in rows for p in row.phases for day in (p.start, p.end)]
    days += [day for row in rows for day, _ in row.markers]
    return charts.schedule(rows, _halves(min([*days, today]), max([*days, today]), today), today)


def _rows(actions: Iterable[Planned], phases: Bars, linked: bool) -> list[ScheduleRow]:
    head, _, tail = reverse("actions:detail", args=[0]).rpartition("/0/")
    return [_row(a, phases.get(a.pk, ()), f"{head}/{a.pk}/{tail}" if linked else "") for a in actions]


def _row(action: Planned, phases: Sequence[Phase], href: str) -> ScheduleRow:
    bars = phases or [Phase("取組の期間", "department", action.starts_on, action.ends_on)]
    percent = action.percent if action.reported_as_of else None
    return ScheduleRow(action.title, bars, percent, action.state_key, href, markers=_later_end(action, phases))


def _later_end(action: Planned, phases: Sequence[Phase]) -> list[tuple[dt.date, str]]:
    """The end of an action behind its last planned phase: it was put off, and the phases were not planned anew."""
    planned = [phase.end for phase in phases if not phase.is_actual]
    return [(action.ends_on, "終了予定")] if planned and action.ends_on > max(planned) else []


def _halves(first: dt.date, last: dt.date, today: dt.date) -> list[fiscal.Period]:
    """Every half touched, or when they are too many to read those around today."""
    halves = fiscal.halves_between(first, last)
    if len(halves) <= MOST_HALVES:
        return halves
    start = next((i for i, h in enumerate(halves) if h.end >= today), len(halves)) - HALVES_BACK
    start = min(max(start, 0), len(halves) - MOST_HALVES)
    return halves[start : start + MOST_HALVES]


def legend_of(counts: dict[str, int]) -> charts.Legend:
    """Swatches of the states that occur."""
    return charts.legend(present=[k for k, n in counts.items() if n])
