"""Stacked bars of counts, and the meter of one value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import SupportsFloat

from lib.charts.text import r1, text_width
from lib.palette import PALETTE
from lib.states import STATES

GAP = 1.5
MIN_SEGMENT = 5.5
COUNT_SIZE = 12.5


@dataclass(frozen=True)
class Style:
    """How a segment is drawn. `hatch` names a pattern of charts/_hatch.html; `ink` is the colour of the count."""

    word: str
    fill: str
    ink: str
    hatch: str = ""
    stroke: str = ""
    dash: str = ""


def _state(key: str, fill: str, *, hatch: str = "", ink: str = "ink-on", stroke: str = "", dash: str = "") -> Style:
    return Style(STATES[key].label, PALETTE[fill], PALETTE[ink], hatch, stroke and PALETTE[stroke], dash)


STATE_STYLES: dict[str, Style] = {
    "done": _state("done", "done"),
    "run": _state("run", "run"),
    "late": _state("late", "late-fill"),
    "over": _state("over", "over", hatch="over"),
    "todo": _state("todo", "sunken", hatch="todo", ink="ink", stroke="field", dash="3 2"),
    "stop": _state("stop", "stop"),
}

# How a procedure is accepted (国の計画のオンライン手続).
CHANNEL_STYLES: dict[str, Style] = {
    "portal": Style("マイナポータル", PALETTE["key"], PALETTE["ink-on"]),
    "form": Style("汎用電子申請", PALETTE["key-line"], PALETTE["ink"], stroke=PALETTE["key-mid"]),
    "counter": Style("窓口のみ", PALETTE["late-fill"], PALETTE["ink-on"]),
    "none": Style("制度なし", PALETTE["sunken"], PALETTE["ink"], stroke=PALETTE["field"], dash="3 2"),
}


@dataclass(frozen=True)
class Segment:
    """One part of a bar. `text` is the count where it fits, else empty; `plate` is the ground under it on a hatch."""

    key: str
    x: float
    width: float
    style: Style
    text: str
    text_x: float
    plate_x: float
    plate_width: float

    @property
    def edge_x(self) -> float:
        """Left of an edge drawn inside the segment, half a stroke in."""
        return r1(self.x + 0.5)

    @property
    def edge_width(self) -> float:
        return r1(self.width - 1)


@dataclass(frozen=True)
class StackedBar:
    """Geometry of one bar. `summary` says the counts in words, for the accessible name."""

    width: float
    height: float
    baseline: float
    segments: tuple[Segment, ...]
    total: int
    summary: str
    hatches: tuple[str, ...]

    @property
    def plate_y(self) -> float:
        return r1(self.baseline - 12.5)

    @property
    def edge_height(self) -> float:
        return self.height - 1


@dataclass(frozen=True)
class Legend:
    """Swatches with words, in the order of the bars."""

    entries: tuple[tuple[str, Style], ...]
    hatches: tuple[str, ...]


@dataclass(frozen=True)
class Meter:
    """A single bar. `fill_width` is 0 without a value, and `text` then says so."""

    width: float
    height: float
    fill_width: float
    fill: str
    text: str


def stack_scale(rows: Iterable[Mapping[str, int]]) -> int:
    """Return the largest total of several bars, so that all can share one scale; at least 1."""
    return max((sum(counts.values()) for counts in rows), default=0) or 1


def stacked_bar(
    counts: Mapping[str, int],
    width: float = 300,
    height: float = 22,
    *,
    scale: int | None = None,
    styles: Mapping[str, Style] = STATE_STYLES,
    unit: str = "件",
) -> StackedBar:
    """Lay out counts by key as one bar, in the order of `styles`.

    `scale` is the total that fills the whole width (see `stack_scale`; the own total if None). A part too small to
    see is widened to a minimum at the cost of the others. Raises ValueError for an unknown key or negative count.
    """
    _check(counts, styles)
    shown = [(key, counts[key]) for key in styles if counts.get(key)]
    total = sum(n for _, n in shown)
    full = max(scale or 0, total) or 1
    widths = _widths([n * width / full for _, n in shown], width)
    segments, x = [], 0.0
    for (key, count), outer in zip(shown, widths, strict=True):
        segments.append(_segment(key, count, x, outer - GAP, styles[key]))
        x += outer
    return StackedBar(
        width, height, height / 2 + 4.5, tuple(segments), total,
        "、".join(f"{styles[key].word}{n}{unit}" for key, n in shown) or f"0{unit}",
        _hatches(styles[key] for key, _ in shown),
    )  # fmt: skip


def _check(counts: Mapping[str, int], styles: Mapping[str, Style]) -> None:
    if unknown := set(counts) - set(styles):
        raise ValueError(f"unknown keys in a stacked bar: {sorted(unknown)}")
    if any(n < 0 for n in counts.values()):
        raise ValueError("a stacked bar cannot show a negative count")


def _widths(wanted: Sequence[float], available: float) -> list[float]:
    """Raise small widths to the minimum; if the sum then exceeds the room, the larger ones give way in proportion."""
    if not wanted:
        return []
    least = min(MIN_SEGMENT + GAP, available / len(wanted))
    raised = [max(w, least) for w in wanted]
    excess = sum(raised) - available
    if excess <= 0:
        return raised
    spare = sum(w - least for w in raised)
    return [w - excess * (w - least) / spare if spare else least for w in raised]


def _segment(key: str, count: int, x: float, width: float, style: Style) -> Segment:
    text = str(count)
    plate = text_width(text, COUNT_SIZE) + 6
    middle = x + width / 2
    return Segment(
        key, r1(x), r1(width), style, text if plate <= width else "",
        r1(middle), r1(middle - plate / 2), r1(plate),
    )  # fmt: skip


def _hatches(styles: Iterable[Style]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.hatch for s in styles if s.hatch))


def legend(styles: Mapping[str, Style] = STATE_STYLES, present: Iterable[str] | None = None) -> Legend:
    """Return the swatches of all styles, or of those `present` (e.g. keys with a count), in the order of the bars."""
    keys = set(styles) if present is None else set(present)
    entries = tuple((key, style) for key, style in styles.items() if key in keys)
    return Legend(entries, _hatches(style for _, style in entries))


def meter(value: SupportsFloat | None, maximum: SupportsFloat | None = 100, state: str = "run") -> Meter:
    """Lay out a value against its maximum, coloured by state.

    Without a value, or a maximum above zero, the track stays empty and the text says 未入力. Past the maximum the bar
    is full and the text gives the true percentage.
    """
    top = float(maximum or 0)
    if value is None or top <= 0:
        return Meter(120, 8, 0.0, PALETTE["field"], "未入力")
    share = float(value) / top
    fill = PALETTE["field"] if state in ("todo", "stop") else STATE_STYLES[state].fill
    # Whole percents are cut, not rounded: 199 of 200 must not read as done.
    percent = math.floor(share * 100 + 1e-9)
    return Meter(120, 8, r1(120 * min(max(share, 0), 1)), fill, f"{percent:,}%")
