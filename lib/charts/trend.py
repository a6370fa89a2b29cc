"""Lines over periods, named at their right end. A blank breaks the line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import SupportsFloat

from lib.charts.table import Table, TableRow
from lib.charts.text import fit, number, r1, text_width
from lib.palette import PALETTE

TICK_SIZE, END_SIZE = 12, 13
END_GAP = 16
MOST_DECIMALS = 3
_TOP, _BOTTOM, _END_OFFSET, _END_ROOM = 14, 30, 12, 170
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class TrendStyle:
    """Colour of the line and of the words beside it; `dash` tells a target or a seventh line apart."""

    stroke: str
    ink: str
    dash: str = ""


COLOURS = (
    ("key", "key"),
    ("late-fill", "late"),
    ("done", "done"),
    ("purple", "purple-ink"),
    ("teal", "teal-ink"),
    ("brown", "brown"),
)
TARGET_STYLE = TrendStyle(PALETTE["field"], PALETTE["todo"], "7 4")


@dataclass(frozen=True)
class TrendSeries:
    """Values in the order of the labels, None where there is none. A target is drawn grey and dashed."""

    label: str
    values: Sequence[SupportsFloat | None]
    is_target: bool = False


@dataclass(frozen=True)
class TrendDot:
    x: float
    y: float
    title: str


@dataclass(frozen=True)
class TrendLine:
    """One drawn series; the words stand at (`end_x`, `end_y`), joined to the last dot by `leader` if moved away."""

    label: str
    style: TrendStyle
    path: str
    dots: tuple[TrendDot, ...]
    end_x: float
    end_y: float
    end_text: str
    end_value: str
    leader: str

    @property
    def text_y(self) -> float:
        return r1(self.end_y + 4.5)


@dataclass(frozen=True)
class Tick:
    at: float
    text: str

    @property
    def text_y(self) -> float:
        return r1(self.at + 4)


@dataclass(frozen=True)
class Trend:
    """Geometry in a viewBox of width by height. `y_ticks` run from bottom to top, `x_ticks` from left to right."""

    width: float
    height: float
    left: float
    right: float
    bottom: float
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    lines: tuple[TrendLine, ...]
    unit: str
    summary: str
    table: Table

    @property
    def tick_x(self) -> float:
        return r1(self.left - 8)

    @property
    def period_y(self) -> float:
        return r1(self.bottom + 20)


def trend(
    series: Sequence[TrendSeries],
    labels: Sequence[str],
    *,
    minimum: float = 0,
    maximum: float | None = None,
    width: float = 560,
    height: float = 300,
    unit: str = "",
    places: int = 1,
) -> Trend | None:
    """Lay out series over periods; None if there is not a single value.

    The scale runs from `minimum` to `maximum`, and further if a value lies outside. Raises ValueError if a
    series has not one value for each label.
    """
    if any(len(s.values) != len(labels) for s in series):
        raise ValueError("every series of a trend needs one value for each label")
    known = [float(v) for s in series for v in s.values if v is not None]
    if not known:
        return None
    ticks, decimals = _scale(min(minimum, *known), max(known if maximum is None else [maximum, *known]))
    shown = [s for s in series if any(v is not None for v in s.values)]
    frame = _frame(shown, labels, [number(t, decimals) for t in ticks], width, height, places)
    lines = _lines(frame, shown, ticks, labels, places)
    return Trend(
        width, r1(frame.height), r1(frame.left), r1(frame.right), r1(frame.bottom),
        tuple(Tick(frame.y(t, ticks), number(t, decimals)) for t in ticks), _x_ticks(frame, labels), lines, unit,
        "、".join(f"{line.label}{line.end_value}{unit}" for line in lines), _table(series, labels, places),
    )  # fmt: skip


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions as little as needed so that they stand `gap` apart between `low` and `high`, in unchanged order.

    The gap shrinks if they cannot all fit.
    """
    count = len(wanted)
    if not count:
        return []
    gap = min(gap, (high - low) / (count - 1)) if count > 1 else gap
    order = sorted(range(count), key=lambda i: wanted[i])
    placed = [0.0] * count
    floor = low
    for rank, i in enumerate(order):
        ceiling = high - gap * (count - 1 - rank)
        placed[i] = min(max(wanted[i], floor), max(ceiling, floor))
        floor = placed[i] + gap
    return _centred(placed, order, wanted, gap, low)


def _centred(placed: list[float], order: list[int], wanted: Sequence[float], gap: float, low: float) -> list[float]:
    """Give back half of the push to each touching group, so that no label alone bears the whole shift."""
    start = 0
    for end in range(1, len(order) + 1):
        touches = end < len(order) and placed[order[end]] - placed[order[end - 1]] <= gap + 1e-9
        if touches:
            continue
        group = order[start:end]
        before = placed[order[start - 1]] + gap if start else low
        shift = sum(placed[i] - wanted[i] for i in group) / len(group)
        move = min(max(shift, 0), max(placed[group[0]] - before, 0))
        for i in group:
            placed[i] -= move
        start = end
    return placed


