"""The pack as PowerPoint, 16:9: native tables and charts that can be edited, fonts set for both scripts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.util import Inches

from lib.charts.text import text_width
from lib.palette import PALETTE
from meetings.pack import slide_charts
from meetings.pack.blocks import (
    Block,
    Empty,
    Facts,
    Figures,
    HeatBlock,
    Lead,
    Pack,
    Page,
    Prose,
    RadarBlock,
    ScheduleBlock,
    StateBars,
    Table,
    cut,
)
from meetings.pack.slide_text import set_theme_fonts
from meetings.pack.slide_xml import Grid, Ink, Place, shape, table

WIDTH, HEIGHT = 13.333, 7.5
LEFT, TOP, BOTTOM = 0.5, 1.15, 6.85
ROOM = WIDTH - 2 * LEFT
BLANK, TITLE_SIZE, LEAD_SIZE, BODY_SIZE, TABLE_SIZE, SMALL = 6, 24, 18, 14, 11, 10
ROW = 0.34
MOST_SLIDES = 8
HEAD = Ink(TABLE_SIZE, bold=True, ground=PALETTE["sunken"])
HEAD_RIGHT = Ink(TABLE_SIZE, bold=True, align="r", ground=PALETTE["sunken"])
QUIET = PALETTE["ink-2"]


@dataclass
class Deck:
    """The presentation under construction: blocks flow down a slide and on to the next."""

    pack: Pack
    show: Any = field(default_factory=Presentation)
    page: Page | None = None
    slide: Any = None
    y: float = TOP

    def open(self, page: Page) -> None:
        self.page = page
        self.turn(page.title)

    def turn(self, title: str = "") -> None:
        """Begin a slide: the page's title, and where the figures come from at the foot."""
        assert self.page
        self.slide = self.show.slides.add_slide(self.show.slide_layouts[BLANK])
        self.y = TOP
        heading = Ink(TITLE_SIZE, PALETTE["key"], bold=True)
        self.words(title or f"{self.page.title}（続き）", heading, Place(LEFT, 0.35, ROOM, 0.6), name="題名")
        self.words(self.pack.source, Ink(SMALL, QUIET), Place(LEFT, 7.0, ROOM - 1.2, 0.3), name="出どころ")
        number = Ink(SMALL, QUIET, align="r")
        self.words(f"{len(self.show.slides)}", number, Place(WIDTH - LEFT - 1, 7.0, 1, 0.3), name="番号")

    def put(self, xml: str) -> None:
        self.slide.shapes._spTree.append(parse_xml(xml))

    @property
    def next_id(self) -> int:
        return len(self.slide.shapes._spTree) + 1

    def words(self, text: str, ink: Ink, at: Place, name: str = "本文") -> None:
        """A text box that wraps inside its width."""
        self.put(shape(self.next_id, name, at, words=text, ink=ink).replace('wrap="none"', 'wrap="square"', 1))

    def need(self, height: float) -> None:
        """Go on to a new slide unless `height` inches are left."""
        if self.y + height > BOTTOM and self.y > TOP:
            self.turn()

    @property
    def left(self) -> float:
        return BOTTOM - self.y

    def grid(self, rows: Grid, widths: Sequence[float], heights: Sequence[float], x: float = LEFT) -> None:
        """A native table at the cursor."""
        size = (Inches(x), Inches(self.y), Inches(sum(widths)), Inches(sum(heights)))
        frame = self.slide.shapes.add_table(1, 1, *size)
        old = frame._element.graphic.graphicData.tbl
        old.getparent().replace(old, parse_xml(table(rows, widths, heights)))


def presentation(pack: Pack) -> bytes:
    """The whole pack as a .pptx file."""
    deck = Deck(pack)
    deck.show.slide_width, deck.show.slide_height = Inches(WIDTH), Inches(HEIGHT)
    set_theme_fonts(deck.show)
    properties = deck.show.core_properties
    properties.title, properties.author, properties.language = pack.title, pack.city, "ja-JP"
    properties.subject, properties.comments = pack.source, f"SHA-256 {pack.sha256}"
    for page in pack.pages:
        deck.open(page)
        for block in page.blocks:
            DRAW[type(block)](deck, block)
        if page.note:
            _prose(deck, Prose(page.note))
    out = io.BytesIO()
    deck.show.save(out)
    return out.getvalue()


