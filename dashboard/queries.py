"""What the dashboard shows, gathered in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import Department
from actions import figures
from actions.models import Action
from actions.querysets import ActionQuerySet
from lib import charts
from lib.charts.bars import Legend, StackedBar
from lib.states import STATES
from lib.templatetags.portal import signed
from maturity.queries import CityRadar, all_rounds
from rounds.models import Reply, Round
from rounds.queries import round_that_counts
from strategy.models import Edition, Element, PriorityItem
from strategy.queries_national import ItemView, RegisterView, current_items
from strategy.tree import element_scope

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
    item: PriorityItem | None = None
    element: Element | None = None
    department: Department | None = None
    register: RegisterView | None = None
    due: str = ""
    over: bool = False


@dataclass(frozen=True)
class SilentRow:
    department: Department
    streak: int
    actions: int
    last: dt.date | None
    url: str


def list_url(**params: Any) -> str:
    """Address of the action list with filters; a list value repeats its parameter."""
    query = urlencode({k: v for k, v in params.items() if v}, doseq=True)
    return reverse("actions:list") + (f"?{query}" if query else "")


def overview(
    rows: ActionQuerySet, today: dt.date, expected: dt.date | None, base: Mapping[str, Any] = NO_PARAMS,
    census: figures.Census | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Context of the dashboard; `base` are the parameters of the list that shows just these rows, `census` the same
    rows where they were read already."""
    counts = census.states() if census else figures.state_counts(rows)
    late = figures.late(rows, today, LATE_SHOWN)
    urls = {key: list_url(**base, state=key) for key in STATES}
    urls["behind"] = list_url(**base, state=["late", "over"])
    return {
        "today": today, "counts": counts, "total": sum(counts.values()), "urls": urls,
        "list_url": list_url(**base), "behind": counts["late"] + counts["over"],
        "behind_new": late.newly, "late": late.rows,
        "figures": _figures(counts, urls), "reference": expected,
        "legend": _legend(counts),
    }  # fmt: skip


def _legend(counts: figures.Counts) -> Legend:
    return charts.legend(present=[k for k in BAR_ORDER if counts[k] or k != "stop"])


def _figures(counts: figures.Counts, urls: dict[str, str]) -> list[Figure]:
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


@dataclass(frozen=True)
class City:
    """What several parts of the dashboard need, read once."""

    today: dt.date
    rounds: list[Round]
    departments: dict[int, Department]
    items: list[ItemView]

    @property
    def choices(self) -> dict[str, Any]:
        """What the page can be narrowed to."""
        leading = [d for d in self.departments.values() if d.leads]
        return {"departments": leading, "items": [v.item for v in self.items]}


def gather(today: dt.date) -> City:
    """Every round, every department with whether it `leads` an action, and the national items (6 queries)."""
    led = Action.objects.live().filter(lead_department=OuterRef("pk"))
    departments = {d.pk: d for d in Department.objects.annotate(leads=Exists(led))}
    return City(today, all_rounds(), departments, current_items(today))


def by_item(city: City, census: figures.Census, base: Mapping[str, Any] = NO_PARAMS) -> list[BarRow]:
    """Priority items of the current national plan with their actions, register and due date; the one that `base`
    names alone."""
    counts = census.by_item()
    views = [v for v in city.items if v.item.category == "priority" or base.get("item")]
    views = [v for v in views if base.get("item") in (None, "", v.item.pk)]
    scale = charts.stack_scale([counts.get(v.item.pk, {}) for v in views]) or 1
    return [_item_row(view, counts.get(view.item.pk), scale, base) for view in views]


def _item_row(view: ItemView, counts: figures.Counts | None, scale: int, base: Mapping[str, Any]) -> BarRow:
    full, bar = _bar(counts, scale)
    line = next((t for t in view.targets if t.is_measured), None)
    register = next((r for r in view.registers if r.tally.applicable), None)
    return BarRow(
        sum(full.values()), bar, list_url(**{**base, "item": view.item.pk}), f"i{view.item.pk}",
        item=view.item, register=register, due=line.due if line else "", over=bool(line and line.is_past),
    )  # fmt: skip


