"""What the dashboard shows, gathered in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Department
from actions import figures
from actions.roll import Counts, Roll
from dashboard.city import City, Scope, replies_of
from lib import charts
from lib.charts.bars import Legend, StackedBar
from lib.states import STATES
from lib.templatetags.portal import signed
from maturity.queries import CityRadar
from rounds.queries import round_that_counts
from rounds.states import REPLY_STATES, TURN
from strategy.queries_brief import ItemBrief, RegisterBrief

LATE_SHOWN = 8
NO_PARAMS: Mapping[str, Any] = {}
BAR_ORDER = ("done", "run", "late", "over", "todo", "stop")


@dataclass(frozen=True)
class Figure:
    """One tile; the whole tile is the link to its list."""

    label: str
    icon: str
    css: str
    value: Any
    unit: str
    url: str
    note: str = ""
    key: str = ""


@dataclass(frozen=True)
class BarRow:
    total: int
    bar: StackedBar
    url: str
    uid: str
    item: Any = None
    element: Any = None
    department: Department | None = None
    register: RegisterBrief | None = None
    due: str = ""
    over: bool = False


@dataclass(frozen=True)
class SilentRow:
    department: Department
    streak: int
    actions: int
    last: dt.date | None
    url: str


def lists(base: Mapping[str, Any] = NO_PARAMS) -> Callable[..., str]:
    """Makes addresses of the action list, each with the filters of `base`; a list value repeats its parameter."""
    path = reverse("actions:list")

    def url(**params: Any) -> str:
        query = urlencode({k: v for k, v in {**base, **params}.items() if v}, doseq=True)
        return path + (f"?{query}" if query else "")

    return url


def overview(
    counts: Counts, late: figures.Late, today: dt.date, expected: dt.date | None, base: Mapping[str, Any] = NO_PARAMS
) -> dict[str, Any]:
    """Context of the dashboard; `base` are the parameters of the list that shows just the actions counted."""
    url = lists(base)
    urls = {key: url(state=key) for key in STATES}
    urls["behind"] = url(state=["late", "over"])
    return {
        "today": today, "counts": counts, "total": sum(counts.values()), "urls": urls,
        "list_url": url(), "behind": counts["late"] + counts["over"],
        "behind_new": late.newly, "late": late.rows,
        "figures": _figures(counts, urls), "reference": expected,
        "legend": _legend(counts),
    }  # fmt: skip


def _legend(counts: Counts) -> Legend:
    return charts.legend(present=[k for k in BAR_ORDER if counts[k] or k != "stop"])


def _figures(counts: Counts, urls: dict[str, str]) -> list[Figure]:
    shown = [STATES[k] for k in BAR_ORDER if k != "stop" or counts[k]]
    total = sum(counts.values())
    return [
        Figure(
            s.label,
            s.icon,
            "todo" if s.key == "stop" else s.css,
            counts[s.key],
            "件",
            urls[s.key],
            _share(counts[s.key], total),
            s.key,
        )
        for s in shown
    ]


def maturity_tile(found: CityRadar) -> Figure:
    """Tile of the city's average level."""
    note = (
        f"{signed(found.gain)}（前回 {found.overall_previous}）" if found.overall_previous is not None else "前回なし"
    )
    return Figure(
        "成熟度（平均）", "radar", "key", found.overall if found.overall is not None else "—",
        f"/ 5　{found.answered}課", reverse("maturity:home"), note,
    )  # fmt: skip


def _share(count: int, total: int) -> str:
    return f"全体の{round(count * 100 / total)}%" if total else ""


def by_item(city: City, roll: Roll, base: Mapping[str, Any] = NO_PARAMS) -> list[BarRow]:
    """Priority items of the current national plan with their actions, register and due date; the one that `base`
    names alone."""
    wanted = base.get("item")
    views = [v for v in city.items if (v.item.pk == wanted if wanted else v.item.category == "priority")]
    counts = {v.item.pk: roll.counted(city.behind[v.item.pk]) for v in views}
    scale, url = charts.stack_scale(counts.values()), lists(base)
    return [_item_row(view, counts[view.item.pk], scale, url(item=view.item.pk)) for view in views]


