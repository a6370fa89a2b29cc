"""Reads of indicators: each with its standing, its years, and its actuals with their corrections."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import Prefetch

from lib import fiscal
from strategy import achievement, tree
from strategy.achievement import GRADES, NO_VALUE, Grade, Result, Standing, figure
from strategy.models import (
    ActualCorrection,
    Element,
    Indicator,
    IndicatorActual,
    IndicatorTarget,
    ItemMapping,
    PriorityItem,
)
from strategy.querysets_indicators import IndicatorQuerySet

RATE_PLACES = 1
WITHDRAWN = "（取り消し）"


@dataclass(frozen=True)
class Year:
    """One fiscal year of the table and the chart; `goal` and `said` are the figures as shown."""

    year: int
    target: IndicatorTarget | None
    actual: IndicatorActual | None
    result: Result | None
    goal: str
    said: str

    @property
    def label(self) -> str:
        return fiscal.parse(str(self.year)).label

    @property
    def short_label(self) -> str:
        return fiscal.parse(str(self.year)).short_label


class Reading:
    """An indicator on a day, computed from rows that were read at once for the whole list."""

    def __init__(self, indicator: Indicator, today: dt.date) -> None:
        self.indicator = indicator
        self.today = today
        self.targets = list(indicator.targets.all())
        self.actuals = sorted(indicator.actuals.all(), key=lambda a: (a.as_of, a.pk))

    @cached_property
    def standing(self) -> Standing:
        goals = {t.fiscal_year: t.value for t in self.targets}
        return achievement.standing(self.indicator.terms, goals, self.actuals, self.today)

    @property
    def grade(self) -> Grade:
        return self.standing.grade

    @cached_property
    def known(self) -> list[IndicatorActual]:
        """Actuals that say something, oldest first."""
        return [a for a in self.actuals if not a.is_withdrawn]

    @property
    def latest(self) -> IndicatorActual | None:
        return self.known[-1] if self.known else None

    @property
    def latest_said(self) -> str:
        return NO_VALUE if self.latest is None else self.said(self.latest)

    @property
    def baseline(self) -> str:
        return self.indicator.baseline_text or self.written(self.indicator.baseline)

    def written(self, value: Decimal | None) -> str:
        """A value with its unit; a dash if unknown."""
        return NO_VALUE if value is None else f"{figure(value)}{self.indicator.unit}"

    def said(self, actual: IndicatorActual | ActualCorrection) -> str:
        """What an actual says; a rate is rounded, its parts are shown apart."""
        old = isinstance(actual, ActualCorrection)
        text, value = (actual.old_text, actual.old_value) if old else (actual.text, actual.value)
        if text or value is None:
            return text or NO_VALUE
        places = RATE_PLACES if self.indicator.is_rate else achievement.PLACES
        return f"{figure(value, places)}{self.indicator.unit}"

    @cached_property
    def years(self) -> list[Year]:
        """Years with a target or an actual, oldest first."""
        goals = {t.fiscal_year: t for t in self.targets}
        lasts = {fiscal.fiscal_year(a.as_of): a for a in self.known}
        return [self._year(y, goals.get(y), lasts.get(y)) for y in sorted({*goals, *lasts})]

    def _year(self, year: int, target: IndicatorTarget | None, actual: IndicatorActual | None) -> Year:
        said = NO_VALUE if actual is None else self.said(actual)
        return Year(year, target, actual, self._result(target), self.goal(year), said)

    def _result(self, target: IndicatorTarget | None) -> Result | None:
        if target is None or self.indicator.qualitative:
            return None
        return achievement.judge(self.indicator.terms, target.fiscal_year, target.value, self.actuals, self.today)

    def goal(self, year: int) -> str:
        """The target of a year as shown."""
        found = next((t for t in self.targets if t.fiscal_year == year), None)
        return NO_VALUE if found is None else found.text or self.written(found.value)

    @property
    def goals(self) -> list[tuple[str, str]]:
        """Targets that the list shows: of the years judged, or for words the next one."""
        years = [r.year for r in self.standing.results]
        if not years and self.targets:
            now = fiscal.fiscal_year(self.today)
            years = [next((t.fiscal_year for t in self.targets if t.fiscal_year >= now), self.targets[-1].fiscal_year)]
        return [(fiscal.parse(str(y)).short_label, self.goal(y)) for y in years]


def with_figures(rows: IndicatorQuerySet) -> IndicatorQuerySet:
    """Read what a `Reading` needs along with the rows: three queries for any number of them."""
    return rows.select_related("department").prefetch_related(
        "targets", Prefetch("actuals", queryset=IndicatorActual.objects.marked())
    )


def readings(rows: IndicatorQuerySet, today: dt.date) -> list[Reading]:
    return [Reading(row, today) for row in with_figures(rows)]


def counted(found: Iterable[Reading]) -> list[tuple[Grade, int]]:
    """How many stand at each grade, in the order of the scale, grades without any left out."""
    counts = Counter(r.grade.key for r in found)
    return [(grade, counts[key]) for key, grade in GRADES.items() if counts[key]]


@dataclass(frozen=True)
class Corrected:
    """A correction as shown: what the actual said before and what it said then."""

    row: ActualCorrection
    before: str
    after: str
    moved_from: dt.date | None


@dataclass(frozen=True)
class Entry:
    """An actual in the history with its corrections, oldest first."""

    actual: IndicatorActual
    said: str
    corrections: list[Corrected]

    @property
    def shown(self) -> str:
        return WITHDRAWN if self.actual.is_withdrawn else self.said

    @property
    def parts(self) -> tuple[str, str]:
        """Numerator and denominator as shown."""
        return figure(self.actual.numerator), figure(self.actual.denominator)


def history(reading: Reading) -> list[Entry]:
    """All actuals, newest first, with the value before and after each correction."""
    found: dict[int, list[ActualCorrection]] = defaultdict(list)
    for row in ActualCorrection.objects.filter(actual__indicator=reading.indicator):
        found[row.actual_id].append(row)
    return [
        Entry(actual, reading.said(actual), _corrected(reading, actual, found[actual.pk]))
        for actual in reversed(reading.actuals)
    ]


def _corrected(reading: Reading, actual: IndicatorActual, rows: list[ActualCorrection]) -> list[Corrected]:
    said = [_parts(reading, row) for row in rows] + [_parts(reading, actual)]
    days = [row.old_as_of for row in rows] + [actual.as_of]
    return [
        Corrected(row, said[i], said[i + 1], days[i] if days[i] != days[i + 1] else None) for i, row in enumerate(rows)
    ]


def _parts(reading: Reading, actual: IndicatorActual | ActualCorrection) -> str:
    """A value with the parts of a rate; what was withdrawn says so."""
    old = "old_" if isinstance(actual, ActualCorrection) else ""
    above, below = getattr(actual, f"{old}numerator"), getattr(actual, f"{old}denominator")
    said = reading.said(actual)
    if said == NO_VALUE:
        return WITHDRAWN
    return said if above is None else f"{said}（{figure(above)}/{figure(below)}）"


def behind_element(element: Element) -> IndicatorQuerySet:
    """Indicators in use of the element, its branch, and what that branch links to — in any edition."""
    scope = tree.element_scope(element.edition)[element.pk]
    lineages = Element.objects.filter(pk__in=scope).values_list("lineage", flat=True)
    return Indicator.objects.live().serving_lineages(lineages)


def behind_item(item: PriorityItem) -> IndicatorQuerySet:
    """Indicators in use of a national item, and of the items of older versions that live on in it."""
    return Indicator.objects.live().serving_items(_with_predecessors(item.pk))


def _with_predecessors(item_id: int) -> set[int]:
    sources: dict[int, list[int]] = defaultdict(list)
    for source, target in ItemMapping.objects.filter(source__isnull=False).values_list("source_id", "target_id"):
        sources[target].append(source)
    found, open_ends = {item_id}, [item_id]
    while open_ends:
        new = [s for s in sources[open_ends.pop()] if s not in found]
        found.update(new)
        open_ends.extend(new)
    return found
