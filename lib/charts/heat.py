"""Heat map as a table of classes: five steps of colour, each cell with its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import SupportsFloat

from lib.charts.text import number
from lib.palette import HEAT


class NotApplicable:
    """Marks a cell that is out of scope, as opposed to None: not answered."""


NOT_APPLICABLE = NotApplicable()


@dataclass(frozen=True)
class HeatRow:
    """A row head with its link and the values in the order of the columns."""

    label: str
    values: Sequence[SupportsFloat | NotApplicable | None]
    href: str = ""


@dataclass(frozen=True)
class HeatCell:
    """`css` is h0 to h5 by share of the maximum, hx if not answered, hn if not applicable.

    `ground` and `ink` are the colours of h0 to h5, for output without a stylesheet.
    """

    text: str
    css: str
    ground: str
    ink: str


@dataclass(frozen=True)
class HeatLine:
    label: str
    href: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class Heat:
    """`key` explains the steps: one cell for each step and the missing ones that occur, in order."""

    columns: tuple[str, ...]
    rows: tuple[HeatLine, ...]
    key: tuple[HeatCell, ...]


_UNANSWERED = HeatCell("未回答", "hx", "", "")
_OUT_OF_SCOPE = HeatCell("対象外", "hn", "", "")


def heat(rows: Sequence[HeatRow], columns: Sequence[str], maximum: float = 5, *, places: int = 1) -> Heat:
    """Colour values from 0 to `maximum` in steps of a fifth.

    Raises ValueError if a row has not one value for each column, or maximum is not positive.
    """
    if maximum <= 0 or any(len(row.values) != len(columns) for row in rows):
        raise ValueError("a heat map needs a positive maximum and one value for each column in every row")
    lines = tuple(HeatLine(row.label, row.href, tuple(_cell(v, maximum, places) for v in row.values)) for row in rows)
    return Heat(tuple(columns), lines, _key(lines, maximum))


def _cell(value: SupportsFloat | NotApplicable | None, maximum: float, places: int) -> HeatCell:
    if value is None:
        return _UNANSWERED
    if isinstance(value, NotApplicable):
        return _OUT_OF_SCOPE
    step = heat_step(float(value), maximum)
    return HeatCell(number(value, places), f"h{step}", *HEAT[step])


def heat_step(value: float, maximum: float) -> int:
    """Return the step, 0 to 5: for a scale of five the whole level, so 2.9 is still 2."""
    # Cut at a tenth of a thousandth so that 0.3 of 0.5 is a full third step in spite of binary fractions.
    return min(max(int(value * 5 / maximum + 1e-4), 0), 5)


def _key(lines: Sequence[HeatLine], maximum: float) -> tuple[HeatCell, ...]:
    steps = [HeatCell(f"{maximum * i / 5:g}{'〜' if i < 5 else ''}", f"h{i}", *HEAT[i]) for i in range(6)]
    used = {cell.css for line in lines for cell in line.cells}
    return tuple(steps + [cell for cell in (_UNANSWERED, _OUT_OF_SCOPE) if cell.css in used])