def _item_row(view: ItemBrief, counts: Counts, scale: int, url: str) -> BarRow:
    return BarRow(
        sum(counts.values()), bar_of(counts, scale), url, f"i{view.item.pk}",
        item=view.item, register=view.register, due=view.due, over=view.is_over,
    )  # fmt: skip


def bar_of(counts: Counts, scale: int) -> StackedBar:
    return charts.stacked_bar({k: counts[k] for k in BAR_ORDER if counts[k]}, scale=scale)


def by_department(city: City, roll: Roll, base: Mapping[str, Any] = NO_PARAMS) -> list[BarRow]:
    """Departments with actions, most trouble first."""
    counted = {pk: roll.counted(keys) for pk, keys in city.led.items()}
    counts = {pk: found for pk, found in counted.items() if any(found.values())}
    scale, url = charts.stack_scale(counts.values()), lists(base)
    trouble = {pk: c["over"] + c["late"] for pk, c in counts.items()}
    departments = sorted((city.departments[pk] for pk in counts), key=lambda d: (-trouble[d.pk], d.order, d.pk))
    return [_department_row(d, counts[d.pk], scale, url(department=d.pk)) for d in departments]


def _department_row(department: Department, counts: Counts, scale: int, url: str) -> BarRow:
    return BarRow(sum(counts.values()), bar_of(counts, scale), url, f"d{department.pk}", department=department)


def silence(city: City, departments: Iterable[BarRow], scope: Scope) -> dict[str, Any]:
    """Who has not begun to answer the round that counts. A `scope` keeps its department, or the departments that lead
    an action of its item: those of the bars."""
    round_ = round_that_counts(city.today, city.rounds)
    if round_ is None:
        return {"round": None, "silent": [], "silent_count": 0, "reply_count": 0, "pending": []}
    actions = {row.department.pk: row.total for row in departments if row.department}
    asked = {pk: said for pk, said in replies_of(round_) if said != "void" and _is_asked(pk, scope, actions)}
    history, url = _history(r for r in city.rounds if r.period_end <= round_.period_end), lists(scope.params)
    quiet = [d for pk, d in city.departments.items() if asked.get(pk) == "silent"]
    shown = [_silent_row(d, history[d.pk], actions.get(d.pk, 0), url(department=d.pk)) for d in quiet]
    return {
        "round": round_, "silent": shown, "silent_count": len(quiet), "reply_count": len(asked),
        "pending": _pending(asked.values()),
    }  # fmt: skip


def _pending(states: Iterable[str]) -> list[tuple[str, int]]:
    """How many have begun and must still act, by the words of the round's page."""
    counts = Counter(states)
    return [(REPLY_STATES[key].label, counts[key]) for key in TURN if key != "silent" and counts[key]]


def _is_asked(department: int, scope: Scope, leading: Container[int]) -> bool:
    if scope.department and scope.department.pk != department:
        return False
    return scope.item is None or department in leading


def _history(rounds: Iterable[Any]) -> dict[int, list[tuple[bool, dt.date]]]:
    """Whether each department was silent, newest round first, with the end of the period."""
    found: dict[int, list[tuple[bool, dt.date]]] = defaultdict(list)
    for round_ in rounds:
        for pk, state in replies_of(round_):
            found[pk].append((state == "silent", round_.period_end))
    return found


def _silent_row(department: Department, history: list[tuple[bool, dt.date]], actions: int, url: str) -> SilentRow:
    streak = next((i for i, (quiet, _) in enumerate(history) if not quiet), len(history))
    last = next((end for quiet, end in history if not quiet), None)
    return SilentRow(department, streak, actions, last, url)
