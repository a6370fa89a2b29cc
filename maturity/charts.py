"""Charts of maturity: radars and the heat map, from the figures of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.urls import reverse

from accounts.models import Department
from lib.charts import (
    NOT_APPLICABLE,
    STATE_STYLES,
    Heat,
    HeatRow,
    Legend,
    Radar,
    RadarSeries,
    StackedBar,
    Style,
    Table,
    TableRow,
    Trend,
    TrendSeries,
    heat,
    legend,
    radar,
    stacked_bar,
    trend,
)
from lib.charts.heat import HeatCell, heat_step
from lib.charts.text import number
from lib.palette import HEAT, PALETTE
from maturity import scoring
from maturity.models import CityAssessment
from maturity.queries import CityRadar
from maturity.scoring import Mark
from maturity.trends import Line

WIDE = {"width": 1120, "height": 320}
SELF, REVIEWED = "self", "reviewed"
VIEWS = {SELF: "自己評価", REVIEWED: "確認後"}


def city_chart(found: CityRadar, own: Mapping[str, CityAssessment] | None = None) -> Radar | None:
    """Radar of the city's averages: self, reviewed, target, the other round, and 組織として (`own`, by line).

    None for fewer than three axes. A series that has no value at all is left out.
    """
    own = own or {}
    series = [
        RadarSeries("now", "自己評価", [a.now for a in found.axes]),
        RadarSeries("reviewed", "確認後", [a.reviewed for a in found.axes]),
        RadarSeries("target", "目標", [a.target for a in found.axes]),
        RadarSeries("previous", found.previous_label, [a.previous for a in found.axes]),
        RadarSeries("reference", "組織として", [_own_level(own, a.key) for a in found.axes]),
    ]
    return radar([a.name for a in found.axes], _known(series), found.maximum)


def _known(series: Sequence[RadarSeries]) -> list[RadarSeries]:
    return [s for s in series if s.key == "now" or any(v is not None for v in s.values)]


def _own_level(own: Mapping[str, CityAssessment], line: str) -> int | None:
    return own[line].level if line in own else None


def city_table(found: CityRadar, own: Mapping[str, CityAssessment] | None = None) -> Table:
    """The same averages with the number of answers behind each."""
    heads = (
        "軸", "自己評価", "確認後", "差", "組織として", found.previous_label, "増減", "目標", "目標まで", "回答した課",
        "確認した課", "該当なしの課", *(("重み",) if found.weighted else ()),
    )  # fmt: skip
    rows = (TableRow(a.name, _cells(a, _own_level(own or {}, a.key), weighted=found.weighted)) for a in found.axes)
    return Table(heads, tuple(rows))


def _cells(axis: scoring.AxisFigure, own: int | None, *, weighted: bool) -> tuple[str, ...]:
    cells = (
        number(axis.now), number(axis.reviewed), signed(scoring.subtract(axis.reviewed, axis.now)),
        number(own, 0), number(axis.previous), signed(axis.gain), number(axis.target), left(axis.gap),
        f"{axis.answered}", f"{axis.reviewed_count}", f"{axis.not_applicable}",
    )  # fmt: skip
    return (*cells, f"{axis.weight}") if weighted else cells


def signed(value: Decimal | int | None) -> str:
    """+0.3, −0.1 or ±0; a dash if unknown."""
    if value is None:
        return "—"
    return "±0" if not value else f"{'+' if value > 0 else '−'}{abs(value)}"


def left(gap: Decimal | None) -> str:
    """あと1.7, 到達, or a dash if unknown."""
    if gap is None:
        return "—"
    return f"あと{gap}" if gap > 0 else "到達"


def department_chart(
    axes: Sequence[tuple[str, str]], now: Mapping[str, Mark], before: Mapping[str, Mark] | None, maximum: int = 5,
    since: str = "前回",
) -> Radar | None:  # fmt: skip
    """Radar of one department; `axes` are line and name, answers are by line."""
    marks = [now.get(key, Mark()) for key, _ in axes]
    series = [
        RadarSeries("now", "自己評価", [m.level for m in marks]),
        RadarSeries("reviewed", "確認後", [m.reviewed for m in marks]),
        RadarSeries("target", "目標", [m.counted_target for m in marks]),
        RadarSeries("previous", since, [(before or {}).get(key, Mark()).level for key, _ in axes]),
    ]
    return radar([name for _, name in axes], _known(series), maximum, places=0)


def trend_chart(
    lines: Sequence[Line], labels: Sequence[str], maximum: float, *, places: int = 1, wide: bool = False
) -> Trend | None:
    """Lines over the rounds; None for fewer than two rounds, where there is no course to show. `wide` is laid out for
    a card as wide as the page, the usual one for a phone and for paper."""
    if len(labels) < 2:
        return None
    series = [TrendSeries(line.name, line.values) for line in lines]
    return trend(series, labels, maximum=maximum, places=places, **(WIDE if wide else {}))


@dataclass(frozen=True)
class CityCell:
    """A cell of the heat map: `difference` is reviewed minus own level where both are known and differ."""

    cell: HeatCell
    difference: str


@dataclass(frozen=True)
class CityRow:
    """One department of the heat map; `average` is None while it has no level."""

    department: Department
    marks: tuple[Mark, ...]
    average: Decimal | None


def city_rows(found: CityRadar, departments: Iterable[Department], sort: str, view: str = SELF) -> list[CityRow]:
    """Rows of the heat map, sorted by an axis's line, `average` or the departments' own order; `-` turns it round.

    Departments without a value stand last either way.
    """
    keys = [a.key for a in found.axes]
    rows = [_row(d, [found.marks.get(d.pk, {}).get(key, Mark()) for key in keys], found, view) for d in departments]
    name = sort.removeprefix("-")
    values = {key: (lambda r, i=i: r.marks[i].seen(view)) for i, key in enumerate(keys)}
    value = (values | {"average": lambda r: r.average}).get(name)
    if value is None:
        return rows[::-1] if sort == "-department" else rows
    known = [r for r in rows if value(r) is not None]
    return sorted(known, key=value, reverse=sort != name) + [r for r in rows if value(r) is None]


def _row(department: Department, marks: list[Mark], found: CityRadar, view: str) -> CityRow:
    return CityRow(department, tuple(marks), scoring.average(marks, found.weights, view))


def city_heat(found: CityRadar, rows: Sequence[CityRow], view: str = SELF) -> Heat:
    """Classes and texts of the heat map's cells; the rows' own average stands beside them."""
    lines = [
        HeatRow(
            r.department.name,
            [NOT_APPLICABLE if m.not_applicable else m.seen(view) for m in r.marks],
            reverse("maturity:department", args=[r.department.pk]),
        )
        for r in rows
    ]
    return heat(lines, [a.name for a in found.axes], found.maximum, places=0)


def city_cells(heated: Heat, rows: Sequence[CityRow], view: str = SELF) -> list[list[CityCell]]:
    """The cells of each row; in the reviewed view with how far they are from the department's own level."""
    return [
        [CityCell(c, _apart(m) if view == REVIEWED else "") for c, m in zip(line.cells, row.marks, strict=True)]
        for line, row in zip(heated.rows, rows, strict=True)
    ]