def lines_of(words: str, size: float, width: float) -> int:
    """How many lines the words take in a box of `width` inches."""
    return sum(max(1, -(-int(text_width(line, size)) // int(width * 72 - 14))) for line in words.split("\n"))


def _paragraph(deck: Deck, words: str, ink: Ink) -> None:
    height = lines_of(words, ink.size, ROOM) * ink.size * 1.35 / 72 + 0.1
    deck.need(height)
    deck.words(words, ink, Place(LEFT, deck.y, ROOM, height))
    deck.y += height + 0.05


def _lead(deck: Deck, block: Lead) -> None:
    _paragraph(deck, block.text, Ink(LEAD_SIZE, bold=True))


def _prose(deck: Deck, block: Prose) -> None:
    _paragraph(deck, block.text, Ink(SMALL + 1, QUIET))


def _empty(deck: Deck, block: Empty) -> None:
    _paragraph(deck, block.text, Ink(BODY_SIZE, QUIET))


def _heading(deck: Deck, title: str, needed: float) -> None:
    if title:
        deck.need(needed + 0.36)
        deck.words(title, Ink(BODY_SIZE, bold=True), Place(LEFT, deck.y, ROOM, 0.3))
        deck.y += 0.36


def _facts(deck: Deck, block: Facts) -> None:
    heights = [ROW * lines_of(value, BODY_SIZE, ROOM - 2.6) + 0.1 for _, value in block.pairs]
    deck.need(min(sum(heights), BOTTOM - TOP))
    name, value = Ink(BODY_SIZE, bold=True, ground=PALETTE["sunken"]), Ink(BODY_SIZE)
    deck.grid([[(n, name), (v, value)] for n, v in block.pairs], [2.5, ROOM - 2.5], heights)
    deck.y += sum(heights) + 0.15


def _figures(deck: Deck, block: Figures) -> None:
    _heading(deck, block.title, 1.2)
    heads, values = [], []
    for key, word, now, before in block.labelled:
        heads.append((word, Ink(TABLE_SIZE, PALETTE["ink-on"], bold=True, ground=PALETTE[key])))
        since = "" if before is None else f"（前回 {before:,}件）"
        values.append((f"{now:,}件{since}", Ink(BODY_SIZE, bold=True)))
    deck.grid([heads, values], [ROOM / len(heads)] * len(heads), [0.36, 0.6])
    deck.y += 1.1


def _table(deck: Deck, block: Table) -> None:
    """As many rows as fit, the head again on each further slide, and a note for what does not fit at all."""
    _heading(deck, block.title, ROW * 3)
    widths = [ROOM * share / 100 for share in block.shares]
    heights = [max(_height(c.text, w) for c, w in zip(row, widths, strict=True)) for row in block.rows]
    at = slides = 0
    while at < len(block.rows) and slides < MOST_SLIDES:
        if at or deck.left < ROW + heights[at] + 0.25:
            deck.turn()
        upto = _fitting(heights, at, deck.left - ROW - 0.25)
        rows = [_heads(block), *([_shown(c, right) for c, right in row] for row in block.lines[at:upto])]
        deck.grid(rows, widths, [ROW, *heights[at:upto]])
        deck.y += ROW + sum(heights[at:upto]) + 0.15
        at, slides = upto, slides + 1
    if at < block.total:
        _prose(deck, Prose(cut(block.total, at)))


def _height(words: str, width: float) -> float:
    return max(ROW, lines_of(words, TABLE_SIZE, width) * TABLE_SIZE * 1.3 / 72 + 0.12)


def _fitting(heights: Sequence[float], at: int, room: float) -> int:
    """End of the rows from `at` that fit; one that is higher than a slide stands alone."""
    upto, used = at, 0.0
    while upto < len(heights) and used + heights[upto] <= room:
        used += heights[upto]
        upto += 1
    return max(upto, at + 1)


def _heads(block: Table) -> list[tuple[str, Ink]]:
    return [(h.label, HEAD_RIGHT if h.numeric else HEAD) for h in block.heads]


def _shown(cell: Any, right: bool) -> tuple[str, Ink]:
    ink = PALETTE[cell.state] if cell.state else PALETTE["ink"]
    return cell.text, Ink(TABLE_SIZE, ink, bold=bool(cell.state), align="r" if right else "l")


def _heat(deck: Deck, block: HeatBlock) -> None:
    """Levels as a coloured table; a blank says 未回答, never 0."""
    heat = block.chart
    _heading(deck, block.title, ROW * 3)
    first = 3.2
    widths = [first, *[min((ROOM - first) / max(len(heat.columns), 1), 2.4)] * len(heat.columns)]
    at = 0
    while at < len(heat.rows):
        if at or deck.left < ROW * 3:
            deck.turn()
        part = heat.rows[at : at + int((deck.left - 0.2) / ROW) - 1]
        rows = [[(label, HEAD) for label in ("所属", *heat.columns)]]
        rows += [[(row.label, Ink(TABLE_SIZE, bold=True)), *map(_level, row.cells)] for row in part]
        deck.grid(rows, widths, [ROW] * len(rows))
        at += len(part)
        deck.y += ROW * len(rows) + 0.15
    if block.left_out:
        _prose(deck, Prose(block.cut_note))


def _level(cell: Any) -> tuple[str, Ink]:
    return cell.text, Ink(TABLE_SIZE, cell.ink or PALETTE["todo"], bold=bool(cell.ink), align="ctr", ground=cell.ground)


def _bars(deck: Deck, block: StateBars) -> None:
    height = min(0.9 + 0.42 * len(block.rows), BOTTOM - TOP - 0.4)
    _heading(deck, block.title, height)
    slide_charts.bars(deck.slide, block, Place(LEFT, deck.y, ROOM, height))
    deck.y += height + 0.1


def _radar(deck: Deck, block: RadarBlock) -> None:
    """The chart on the left, its values on the right."""
    _heading(deck, block.title, 4)
    if len(block.axes) >= 3:
        slide_charts.radar(deck.slide, block, Place(LEFT, deck.y, 6.2, deck.left))
    values = block.values
    widths = [5.8 * share / 100 for share in values.shares]
    rows = [_heads(values), *([_shown(c, right) for c, right in row] for row in values.lines)]
    deck.grid(rows, widths, [ROW] * len(rows), x=LEFT + 6.5)
    deck.y = BOTTOM


def _schedule(deck: Deck, block: ScheduleBlock) -> None:
    if deck.y > TOP + 0.4:
        deck.turn()
    chart = block.drawn(slide_charts.SCHEDULE_WIDTH)
    if chart is None:
        return
    for n, lines in enumerate(slide_charts.parts(chart, deck.left, ROOM)):
        if n:
            deck.turn()
        deck.y += slide_charts.schedule(deck, chart, lines, Place(LEFT, deck.y, ROOM, deck.left))


DRAW: dict[type[Block], Any] = {
    Lead: _lead, Prose: _prose, Empty: _empty, Facts: _facts, Figures: _figures, Table: _table, StateBars: _bars,
    RadarBlock: _radar, HeatBlock: _heat, ScheduleBlock: _schedule,
}  # fmt: skip
