"""Chart of an indicator: target against actual by fiscal year."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lib import charts, fiscal
from strategy.achievement import NO_VALUE
from strategy.queries_indicators import Reading

BASELINE = "基準値"
MARK = "（訂正）"


@dataclass(frozen=True)
class YearChart:
    """The lines, the same figures as a table, and the years whose actual was corrected."""

    trend: charts.Trend
    table: charts.Table
    corrected: str


def by_year(reading: Reading) -> YearChart | None:
    """Lay out an indicator over its fiscal years; None for one in words or without a figure."""
    indicator = reading.indicator
    if indicator.qualitative:
        return None
    start = fiscal.fiscal_year(indicator.baseline_on) if indicator.baseline_on else None
    known = {y.year: y for y in reading.years}
    marks = sorted({*known, *([] if start is None else [start])})
    if not marks:
        return None
    years = range(marks[0], marks[-1] + 1)
    goals = [known[y].target.value if y in known and known[y].target else None for y in years]
    actuals = [known[y].actual.value if y in known and known[y].actual else None for y in years]
    if start in years and actuals[start - years[0]] is None:
        actuals[start - years[0]] = indicator.baseline
    labels = [fiscal.parse(str(y)).short_label for y in years]
    series = [charts.TrendSeries("実績", actuals), charts.TrendSeries("目標", goals, is_target=True)]
    low, high = _scale(indicator.is_rate, [*goals, *actuals])
    trend = charts.trend(
        series, labels, minimum=low, maximum=high, unit=indicator.unit, places=_places([*goals, *actuals]), width=640
    )
    if trend is None:
        return None
    corrected = "、".join(y.short_label for y in reading.years if y.actual and y.actual.times_corrected)
    return YearChart(trend, _table(reading, start), corrected)


def _scale(is_rate: bool, values: list[Decimal | None]) -> tuple[float, float | None]:
    """A rate stands on 0 to 100; other figures on 0 unless they go below it."""
    return (0, 100 if is_rate and max((v for v in values if v is not None), default=0) > 50 else None)


def _places(values: list[Decimal | None]) -> int:
    """Decimals that the figures need, at most one more than a reader can use in a chart."""
    exponents = [-int(v.normalize().as_tuple().exponent) for v in values if v is not None]
    return min(max([0, *exponents]), 1)


def _table(reading: Reading, start: int | None) -> charts.Table:
    rows = []
    if start is not None and all(y.year != start or y.actual is None for y in reading.years):
        name = f"{fiscal.parse(str(start)).label}（{BASELINE}）"
        rows.append(charts.TableRow(name, (NO_VALUE, reading.baseline, NO_VALUE)))
    for year in reading.years:
        mark = MARK if year.actual and year.actual.times_corrected else ""
        shown = year.result.shown if year.result else NO_VALUE
        rows.append(charts.TableRow(year.label, (year.goal, year.said + mark, shown)))
    return charts.Table(("年度", "目標", "実績", "達成率"), tuple(rows))