@dataclass(frozen=True)
class _Frame:
    """The plot inside the margins, with `count` columns."""

    left: float
    right: float
    top: float
    bottom: float
    height: float
    count: int

    def x(self, column: int) -> float:
        if self.count == 1:
            return r1((self.left + self.right) / 2)
        return r1(self.left + (self.right - self.left) * column / (self.count - 1))

    def y(self, value: float, ticks: Sequence[float]) -> float:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return r1(self.bottom - (self.bottom - self.top) * share)


def _frame(
    series: Sequence[TrendSeries],
    labels: Sequence[str],
    ticks: Sequence[str],
    width: float,
    height: float,
    places: int,
) -> _Frame:
    ends = [_end_name(s, places) + " " + _end_value(s, places) for s in series]
    half = max(text_width(t, TICK_SIZE) for t in labels) / 2 + 2
    left = max(half, max(text_width(t, TICK_SIZE) for t in ticks) + 12)
    right = max(half, max(text_width(e, END_SIZE) for e in ends) + _END_OFFSET + 2)
    tall = max(height, _TOP + _BOTTOM + END_GAP * len(series))
    return _Frame(left, max(width - right, left + 40), _TOP, tall - _BOTTOM, tall, len(labels))


def _scale(low: float, high: float, steps: int = 5) -> tuple[list[float], int]:
    """Return round ticks that enclose the range, and the decimals that they need."""
    # A range too small to be written would only number its own rounding errors.
    span = high - low if high - low >= 10**-MOST_DECIMALS else 1
    power = 10 ** math.floor(math.log10(span / steps))
    step = next(s * power for s in _STEPS if s * power * steps >= span * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    decimals += 1 if round(step * 10**decimals, 6) % 1 else 0
    return [i * step for i in range(first, max(last, first + 1) + 1)], decimals


def _x_ticks(frame: _Frame, labels: Sequence[str]) -> tuple[Tick, ...]:
    """Name every period, or every second, third ... counted back from the last if there is no room for all."""
    gap = (frame.right - frame.left) / max(frame.count - 1, 1)
    stride = max(1, math.ceil((max(text_width(t, TICK_SIZE) for t in labels) + 6) / gap))
    last = frame.count - 1
    return tuple(Tick(frame.x(i), text) for i, text in enumerate(labels) if (last - i) % stride == 0)


def _lines(
    frame: _Frame,
    series: Sequence[TrendSeries],
    ticks: Sequence[float],
    labels: Sequence[str],
    places: int,
) -> tuple[TrendLine, ...]:
    rows = [
        [None if v is None else (frame.x(i), frame.y(float(v), ticks)) for i, v in enumerate(s.values)] for s in series
    ]
    lasts = [[p for p in row if p][-1] for row in rows]
    ends = spread([y for _, y in lasts], END_GAP, frame.top, frame.bottom)
    styles = _styles(series)
    return tuple(
        TrendLine(
            s.label, styles[i], _path(rows[i]), _dots(s, rows[i], labels, places), r1(frame.right + _END_OFFSET),
            r1(ends[i]), _end_name(s, places), _end_value(s, places), _leader(frame, lasts[i], ends[i]),
        )
        for i, s in enumerate(series)
    )  # fmt: skip


def _styles(series: Sequence[TrendSeries]) -> list[TrendStyle]:
    styles, used = [], 0
    for s in series:
        if s.is_target:
            styles.append(TARGET_STYLE)
            continue
        stroke, ink = COLOURS[used % len(COLOURS)]
        styles.append(TrendStyle(PALETTE[stroke], PALETTE[ink], "4 3" if used >= len(COLOURS) else ""))
        used += 1
    return styles


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """Draw through neighbouring points; lift the pen at a blank."""
    parts = []
    for before, point in zip([None, *points], points, strict=False):
        if point:
            parts.append(f"{'L' if before else 'M'}{point[0]},{point[1]}")
    return " ".join(parts)


def _dots(
    series: TrendSeries,
    points: Sequence[tuple[float, float] | None],
    labels: Sequence[str],
    places: int,
) -> tuple[TrendDot, ...]:
    return tuple(
        TrendDot(*point, f"{series.label} {labels[i]} {number(series.values[i], places)}")
        for i, point in enumerate(points)
        if point
    )


def _leader(frame: _Frame, last: tuple[float, float], end: float) -> str:
    if abs(last[1] - end) <= 3 and last[0] >= frame.right - 1:
        return ""
    return f"M{r1(last[0] + 6)},{last[1]} L{r1(frame.right + _END_OFFSET - 3)},{r1(end)}"


def _end_value(series: TrendSeries, places: int) -> str:
    return number([v for v in series.values if v is not None][-1], places)


def _end_name(series: TrendSeries, places: int) -> str:
    return fit(series.label, END_SIZE, _END_ROOM - text_width(" " + _end_value(series, places), END_SIZE))


def _table(series: Sequence[TrendSeries], labels: Sequence[str], places: int) -> Table:
    rows = tuple(TableRow(label, tuple(number(s.values[i], places) for s in series)) for i, label in enumerate(labels))
    return Table(("期", *(s.label for s in series)), rows)
