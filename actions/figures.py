"""Counts of actions by state, for every page that shows a number; each number opens the list it counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any

from django.db.models import CharField, Count, IntegerField, OuterRef, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from actions import rules, status
from actions.models import Action, ProgressReport
from actions.queries import live_with_state
from actions.querysets import ActionQuerySet
from actions.roll import Counts, empty_counts
from lib.fold import fold
from lib.joined import Beside
from lib.prepared import Prepared
from lib.states import STATES, State

__all__ = [
    "Census", "Counts", "ElementFigures", "LateRow", "counts_by_department", "counts_by_element", "counts_by_item",
    "empty_counts", "late", "late_list", "late_rows", "live_counts", "live_with_state", "newly_late", "state_counts",
]  # fmt: skip


def state_counts(rows: ActionQuerySet) -> Counts:
    """Number of actions by state, every state present (1 query). `rows` carry `state_key`."""
    counts = empty_counts()
    counts.update(rows.order_by().values_list("state_key").annotate(n=Count("*")))
    return counts


# What the state depends on, in the order of the index `action_live_state`: the database counts alike actions while it
# reads that index alone, and judges each kind of them once instead of every action.
_KINDS = ("lifecycle", "ends_on", "reported_as_of", "starts_on", "behind")
_BY_KIND = Prepared(
    lambda today, expected: Action.objects.with_state(today, expected)
    .order_by().values_list("state_key").annotate(n=Cast(Sum(RawSQL("alike", ())), IntegerField())),
    over=lambda: Action.objects.live().order_by().values(*_KINDS).annotate(alike=Count("*")),
)  # fmt: skip


def live_counts(today: dt.date, expected: dt.date) -> Counts:
    """The same of all actions in force, by a statement compiled once (1 query); `expected` as in `with_state`."""
    return empty_counts() | dict(_BY_KIND.kept(today, expected))


_TEXTS = Prepared(
    lambda *days: Action.objects.live().with_state(*days).order_by().values_list("state_key", "sought")
)


def found_counts(text: str, today: dt.date, expected: dt.date) -> Counts:
    """The same of those among them that `ActionQuerySet.found` finds (1 query): a tenth of the time of asking the
    database, which walks through the whole table, and as long as nothing changes no query."""
    wanted = fold(text)
    return empty_counts() | Counter(state for state, sought in _TEXTS.kept(today, expected) if wanted in sought)


def counts_by_department(rows: ActionQuerySet) -> dict[int, Counts]:
    """Counts by lead department id (1 query); departments without actions are absent."""
    return Census(rows).by_department()


def counts_by_item(rows: ActionQuerySet) -> dict[int, Counts]:
    """Counts by priority item id (2 queries); an action of two items counts in both."""
    return Census(rows).by_item()


@dataclass
class ElementFigures:
    """Actions behind one element: how many in which state, and how far on average."""

    counts: Counts = field(default_factory=empty_counts)
    points: int | None = None  # sum of the percents of the actions that are not stopped or paused

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def mean_percent(self) -> int | None:
        """Mean official percent of the actions that are not stopped or paused, rounded down; None without any."""
        going = self.total - self.counts["stop"]
        return None if self.points is None or not going else self.points // going

    @property
    def worst(self) -> str:
        """The state that most needs attention: over, late, todo, run, done, stop."""
        return next((k for k in ("over", "late", "todo", "run", "done", "stop") if self.counts[k]), "stop")

    @property
    def worst_state(self) -> State:
        return STATES[self.worst]

    @property
    def worst_css(self) -> str:
        """Colour class of its word; stopped ones share that of the unreported."""
        return "todo" if self.worst == "stop" else self.worst

    @property
    def worst_count(self) -> int:
        return self.counts[self.worst]


def counts_by_element(rows: ActionQuerySet, scope: Mapping[int, set[int]]) -> dict[int, ElementFigures]:
    """Figures by element for the `scope` of `strategy.tree.element_scope` (1 query).

    An action counts once in an element however many of the element's branch it serves. Elements
    without actions are absent.
    """
    return ServedElements(rows, set().union(*scope.values())).figures(scope)


class ServedElements:
    """What serves each of some elements, from one pass over the links.

    Actions of one element alone are added up; only those of several, which a branch must not count twice, are
    kept as sets.
    """

    def __init__(self, rows: ActionQuerySet, elements: set[int]) -> None:
        links = rows.filter(elements__in=elements).order_by().values_list("elements", "pk", "state_key", "percent")
        found = list(links)
        served = Counter(map(itemgetter(1), found))
        several = {action for action, n in served.items() if n > 1} if len(served) < len(found) else set()
        alone = [link for link in found if link[1] not in several] if several else found
        self._counts = _spread(Counter(map(itemgetter(0, 2), alone)))
        self._points: dict[int, int] = defaultdict(int)
        for element, _, state, percent in alone:
            self._points[element] += percent if state != "stop" else 0
        self._shared: dict[int, set[tuple[int, str, int]]] = defaultdict(set)
        for element, *said in found if several else ():
            if said[0] in several:
                self._shared[element].add(tuple(said))

    def figures(self, scope: Mapping[int, set[int]]) -> dict[int, ElementFigures]:
        return {pk: found for pk, members in scope.items() if (found := self._of(members)).total}

    def _of(self, members: set[int]) -> ElementFigures:
        counts, points = empty_counts(), sum(self._points[m] for m in members if m in self._points)
        for member in members & self._counts.keys():
            for state, n in self._counts[member].items():
                counts[state] += n
        for _, state, percent in set().union(*(self._shared[m] for m in members if m in self._shared)):
            counts[state] += 1
            points += percent if state != "stop" else 0
        return ElementFigures(counts, points)


# Beside what is counted: what the dashboard compares with a snapshot; the date as the text that stands there.
CENSUS = ("pk", "lead_department_id", "state_key", "percent", "ends_text", "pushes", "code", "title")


class Census:
    """Every action among `rows` read once, as little of it as figures need, and counted in several ways.

    A page with four breakdowns reads the table once instead of four times, and all its numbers are of one moment.
    """

    def __init__(self, rows: ActionQuerySet) -> None:
        self.rows: list[tuple[Any, ...]] = list(
            rows.order_by().annotate(ends_text=Cast("ends_on", CharField())).values_list(*CENSUS)
        )
        self._states = {row[0]: row[2] for row in self.rows}
        self._percents = {row[0]: row[3] for row in self.rows}

    def states(self) -> Counts:
        return empty_counts() | Counter(self._states.values())

    def by_department(self) -> dict[int, Counts]:
        return _spread(Counter(row[1:3] for row in self.rows))

    @cached_property
    def item_links(self) -> list[tuple[int, int]]:
        """Every link of a national item to an action (1 query)."""
        return list(Action.items.through.objects.values_list("priorityitem_id", "action_id"))

    def by_item(self) -> dict[int, Counts]:
        """One more query, for the links."""
        states = self._states
        return _spread(Counter((item, states[action]) for item, action in self.item_links if action in states))

    def by_element(self, scope: Mapping[int, set[int]], *, percents: bool = True) -> dict[int, ElementFigures]:
        """One more query, for the links; see `counts_by_element`. Without `percents` there is no mean."""
        serving: dict[int, set[int]] = defaultdict(set)
        links = Action.elements.through.objects.filter(element_id__in=set().union(*scope.values()))
        for action, element in links.values_list("action_id", "element_id"):
            serving[element].add(action)
        behind = {e: set().union(*(serving[m] for m in members if m in serving)) for e, members in scope.items()}
        return {e: found for e, keys in behind.items() if (found := self._figures(keys, percents)).total}

    def _figures(self, keys: set[int], percents: bool) -> ElementFigures:
        states = self._states
        known = keys & states.keys()
        points = sum(self._percents[k] for k in known if states[k] != "stop") if percents else None
        return ElementFigures(empty_counts() | Counter(map(states.__getitem__, known)), points)


def _spread(counted: Counter[tuple[int, str]]) -> dict[int, Counts]:
    found: dict[int, Counts] = defaultdict(empty_counts)
    for (key, state), n in counted.items():
        found[key][state] = n
    return dict(found)


@dataclass(frozen=True)
class LateRow:
    """An action that is late or overdue, with the reason of its last report."""

    action: Action
    state_key: str
    newly: bool
    reason_kind: str
    reason: str
    planned: int


@dataclass(frozen=True)
class Late:
    """Late and overdue actions: how many, how many newly, and the rows to show."""

    total: int
    newly: int
    rows: list[LateRow]


@dataclass(frozen=True)
class Judged:
    """The same before its rows are read: `order` says of each key that may be among the first, where it stands. Codes
    decide between equals; they are read with the rows, for two thousand of them cost more than all the rest."""

    total: int
    newly: int
    order: dict[int, tuple[bool, bool, str]]
    limit: int | None = None

    def first(self, codes: Mapping[int, str]) -> dict[int, bool]:
        """Keys to show in their order, with whether each is newly late."""
        keys = sorted(self.order, key=lambda pk: (*self.order[pk], codes[pk], pk))
        return {pk: not self.order[pk][0] for pk in keys[: self.limit]}


def late_list(today: dt.date, limit: int | None = None) -> list[LateRow]:
    """Late and overdue actions of the whole city as `late_rows` orders them (4 queries)."""
    return late(live_with_state(today), today, limit).rows


def late_rows(rows: ActionQuerySet, today: dt.date) -> list[LateRow]:
    """Late and overdue ones among `rows`, all of them."""
    return late(rows, today).rows


def late(rows: ActionQuerySet, today: dt.date, limit: int | None = None) -> Late:
    """Late and overdue ones among `rows` (2 queries). All are judged; only those that may be first are read whole."""
    found = judged(rows, limit)
    stored = rows.select_related("lead_department", "last_report").in_bulk(list(found.order))
    first = found.first({pk: action.code for pk, action in stored.items()})
    return Late(found.total, found.newly, [_late_row(stored[pk], newly, today) for pk, newly in first.items()])


def judged(rows: ActionQuerySet, limit: int | None = None) -> Judged:
    """Newly late first, then overdue before late, then by due date (1 query)."""
    return judge(lateness(rows), limit)


def judge(read: Iterable[tuple[Any, ...]], limit: int | None = None) -> Judged:
    """The same of `LATENESS` values that were read already."""
    found = {row[0]: (not _is_newly(*row), row[1] != "over", row[2]) for row in read}
    places = sorted(found.values())
    last = places[limit - 1] if limit and limit < len(places) else None
    order = {pk: place for pk, place in found.items() if place <= last} if last else found
    return Judged(len(found), sum(not place[0] for place in places), order, limit)


def newly_late(rows: ActionQuerySet) -> set[int]:
    """Keys of those among `rows` that are newly late (1 query)."""
    return {row[0] for row in lateness(rows) if _is_newly(*row)}


# All but the report before stands in one index (`action_live_state`).
LATENESS = ("pk", "state_key", "ends", "starts", "as_of", "before")


def lateness(rows: ActionQuerySet) -> Iterable[tuple[Any, ...]]:
    """Figures of the late and overdue ones among `rows` (1 query)."""
    delayed = with_lateness(rows.filter(state_key__in=rules.DELAYED).order_by())
    return delayed.annotate(before=report_before()).values_list(*LATENESS)


def with_lateness(rows: ActionQuerySet) -> ActionQuerySet:
    ends, starts, as_of = (Cast(name, CharField()) for name in ("ends_on", "starts_on", "reported_as_of"))
    return rows.annotate(ends=ends, starts=starts, as_of=as_of)


def report_before() -> Subquery:
    """The last official report for an earlier day than the last one, as one text; one look into an index."""
    official = ProgressReport.objects.official()
    earlier = official.filter(action=OuterRef("pk"), as_of__lt=OuterRef("reported_as_of"))
    return Subquery(earlier.latest_first().values(said=Beside("as_of", "percent", "lifecycle"))[:1])


def _is_newly(pk: int, state: str, ends: str, starts: str, as_of: str | None, before: str | None) -> bool:
    """`rules.is_newly_late` for an action that is delayed now, on the bare values of two thousand rows: neither late
    nor overdue on the day of the report before the last."""
    if as_of is None or before is None:
        return as_of is not None
    day, percent, lifecycle = before.split(":")
    return not rules.was_delayed(lifecycle, int(percent), rules.Span(_day(starts), _day(ends)), _day(day))


# Pure: the dates of two thousand actions are a few hundred.
@lru_cache(maxsize=8192)
def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _late_row(action: Any, newly: bool, today: dt.date) -> LateRow:
    last = action.last_report
    return LateRow(
        action, action.state_key, newly,
        last.get_reason_kind_display() if last and last.reason_kind else "", last.reason if last else "",
        status.planned_percent(action.starts_on, action.ends_on, action.reported_as_of or today),
    )  # fmt: skip
