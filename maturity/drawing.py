"""Geometry of the charts that are tables on the page, for their files: the heat map and the bars of levels (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.charts import Heat, Legend, StackedBar
from lib.charts.text import fit, text_width
from lib.palette import PALETTE

NAME_WIDTH, CELL_WIDTH, CELL_HEIGHT, HEAD_HEIGHT, SIZE = 190, 110, 26, 34, 13
BAR_WIDTH, BAR_GAP = 420, 14
LEGEND_LINE = 22


@dataclass(frozen=True)
class Word:
    """A text at its baseline, with its colour and anchor."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    fill: str = PALETTE["ink"]
    bold: bool = False


@dataclass(frozen=True)
class Box:
    """A rectangle; `stroke` and `dash` may be empty."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = ""
    dash: str = ""


@dataclass(frozen=True)
class PlacedBar:
    """A stacked bar moved down to its row."""

    y: float
    bar: StackedBar


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    boxes: tuple[Box, ...]
    words: tuple[Word, ...]
    bars: tuple[PlacedBar, ...] = ()
    bars_x: float = 0


def heat_drawing(chart: Heat, averages: Sequence[str], missing: str) -> Drawing:
    """The heat map as boxes with their numbers; `missing` is the word of a cell without a level."""
    boxes, words = [], _heads((*chart.columns, "平均"))
    for i, (line, average) in enumerate(zip(chart.rows, averages, strict=True)):
        y = HEAD_HEIGHT + i * CELL_HEIGHT
        words.append(Word(0, y + 18, fit(line.label, SIZE, NAME_WIDTH - 8)))
        for j, cell in enumerate(line.cells):
            x = NAME_WIDTH + j * CELL_WIDTH
            known = bool(cell.ground)
            fill = cell.ground or PALETTE["surface" if cell.css == "hx" else "sunken"]
            dash = "3 2" if cell.css == "hx" else ""
            boxes.append(Box(x, y, CELL_WIDTH - 4, CELL_HEIGHT - 4, fill, "" if known else PALETTE["field"], dash))
            text = cell.text if known else missing if cell.css == "hx" else "該当なし"
            words.append(Word(x + CELL_WIDTH / 2 - 2, y + 16, text, "middle", cell.ink or PALETTE["ink-2"], known))
        words.append(Word(NAME_WIDTH + (len(line.cells) + 0.5) * CELL_WIDTH - 2, y + 16, average, "middle"))
    width = NAME_WIDTH + (len(chart.columns) + 1) * CELL_WIDTH
    return Drawing(width, HEAD_HEIGHT + len(chart.rows) * CELL_HEIGHT, tuple(boxes), tuple(words))


def _heads(names: Sequence[str]) -> list[Word]:
    return [
        Word(NAME_WIDTH + (j + 0.5) * CELL_WIDTH - 2, 20, fit(name, SIZE, CELL_WIDTH - 8), "middle", PALETTE["ink-2"])
        for j, name in enumerate(names)
    ]


def bars_drawing(bars: Sequence[tuple[str, StackedBar]], swatches: Legend) -> Drawing:
    """One bar of levels below the other with its name, and the legend under them."""
    step = max((bar.height for _, bar in bars), default=0) + BAR_GAP
    words = [Word(0, i * step + 16, fit(name, SIZE, NAME_WIDTH - 8)) for i, (name, _) in enumerate(bars)]
    placed = tuple(PlacedBar(i * step, bar) for i, (_, bar) in enumerate(bars))
    boxes, x, y = [], 0.0, len(bars) * step + 8
    width = NAME_WIDTH + BAR_WIDTH
    for _, style in swatches.entries:
        room = 20 + text_width(style.word, SIZE) + 18
        if x and x + room > width:
            x, y = 0.0, y + LEGEND_LINE
        boxes.append(Box(x, y, 14, 14, style.fill, style.stroke, style.dash))
        words.append(Word(x + 20, y + 12, style.word))
        x += room
    return Drawing(width, y + LEGEND_LINE, tuple(boxes), tuple(words), placed, NAME_WIDTH)
