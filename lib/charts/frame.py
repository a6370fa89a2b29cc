"""The columns of a half-year schedule: where a day lies, the heads of years and halves, today, and phases across."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from lib.charts.phases import OWNERS, Phase, period_text
from lib.charts.text import fit, r1, text_width
from lib.fiscal import Period
from lib.wareki import fiscal_era_year, fiscal_year_name, format_date

LABEL_WIDTH, STATE_WIDTH = 232, 62
LABEL_SIZE, BAR_SIZE, TODAY_SIZE = 14, 12.5, 12.5
PAD, INSET, MIN_BAR = 2.5, 8, 4
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class YearHead:
    x: float
    width: float
    middle: float
    text: str
    is_shaded: bool


@dataclass(frozen=True)
class HalfHead:
    x: float
    middle: float
    text: str
    is_current: bool


@dataclass(frozen=True)
class Today:
    """The today line at `x`; its tag is kept inside the chart."""

    x: float
    tag_x: float
    tag_width: float
    text: str

    @property
    def tag_middle(self) -> float:
        return r1(self.tag_x + self.tag_width / 2)


@dataclass(frozen=True)
class Frame:
    """Equal columns, one for each half, between the label and the state."""

    halves: tuple[Period, ...]
    width: float
    places: dict[dt.date, float] = field(default_factory=dict)
    spans: dict[Phase, Span] = field(default_factory=dict)

    @cached_property
    def right(self) -> float:
        return self.width - STATE_WIDTH

    @cached_property
    def step(self) -> float:
        return (self.right - LABEL_WIDTH) / len(self.halves)

    def x(self, day: dt.date) -> float:
        """Return where a day begins; days outside fall on the edges. Most bars begin and end with a half."""
        found = self.places.get(day)
        if found is None:
            found = self.places[day] = self._place(day)
        return found

    def _place(self, day: dt.date) -> float:
        if day <= self.halves[0].start:
            return LABEL_WIDTH
        for i, half in enumerate(self.halves):
            if half.contains(day):
                share = (day - half.start).days / ((half.end - half.start).days + 1)
                return LABEL_WIDTH + (i + share) * self.step
        return self.right

    def shows(self, phase: Phase) -> bool:
        return phase.start <= self.halves[-1].end and phase.end >= self.halves[0].start


def year_heads(frame: Frame) -> tuple[YearHead, ...]:
    heads, x = [], float(LABEL_WIDTH)
    for i, (year, group) in enumerate(groupby(frame.halves, key=lambda half: half.fiscal_year)):
        width = frame.step * len(list(group))
        heads.append(YearHead(r1(x), r1(width), r1(x + width / 2), _year_name(year, width), i % 2 == 0))
        x += width
    return tuple(heads)


def _year_name(year: int, width: float) -> str:
    at = fiscal_era_year(year)
    names = (fiscal_year_name(year), f"{at.era.letter}{at.year}")
    return next((name for name in names if text_width(name, LABEL_SIZE) <= width - 4), "")


def half_heads(frame: Frame, today: dt.date) -> tuple[HalfHead, ...]:
    heads = []
    for i, half in enumerate(frame.halves):
        x = LABEL_WIDTH + i * frame.step
        text = "上期" if half.number == 1 else "下期"
        text = text if frame.step >= 30 else text[0]
        heads.append(HalfHead(r1(x), r1(x + frame.step / 2), text, half.contains(today)))
    return tuple(heads)


def today_line(frame: Frame, today: dt.date) -> Today | None:
    if not frame.halves[0].start <= today <= frame.halves[-1].end:
        return None
    text = f"今日 {format_date(today)}"
    width = text_width(text, TODAY_SIZE) + 8
    x = frame.x(today)
    left = min(max(x - width / 2, 0), frame.width - width)
    return Today(r1(x), r1(left), r1(width), text)


class Span(NamedTuple):
    """A phase across: what its bar has in common in every row. Most phases are of a few kinds and halves."""

    x: float
    width: float
    words: str
    chip: str = ""
    text: str = ""
    text_x: float = 0
    mask_width: float = 0


def span(frame: Frame, phase: Phase, today: Today | None) -> Span:
    found = frame.spans.get(phase)
    if found is None:
        found = frame.spans[phase] = _placed(frame, phase, today)
    return found


def _placed(frame: Frame, phase: Phase, today: Today | None) -> Span:
    owner = OWNERS[phase.owner]
    left, right = frame.x(phase.start) + PAD, frame.x(phase.end + DAY) - PAD
    width = max(right - left, MIN_BAR)
    left = min(left, frame.right - width)
    kind = "実績、" if phase.is_actual else ""
    words = f"{phase.label}（{kind}{period_text(phase.start, phase.end)}、{owner.word}）"
    chip, text, mask = "", "", 0.0
    if not phase.is_actual and width >= BAR_SIZE + 2 * INSET - 4:
        chip = owner.chip
        text = fit(phase.label, BAR_SIZE, width - 2 * INSET - BAR_SIZE - 6)
        used = BAR_SIZE + (6 + text_width(text, BAR_SIZE) if text else 0) + 8
        crossed = today is not None and left < today.x < left + INSET + used
        mask = min(used, width - 6) if crossed else 0
    text_x = r1(left + min(INSET, (width - BAR_SIZE) / 2))
    return Span(r1(left), r1(width), words, chip, text, text_x, r1(mask))
