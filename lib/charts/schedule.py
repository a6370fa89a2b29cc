"""Half-year schedule: phases by owner, progress under them, today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from lib.charts.bars import STATE_STYLES
from lib.charts.frame import (
    BAR_SIZE,
    DAY,
    LABEL_SIZE,
    LABEL_WIDTH,
    MIN_BAR,
    PAD,
    STATE_WIDTH,
    Frame,
    HalfHead,
    Today,
    YearHead,
    half_heads,
    span,
    today_line,
    year_heads,
)
from lib.charts.phases import OWNERS, Owner, Phase, lanes, merged, period_text
from lib.charts.table import Table, TableRow
from lib.charts.text import NO_VALUE, fit, r1, text_width
from lib.fiscal import Period
from lib.palette import PALETTE
from lib.wareki import format_date

WIDTH = 1270
HEAD, FOOT, ROW = 58, 30, 44
BAR, LANE, ACTUAL_LANE, ACTUAL_BAR = 20, 24, 10, 6
MARKER_LANE, MARKER = 22, 6
STATE_SIZE = 12


@dataclass(frozen=True)
class StateWord:
    """The state at the right end of a row: mark, short word, ink of the word, fill of the progress line."""

    mark: str
    word: str
    ink: str
    fill: str


STATE_WORDS: dict[str, StateWord] = {
    "done": StateWord("●", "完了", PALETTE["done"], STATE_STYLES["done"].fill),
    "run": StateWord("→", "順調", PALETTE["run"], STATE_STYLES["run"].fill),
    "late": StateWord("▲", "遅れ", PALETTE["late"], STATE_STYLES["late"].fill),
    "over": StateWord("■", "超過", PALETTE["over"], STATE_STYLES["over"].fill),
    "todo": StateWord("○", "未報告", PALETTE["todo"], PALETTE["field"]),
    "stop": StateWord("－", "休止", PALETTE["todo"], PALETTE["field"]),
}
_NO_STATE = StateWord("", "", PALETTE["todo"], PALETTE["field"])


@dataclass(frozen=True)
class ScheduleRow:
    """A row as given: `percent` is progress 0 to 100 (None if not reported), `state` one of STATE_WORDS or empty.

    `word` replaces the word of the state, e.g. 達成; `href` turns the label into a link; `markers` are days that
    matter in themselves, e.g. due dates, with their names.
    """

    label: str
    phases: Sequence[Phase]
    percent: int | None = None
    state: str = ""
    href: str = ""
    word: str = ""
    markers: Sequence[tuple[dt.date, str]] = ()


class Bar(NamedTuple):
    """One drawn phase. `mask_width` is above 0 where the today line must be hidden behind the text."""

    x: float
    y: float
    width: float
    height: float
    owner: Owner
    is_actual: bool
    title: str
    chip: str
    text: str
    text_x: float
    text_y: float
    mask_width: float = 0

    @property
    def mask_x(self) -> float:
        return r1(self.text_x - 4)

    @property
    def mask_y(self) -> float:
        return r1(self.y + 1)


@dataclass(frozen=True)
class Progress:
    """The thin line: its track spans the plan, `width` of it is filled."""

    x: float
    y: float
    track_width: float
    width: float
    fill: str


@dataclass(frozen=True)
class Marker:
    """A diamond on its day; `text` is shortened to the room beside it, `title` is not."""

    points: str
    title: str
    text: str
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True)
class Line:
    """One drawn row from `top` to `bottom`. `label` is shortened to fit, `full` is not."""

    top: float
    bottom: float
    label_y: float
    label: str
    full: str
    href: str
    bars: tuple[Bar, ...]
    progress: Progress | None
    percent: str
    state: StateWord
    markers: tuple[Marker, ...] = ()

    @property
    def percent_y(self) -> float:
        return r1(self.top + 21)

    @property
    def state_y(self) -> float:
        return r1(self.top + 37)


@dataclass(frozen=True)
class Schedule:
    """Geometry in a viewBox of width by height; `bottom` is where the rows end."""

    width: float
    height: float
    bottom: float
    years: tuple[YearHead, ...]
    halves: tuple[HalfHead, ...]
    lines: tuple[Line, ...]
    today: Today | None
    has_links: bool
    has_actual: bool
    summary: str
    table: Table
    has_markers: bool = False

    @property
    def owners(self) -> tuple[Owner, ...]:
        return tuple(OWNERS.values())

    @property
    def tag_y(self) -> float:
        return r1(self.bottom + 5)

    @property
    def tag_text_y(self) -> float:
        return r1(self.bottom + 20.5)


def schedule(
    rows: Sequence[ScheduleRow], halves: Sequence[Period], today: dt.date, *, width: float = WIDTH
) -> Schedule | None:
    """Lay out rows over consecutive half-years (see `lib.fiscal.halves_between`); None without rows or halves.

    Phases are placed to the day and cut at the edges; those of one name and owner that follow each other become one
    bar, those that overlap go one below the other. The table of the result lists every phase, cut or not.
    """
    if not rows or not halves:
        return None
    frame = Frame(tuple(halves), width)
    mark = today_line(frame, today)
    lines: list[Line] = []
    for row in rows:
        lines.append(_line(frame, row, lines[-1].bottom if lines else HEAD, mark))
    bottom = lines[-1].bottom
    return Schedule(
        width, bottom + FOOT, bottom, year_heads(frame), half_heads(frame, today), tuple(lines), mark,
        any(row.href for row in rows), any(p.is_actual for row in rows for p in row.phases),
        f"{len(rows)}件の工程、{halves[0].label}から{halves[-1].label}まで", _table(rows),
        any(line.markers for line in lines),
    )  # fmt: skip


def _line(frame: Frame, row: ScheduleRow, top: float, today: Today | None) -> Line:
    planned = lanes(merged(p for p in row.phases if not p.is_actual and frame.shows(p)))
    actual = lanes(merged(p for p in row.phases if p.is_actual and frame.shows(p)))
    markers = _markers(frame, row, top + 8)
    y = top + 8 + (MARKER_LANE if markers else 0)
    bars = []
    for lane, height, step in [*((p, BAR, LANE) for p in planned), *((a, ACTUAL_BAR, ACTUAL_LANE) for a in actual)]:
        bars += [_bar(frame, row, phase, y, height, today) for phase in lane]
        y += step
    # A row without phases keeps the height of one lane.
    y = max(y, top + 8 + LANE)
    state = _state(row.state, row.word)
    return Line(
        top, y + 12, r1((top + y + 12) / 2 + 5), fit(row.label, LABEL_SIZE, LABEL_WIDTH - 12), row.label, row.href,
        tuple(bars), _progress(frame, row, planned, y, state.fill),
        NO_VALUE if row.percent is None else f"{row.percent}%", state, markers,
    )  # fmt: skip


def _markers(frame: Frame, row: ScheduleRow, y: float) -> tuple[Marker, ...]:
    """Diamonds of the days in sight. A name stands right of its diamond, or left where only there is room."""
    days = sorted((day, name) for day, name in row.markers if frame.halves[0].start <= day <= frame.halves[-1].end)
    places = [frame.x(day) for day, _ in days]
    found, free = [], float(LABEL_WIDTH)
    for i, ((day, name), x) in enumerate(zip(days, places, strict=True)):
        after = (places[i + 1] - MARKER if i + 1 < len(places) else frame.right) - x - MARKER - 4
        before = x - MARKER - 4 - free
        is_left = text_width(name, BAR_SIZE) > after and before > after
        text = fit(name, BAR_SIZE, max(before if is_left else after, 0))
        middle = y + MARKER + 2
        points = f"{r1(x)},{r1(middle - MARKER)} {r1(x + MARKER)},{r1(middle)} {r1(x)},{r1(middle + MARKER)}"
        found.append(
            Marker(
                f"{points} {r1(x - MARKER)},{r1(middle)}", f"{row.label}：{name}（{format_date(day)}）", text,
                r1(x - MARKER - 4 if is_left else x + MARKER + 4), r1(middle + 4.5), "end" if is_left else "start",
            )
        )  # fmt: skip
        free = x + MARKER if is_left else x + MARKER + 8 + text_width(text, BAR_SIZE)
    return tuple(found)


@lru_cache(maxsize=256)
def _state(key: str, word: str) -> StateWord:
    state = STATE_WORDS[key] if key else _NO_STATE
    return replace(state, word=fit(word or state.word, STATE_SIZE, STATE_WIDTH - 20))


def _bar(frame: Frame, row: ScheduleRow, phase: Phase, y: float, height: float, today: Today | None) -> Bar:
    across = span(frame, phase, today)
    return Bar(
        across.x, r1(y), across.width, height, OWNERS[phase.owner], phase.is_actual, f"{row.label}：{across.words}",
        across.chip, across.text, across.text_x, r1(y + 14.5), across.mask_width,
    )  # fmt: skip


def _progress(
    frame: Frame, row: ScheduleRow, planned: Sequence[Sequence[Phase]], y: float, fill: str
) -> Progress | None:
    phases = [phase for lane in planned for phase in lane]
    if not phases:
        return None
    left = frame.x(min(p.start for p in phases)) + PAD
    track = max(frame.x(max(p.end for p in phases) + DAY) - PAD - left, MIN_BAR)
    share = min(max(row.percent or 0, 0), 100) / 100
    return Progress(r1(left), r1(y), r1(track), r1(track * share), fill)


def _table(rows: Sequence[ScheduleRow]) -> Table:
    return Table(("取組", "工程", "進捗", "状態"), tuple(map(_table_row, rows)), numeric=False)


def _table_row(row: ScheduleRow) -> TableRow:
    phases = sorted(row.phases, key=lambda p: (p.start, p.is_actual))
    lines = [
        f"{p.label}（{OWNERS[p.owner].word}{'・実績' if p.is_actual else ''}）{period_text(p.start, p.end)}"
        for p in phases
    ]
    lines += [f"◆{name} {format_date(day)}" for day, name in sorted(row.markers)]
    percent = NO_VALUE if row.percent is None else f"{row.percent}%"
    word = row.word or _state(row.state, row.word).word
    return TableRow(row.label, ("\n".join(lines) or NO_VALUE, percent, word or NO_VALUE))