def _apart(mark: Mark) -> str:
    return signed(mark.difference) if mark.difference else ""


def level_styles(found: CityRadar, view: str = SELF) -> dict[str, Style]:
    """How the parts of a level bar are drawn: the levels in the colours of the heat map, then what has no level."""
    levels = {}
    for level in range(found.minimum, found.maximum + 1):
        fill, ink = HEAT[heat_step(level, found.maximum)]
        levels[f"{level}"] = Style(f"レベル{level}", fill, ink, stroke=PALETTE["key-mid"])
    return levels | {
        "na": Style("該当なし", PALETTE["sunken"], PALETTE["ink"], stroke=PALETTE["field"]),
        "blank": replace(STATE_STYLES["todo"], word=missing_word(view)),
    }


def missing_word(view: str) -> str:
    """What a cell without a level means in a view."""
    return "未確認" if view == REVIEWED else "受理なし"


@dataclass(frozen=True)
class AxisLine:
    """One axis of the city with the bar of its levels and the city's own level."""

    figure: scoring.AxisFigure
    bar: StackedBar
    counts: Mapping[str, int]
    own: CityAssessment | None = None

    @property
    def gain(self) -> str:
        return signed(self.figure.gain)

    @property
    def left(self) -> str:
        return left(self.figure.gap)

    @property
    def apart(self) -> str:
        """Reviewed average minus own average."""
        return signed(scoring.subtract(self.figure.reviewed, self.figure.now))


def axis_lines(found: CityRadar, view: str = SELF, own: Mapping[str, CityAssessment] | None = None) -> list[AxisLine]:
    """Each axis with how many of the departments asked stand on which level."""
    styles = level_styles(found, view)
    lines = []
    for axis in found.axes:
        counts = level_counts(found, axis.key, view)
        known = {key: n for key, n in counts.items() if key in styles}
        lines.append(AxisLine(axis, stacked_bar(known, styles=styles, unit="課"), counts, (own or {}).get(axis.key)))
    return lines


def level_counts(found: CityRadar, line: str, view: str = SELF) -> dict[str, int]:
    """Departments by level on one axis, with those it does not apply to (`na`) and those without a level (`blank`)."""
    marks = [of_one.get(line, Mark()) for of_one in found.marks.values()]
    counts = Counter("na" if m.not_applicable else f"{m.seen(view)}" for m in marks if _has_place(m, view))
    return counts | {"blank": max(found.asked - sum(counts.values()), 0)}


def _has_place(mark: Mark, view: str) -> bool:
    return mark.not_applicable or mark.seen(view) is not None


def distribution_table(lines: Sequence[AxisLine], found: CityRadar, view: str = SELF) -> Table:
    """The bars in figures: departments by level, without a level, and not applicable, each in a column of its own."""
    styles = level_styles(found, view)
    rows = tuple(TableRow(line.figure.name, tuple(f"{line.counts.get(key, 0)}" for key in styles)) for line in lines)
    return Table(("軸", *(style.word for style in styles.values())), rows)


def level_legend(lines: Sequence[AxisLine], found: CityRadar, view: str = SELF) -> Legend:
    """Swatches of what occurs in the bars."""
    return legend(level_styles(found, view), {s.key for line in lines for s in line.bar.segments})


def heat_steps(found: CityRadar) -> list[HeatCell]:
    """The key of the heat map: one cell for each level."""
    levels = range(found.minimum, found.maximum + 1)
    return list(heat([HeatRow("", list(levels))], [""] * len(levels), found.maximum, places=0).rows[0].cells)