def _bar(counts: figures.Counts | None, scale: int) -> tuple[figures.Counts, StackedBar]:
    full = {k: (counts or {}).get(k, 0) for k in BAR_ORDER}
    return full, charts.stacked_bar({k: n for k, n in full.items() if n}, scale=scale)


@dataclass(frozen=True)
class Visions:
    edition: Edition | None = None
    word: str = "ビジョン"
    rows: list[BarRow] = field(default_factory=list)


def by_vision(census: figures.Census, base: Mapping[str, Any] = NO_PARAMS) -> Visions:
    """Elements of the leading layer of the plan in force (its visions, pillars or changes)."""
    everything = list(
        Element.objects.in_force().select_related("layer", "edition__plan").order_by("layer__order", "order", "pk")
    )
    if not everything:
        return Visions()
    edition, elements = everything[0].edition, _leading(everything)
    parents = {e.pk: e.parent_id for e in everything if e.edition_id == edition.pk}
    scope = {pk: s for pk, s in element_scope(edition, parents).items() if pk in {e.pk for e in elements}}
    found = census.by_element(scope, percents=False)
    scale = charts.stack_scale([f.counts for f in found.values()]) or 1
    shown = []
    for element in elements:
        full, bar = _bar(found[element.pk].counts if element.pk in found else None, scale)
        url = list_url(**base, element=element.pk)
        shown.append(BarRow(sum(full.values()), bar, url, f"v{element.pk}", element=element))
    return Visions(edition, elements[0].layer.name if elements else "ビジョン", shown)


def _leading(elements: list[Element]) -> list[Element]:
    """The first layer that divides the plan: visions if there are any, else pillars or changes."""
    for role in ("vision", "pillar", "future", "measure"):
        layers = [e.layer_id for e in elements if e.layer.role == role]
        if layers:
            return [e for e in elements if e.layer_id == layers[0]]
    return []


def by_department(city: City, census: figures.Census, base: Mapping[str, Any] = NO_PARAMS) -> list[BarRow]:
    """Departments with actions, most trouble first."""
    counts = census.by_department()
    scale = charts.stack_scale(counts.values()) or 1
    trouble = {pk: c["over"] + c["late"] for pk, c in counts.items()}
    departments = sorted((city.departments[pk] for pk in counts), key=lambda d: (-trouble[d.pk], d.order, d.pk))
    return [_department_row(d, counts[d.pk], scale, base) for d in departments]


def _department_row(department: Department, counts: figures.Counts, scale: int, base: Mapping[str, Any]) -> BarRow:
    full, bar = _bar(counts, scale)
    url, uid = list_url(**{**base, "department": department.pk}), f"d{department.pk}"
    return BarRow(sum(full.values()), bar, url, uid, department=department)


def silence(city: City, census: figures.Census) -> dict[str, Any]:
    """Who has not begun to answer the round that counts: the open one, else the latest."""
    round_ = round_that_counts(city.today, city.rounds)
    if round_ is None:
        return {"round": None, "silent": [], "silent_count": 0, "reply_count": 0}
    replies = Reply.objects.filter(round__period_end__lte=round_.period_end).order_by("-round__period_end")
    history: dict[int, list[tuple[bool, Any]]] = defaultdict(list)
    quiet: set[int] = set()
    asked = 0
    for department, round_id, state, started, end in replies.values_list(
        "department_id", "round_id", "state", "started_at", "round__period_end"
    ):
        silent = state == "draft" and started is None
        history[department].append((silent, end))
        asked += round_id == round_.pk
        if silent and round_id == round_.pk:
            quiet.add(department)
    counts = census.by_department()
    shown = [
        _silent_row(d, history[d.pk], sum(counts.get(d.pk, {}).values()))
        for d in city.departments.values() if d.pk in quiet
    ]
    return {"round": round_, "silent": shown, "silent_count": len(quiet), "reply_count": asked}


def _silent_row(department: Department, history: list[tuple[bool, dt.date]], actions: int) -> SilentRow:
    streak = next((i for i, (quiet, _) in enumerate(history) if not quiet), len(history))
    last = next((end for quiet, end in history if not quiet), None)
    return SilentRow(department, streak, actions, last, list_url(department=department.pk))
