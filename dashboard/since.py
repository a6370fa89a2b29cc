"""What moved since the last meeting (or since the same time last year), as the dashboard tells it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from actions.roll import Roll
from dashboard.city import City, Scope
from lib import charts, fiscal
from lib.charts.trend import Trend
from meetings import queries as meeting_queries
from meetings.compare import KINDS, keys_of, movements
from meetings.content import CorruptError
from meetings.models import Snapshot
from meetings.queries_now import Standing
from meetings.sentence import Piece, sentence
from meetings.words import signed

LAST, YEAR = "last", "year"
# In the order of the chart's colours, which are then those of the states.
LINES = (("順調", ("run",)), ("遅れ・超過", ("late", "over")), ("完了", ("done",)), ("未報告", ("todo",)))
WORDS = {LAST: "前回会議", YEAR: "前年同期"}


@dataclass(frozen=True)
class Chosen:
    """The snapshot to compare with, and the others; `actions` are what it froze, unless it cannot be read."""

    key: str
    old: Snapshot | None = None
    problem: str = ""
    actions: list[Any] = field(default_factory=list)
    year: Snapshot | None = None
    last: Snapshot | None = None
    known: list[Snapshot] = field(default_factory=list)

    @property
    def is_readable(self) -> bool:
        return self.old is not None and not self.problem

    @cached_property
    def keys(self) -> set[int]:
        return {row["id"] for row in self.actions}


def chosen(asked: Mapping[str, str], today: dt.date) -> Chosen:
    """前回 or 前年同期, as the address says and the snapshots allow (1 query)."""
    known = meeting_queries.snapshots_with_text(today, year=asked.get("with") == YEAR)
    last, year = meeting_queries.last_snapshot(known, today), meeting_queries.year_ago(known, today)
    key = YEAR if asked.get("with") == YEAR and year else LAST
    old, problem, actions = year if key == YEAR else last, "", []
    try:
        actions = meeting_queries.content_of(old)["actions"] if old else []
    except CorruptError as error:
        problem = str(error)
    return Chosen(key, old, problem, actions, year, last, known)


@dataclass(frozen=True)
class Since(Chosen):
    """The comparison that the whole page shares; `old` is None when there is nothing to compare with."""

    counts: dict[str, int] = field(default_factory=dict)
    forward: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)

    @property
    def word(self) -> str:
        return WORDS[self.key]

    @property
    def overall(self) -> str | None:
        return self.old.summary.get("overall") if self.old else None

    def note(self, state: str, now: int) -> str:
        """Change of a tile: +5（前回 29）."""
        before = self.totals[state]
        return f"{signed(now - before)}（{'前回' if self.key == LAST else '前年'} {before}）"


def since(city: City, roll: Roll, scope: Scope, old: Chosen, present: Standing) -> Since:
    """Compare all live actions with the chosen snapshot, then keep what is in scope (no query)."""
    if not old.is_readable:
        return Since(**_fields(old))
    counts, forward = _tallied(old.actions, city, roll, scope, present)
    kept = [a for a in old.actions if scope.takes(a["department"], keys_of(a))]
    return Since(**_fields(old), counts=counts, forward=forward, totals=Counter(a["state"] for a in kept))


def _fields(old: Chosen) -> dict[str, Any]:
    return {f.name: getattr(old, f.name) for f in fields(Chosen)}


def _tallied(
    old: Any, city: City, roll: Roll, scope: Scope, present: Standing
) -> tuple[dict[str, int], Counter[str]]:
    """How many actions in scope moved in each way, and how many went forward behind each national item. What the
    snapshot does not know was added; it is counted by its key and not read."""
    counts: Counter[str] = Counter(added=len(roll.states.keys() - {str(row["id"]) for row in old}))
    forward: set[str] = set()
    for row, kinds in movements(old, present.rows, present.merged):
        gone = "items" in row
        if scope.takes(row["department"], keys_of(row)) if gone else str(row["id"]) in roll.states:
            counts.update(kinds)
            if "forward" in kinds:
                forward.add(str(row["id"]))
    behind = {v.item.key: len(forward.intersection(city.behind[v.item.pk])) for v in city.items} if forward else {}
    return dict.fromkeys(KINDS, 0) | counts, Counter({key: n for key, n in behind.items() if n})


def pieces(found: Since, silent: int | None) -> list[Piece]:
    return sentence(found.counts, silent, found.word)


def comparisons(found: Since, scope: Scope) -> Callable[..., str]:
    """Addresses of the pages that list the movements behind the numbers of this dashboard."""
    path = reverse("meetings:compare")
    params = {
        "old": found.old.pk if found.old else "", "new": "now",
        "department": scope.department.pk if scope.department else "", "item": scope.item.key if scope.item else "",
    }  # fmt: skip
    return lambda **more: f"{path}?{urlencode({k: v for k, v in (params | more).items() if v != ''})}#list"


@dataclass(frozen=True)
class Choice:
    """One side of the toggle."""

    label: str
    url: str
    current: bool


def toggle(found: Since, scope: Scope) -> list[Choice]:
    """前回 or 前年同期; only what exists, and nothing when there is no choice."""
    there = [k for k, s in ((LAST, found.last), (YEAR, found.year)) if s is not None]
    labels = {LAST: "前回", YEAR: "前年同期"}
    if len(there) < 2:
        return []
    return [Choice(labels[k], "?" + urlencode(_kept(scope) | {"with": k}), k == found.key) for k in there]


def _kept(scope: Scope) -> dict[str, Any]:
    return {k: v for k, v in scope.params.items() if v}


def query_of(found: Since, scope: Scope) -> str:
    """The choices of this page for a link to another view of it."""
    params = _kept(scope) | ({"with": found.key} if found.key != LAST else {})
    return f"?{urlencode(params)}" if params else ""


def trend(snapshots: Iterable[Snapshot], counts: Mapping[str, int]) -> Trend | None:
    """Actions by state over the meetings, with now as the last point; None before the second meeting."""
    known = sorted((s for s in snapshots if s.meeting_id), key=lambda s: (s.as_of, s.pk))
    if len(known) < 2:
        return None
    labels = [fiscal.parse(f"{s.as_of:%Y-%m}").short_label for s in known]
    totals = [*(s.summary.get("totals", {}) for s in known), counts]
    series = [charts.TrendSeries(label, [sum(t.get(k, 0) for k in keys) for t in totals]) for label, keys in LINES]
    return charts.trend(series, [*labels, "いま"], unit="件", places=0)
