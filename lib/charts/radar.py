"""Radar of levels by axis: now, target, previous. A blank stays blank."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import SupportsFloat, TypeAlias

from lib.charts.table import Table, TableRow
from lib.charts.text import NO_VALUE, fit, number, r1, text_width, wrap
from lib.palette import PALETTE

Point: TypeAlias = tuple[float, float]

TOP, BOTTOM, SIDE = 41.4, 69.4, 105.4
NAME_SIZE, VALUE_SIZE, LEGEND_SIZE = 14, 16, 13
LINE = 17
_LEGEND_MARK, _LEGEND_GAP, _LEGEND_LINE = 34, 28, 22


@dataclass(frozen=True)
class RadarStyle:
    """How a series is drawn; only `now` is filled and has a dot on every value."""

    stroke: str
    width: float
    dash: str = ""
    filled: bool = False


RADAR_STYLES: dict[str, RadarStyle] = {
    "now": RadarStyle(PALETTE["key"], 2.75, filled=True),
    "target": RadarStyle(PALETTE["late-fill"], 2.25, "7 4"),
    "previous": RadarStyle(PALETTE["field"], 2, "2 3"),
    "reviewed": RadarStyle(PALETTE["purple"], 2.5, "10 3 2 3"),
    "reference": RadarStyle(PALETTE["teal"], 2, "4 3"),
}
_BACK_TO_FRONT = ("reference", "previous", "target", "reviewed", "now")


@dataclass(frozen=True)
class RadarSeries:
    """Values in the order of the axes, None where nothing was answered. `key` is one of RADAR_STYLES."""

    key: str
    label: str
    values: Sequence[SupportsFloat | None]


@dataclass(frozen=True)
class RadarShape:
    """The drawn line of a series: closed if every axis has a value, else broken at each blank."""

    key: str
    style: RadarStyle
    path: str
    closed: bool
    dots: tuple[Point, ...]


@dataclass(frozen=True)
class AxisLabel:
    """Name and value at the end of an axis; `lines` of the name are (y, text). Value on the same line if `inline`."""

    x: float
    anchor: str
    lines: tuple[tuple[float, str], ...]
    value: str
    value_y: float
    inline: bool
    full: str


@dataclass(frozen=True)
class LegendMark:
    x: float
    y: float
    label: str
    style: RadarStyle

    @property
    def end(self) -> float:
        return r1(self.x + 28)

    @property
    def text_x(self) -> float:
        return r1(self.x + _LEGEND_MARK)

    @property
    def text_y(self) -> float:
        return r1(self.y + 5)


@dataclass(frozen=True)
class Radar:
    """Geometry of the whole chart, in a viewBox of width by height."""

    width: float
    height: float
    center: Point
    rings: tuple[str, ...]
    ring_labels: tuple[tuple[float, float, str], ...]
    spokes: tuple[Point, ...]
    shapes: tuple[RadarShape, ...]
    labels: tuple[AxisLabel, ...]
    legend: tuple[LegendMark, ...]
    summary: str
    table: Table


def radar(
    axes: Sequence[str],
    series: Sequence[RadarSeries],
    maximum: float = 5,
    *,
    width: float = 436,
    places: int = 1,
) -> Radar | None:
    """Lay out levels from 0 (centre) to `maximum` (rim); the first series gives the numbers beside the axis names.

    Returns None for fewer than three axes, where only a table makes sense. A value above the maximum is drawn on the
    rim and written as it is. Raises ValueError if a series has not one value for each axis, or maximum is not positive.
    """
    if len(axes) < 3:
        return None
    if maximum <= 0 or any(len(s.values) != len(axes) for s in series):
        raise ValueError("a radar needs a positive maximum and one value for each axis in every series")
    radius = width / 2 - SIDE
    frame = _Frame((width / 2, TOP + radius), radius, len(axes), float(maximum))
    lowest = max(y for _, y in frame.ring(frame.maximum))
    legend, extra = _legend(series, width, lowest + BOTTOM - 9)
    ordered = sorted(series, key=lambda s: _BACK_TO_FRONT.index(s.key))
    numbers = [number(v, places) for v in series[0].values] if series else [NO_VALUE] * len(axes)
    return Radar(
        width, r1(lowest + BOTTOM + extra), (r1(frame.center[0]), r1(frame.center[1])),
        tuple(_points(frame.ring(level)) for level in frame.levels),
        frame.ring_labels(), tuple(map(_round, frame.ring(frame.maximum))),
        tuple(_shape(frame, s) for s in ordered),
        tuple(_label(frame, i, name, text, width) for i, (name, text) in enumerate(zip(axes, numbers, strict=True))),
        legend, _summary(axes, numbers), _table(axes, series, places),
    )  # fmt: skip


@dataclass(frozen=True)
class _Frame:
    """Polar coordinates: axis 0 points up, the others follow clockwise."""

    center: Point
    radius: float
    count: int
    maximum: float

    def at(self, axis: int, value: float) -> Point:
        angle = 2 * math.pi * axis / self.count
        length = self.radius * min(max(value / self.maximum, 0), 1)
        return (
            self.center[0] + length * math.sin(angle),
            self.center[1] - length * math.cos(angle),
        )

    def ring(self, value: float) -> list[Point]:
        return [self.at(i, value) for i in range(self.count)]

    @property
    def levels(self) -> list[float]:
        """Whole levels for a short scale, five steps for a long one; the rim comes last."""
        if self.maximum <= 6:
            return [*map(float, range(1, math.ceil(self.maximum))), self.maximum]
        return [self.maximum * i / 5 for i in range(1, 6)]

    def ring_labels(self) -> tuple[tuple[float, float, str], ...]:
        # Every other ring, counted from the rim: more would run into each other and into the lines.
        return tuple((r1(self.center[0] + 4), r1(self.at(0, v)[1] + 11), f"{v:g}") for v in self.levels[::-2][::-1])


def _round(point: Point) -> Point:
    return (r1(point[0]), r1(point[1]))


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{r1(x)},{r1(y)}" for x, y in points)


def _shape(frame: _Frame, series: RadarSeries) -> RadarShape:
    points = [None if v is None else frame.at(i, float(v)) for i, v in enumerate(series.values)]
    style = RADAR_STYLES[series.key]
    runs = _runs(points)
    closed = None not in points
    path = " ".join("M" + " L".join(_points([p]) for p in run) for run in runs if len(run) > 1)
    alone = [run[0] for run in runs if len(run) == 1]
    dots = [p for p in points if p] if style.filled else alone
    return RadarShape(series.key, style, path + " Z" if closed else path, closed, tuple(map(_round, dots)))


def _runs(points: Sequence[Point | None]) -> list[list[Point]]:
    """Split a ring of points at its blanks. A run may pass the end of the list, since the axes close in a circle."""
    count = len(points)
    start = next((i for i, p in enumerate(points) if p is None), None)
    if start is None:
        return [[p for p in points if p]]
    runs: list[list[Point]] = [[]]
    for step in range(1, count + 1):
        point = points[(start + step) % count]
        if point:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _label(frame: _Frame, axis: int, name: str, value: str, width: float) -> AxisLabel:
    x, y = frame.at(axis, frame.maximum)
    side = x - frame.center[0]
    if abs(side) < 1:
        room = width - 8 - text_width(f" {value}", VALUE_SIZE)
        line = y - 14 if y < frame.center[1] else y + 28
        return AxisLabel(r1(x), "middle", ((r1(line), fit(name, NAME_SIZE, room)),), value, r1(line), True, name)
    edge = x + math.copysign(12, side)
    room = (width - edge if side > 0 else edge) - 2
    texts = wrap(name, NAME_SIZE, room)
    # Above the middle the words move up, below it down: away from the lines of the series.
    away = 10 * (y - frame.center[1]) / frame.radius
    first = y - 4 + away - (len(texts) - 1) * LINE / 2
    lines = tuple((r1(first + i * LINE), text) for i, text in enumerate(texts))
    anchor = "start" if side > 0 else "end"
    return AxisLabel(r1(edge), anchor, lines, value, r1(first + (len(texts) - 1) * LINE + 19), False, name)


def _legend(series: Sequence[RadarSeries], width: float, y: float) -> tuple[tuple[LegendMark, ...], float]:
    """Place the legend in centred lines, and return it with the height of the lines after the first."""
    lines: list[list[tuple[float, RadarSeries]]] = [[]]
    x = 0.0
    for s in series:
        step = _LEGEND_MARK + text_width(s.label, LEGEND_SIZE) + _LEGEND_GAP
        if lines[-1] and x + step - _LEGEND_GAP > width - 16:
            lines.append([])
            x = 0.0
        lines[-1].append((x, s))
        x += step
    marks = []
    for row, line in enumerate(lines):
        used = sum(_LEGEND_MARK + text_width(s.label, LEGEND_SIZE) + _LEGEND_GAP for _, s in line) - _LEGEND_GAP
        left = max((width - used) / 2, 8)
        marks += [LegendMark(r1(left + at), r1(y + row * _LEGEND_LINE), s.label, RADAR_STYLES[s.key]) for at, s in line]
    return tuple(marks), (len(lines) - 1) * _LEGEND_LINE


def _summary(axes: Sequence[str], numbers: Sequence[str]) -> str:
    return "、".join(
        f"{name}{'未回答' if text == NO_VALUE else text}" for name, text in zip(axes, numbers, strict=True)
    )


def _table(axes: Sequence[str], series: Sequence[RadarSeries], places: int) -> Table:
    rows = tuple(TableRow(name, tuple(number(s.values[i], places) for s in series)) for i, name in enumerate(axes))
    return Table(("軸", *(s.label for s in series)), rows)
