"""Native charts of PowerPoint, and the schedule as shapes that can be moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from lib.charts import STATE_STYLES, Schedule
from lib.charts.radar import RADAR_STYLES
from lib.charts.schedule import FOOT, HEAD, Line
from lib.palette import PALETTE
from meetings.pack.blocks import RadarBlock, StateBars
from meetings.pack.neutral import neutral
from meetings.pack.slide_text import colour, dress
from meetings.pack.slide_xml import Ink, Place, rule, shape

CHART_SIZE = 11
SCHEDULE_WIDTH = 1270
WORDS = 9


class Canvas(Protocol):
    """What the schedule needs of a deck."""

    def put(self, xml: str) -> None: ...
    @property
    def next_id(self) -> int: ...


def bars(slide: Any, block: StateBars, at: Place) -> Any:
    """Stacked bars in the colours of the states; the workbook behind holds the counts of the snapshot."""
    data = CategoryChartData()
    data.categories = [neutral(label) for label, _ in block.rows]
    for key in block.keys:
        data.add_series(STATE_STYLES[key].word, [counts.get(key) or None for _, counts in block.rows])
    chart = _add(slide, XL_CHART_TYPE.BAR_STACKED, data, at, block.title or "状態の内訳")
    chart.plots[0].gap_width, chart.plots[0].overlap = 40, 100
    for key, series in zip(block.keys, chart.plots[0].series, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour(PALETTE["line"] if key == "todo" else STATE_STYLES[key].fill)
        labels = series.data_labels
        labels.show_value, labels.position = True, XL_LABEL_POSITION.CENTER
        dress(labels.font, size=CHART_SIZE, bold=True, ink="ink" if key == "todo" else "ink-on")
    chart.category_axis.reverse_order = True
    chart.category_axis.format.line.color.rgb = colour(PALETTE["edge"])
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    return chart


def radar(slide: Any, block: RadarBlock, at: Place) -> Any:
    """Levels by axis; a blank stays a gap."""
    data = CategoryChartData(number_format="0.0")
    data.categories = [neutral(axis) for axis in block.axes]
    for _, label, values in block.series:
        data.add_series(neutral(label), values)
    chart = _add(slide, XL_CHART_TYPE.RADAR_MARKERS, data, at, block.title or "成熟度")
    for (key, _, _), series in zip(block.series, chart.plots[0].series, strict=True):
        style = RADAR_STYLES[key]
        line = series.format.line
        line.color.rgb, line.width = colour(style.stroke), Pt(style.width)
        if style.dash:
            line.dash_style = MSO_LINE_DASH_STYLE.DASH
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale = 0, block.maximum
    axis.major_unit = 1 if block.maximum <= 6 else block.maximum / 5
    axis.major_gridlines.format.line.color.rgb = colour(PALETTE["line"])
    dress(axis.tick_labels.font, size=WORDS)
    return chart


def _add(slide: Any, kind: Any, data: Any, at: Place, title: str) -> Any:
    frame = slide.shapes.add_chart(kind, *map(Inches, (at.x, at.y, at.width, at.height)), data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", title)
    chart = frame.chart
    dress(chart.font, size=CHART_SIZE, ink="ink")
    chart.has_title, chart.has_legend = False, True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    dress(chart.legend.font, size=CHART_SIZE)
    _leave_gaps(chart._chartSpace.chart)
    return chart


def _leave_gaps(element: Any) -> None:
    """A missing value is a gap, not a zero."""
    found = element.find(qn("c:dispBlanksAs"))
    if found is None:
        found = element.makeelement(qn("c:dispBlanksAs"), {})
        element.find(qn("c:plotVisOnly")).addnext(found)
    found.set("val", "gap")


# ---- schedule


def parts(chart: Schedule, room: float, width: float) -> Iterator[Sequence[Line]]:
    """The lines cut into as many drawings as they need for `room` inches each."""
    space = room * chart.width / width - HEAD - FOOT
    at = 0
    while at < len(chart.lines):
        top, upto = chart.lines[at].top, at + 1
        while upto < len(chart.lines) and chart.lines[upto].bottom - top <= space:
            upto += 1
        yield chart.lines[at:upto]
        at = upto


def schedule(canvas: Canvas, chart: Schedule, lines: Sequence[Line], at: Place) -> float:
    """Draw some lines of the geometry of the web chart with shapes, and return the height used in inches."""
    down = HEAD - lines[0].top
    bottom = lines[-1].bottom + down
    pen = _Pen(canvas, at, at.width / chart.width)
    for year in chart.years:
        pen.box(year.x, 0, year.width, bottom, PALETTE["bg"] if year.is_shaded else PALETTE["surface"], name=year.text)
        pen.words(year.text, year.x, 4, year.width, 20, bold=True, align="ctr")
    for half in chart.halves:
        ink = PALETTE["over" if half.is_current else "ink-2"]
        pen.words(half.text, half.middle - 30, 30, 60, 20, ink=ink, align="ctr")
    for line in lines:
        _line(pen, line, chart.width, down)
    if chart.today:
        mark = chart.today
        pen.rule(mark.x, 54, mark.x, bottom, PALETTE["over"], 1.5)
        pen.words(mark.text, mark.tag_x, bottom + 5, mark.tag_width, 22, bold=True, ink=PALETTE["over"], align="ctr")
    return (bottom + FOOT) * pen.scale


def _line(pen: _Pen, line: Line, width: float, down: float) -> None:
    middle = line.label_y + down - 14
    pen.words(line.label, 0, middle, 226, 20, bold=True, name=line.full)
    for bar in line.bars:
        if bar.is_actual:
            pen.box(bar.x, bar.y + down, bar.width, bar.height, PALETTE["ink-2"], name=bar.title)
            continue
        words = f"{bar.chip} {bar.text}".strip()
        pen.box(bar.x, bar.y + down, bar.width, bar.height, bar.owner.fill, edge=bar.owner.stroke, words=words,
                ink=bar.owner.ink, name=bar.title)  # fmt: skip
    if line.progress and line.progress.width:
        pen.box(line.progress.x, line.progress.y + down, line.progress.width, 4, line.progress.fill, name="進捗")
    state = f"{line.percent} {line.state.mark}{line.state.word}"
    pen.words(state, width - 130, middle, 130, 20, bold=True, ink=line.state.ink, align="r")
    pen.rule(0, line.bottom + down, width, line.bottom + down, PALETTE["line"], 0.5)


class _Pen:
    """Draws in the units of the geometry."""

    def __init__(self, canvas: Canvas, at: Place, scale: float) -> None:
        self.canvas, self.at, self.scale = canvas, at, scale

    def _place(self, x: float, y: float, width: float, height: float) -> Place:
        k = self.scale
        return Place(self.at.x + x * k, self.at.y + y * k, width * k, height * k)

    def box(
        self, x: float, y: float, width: float, height: float, ground: str, *, name: str, edge: str = "",
        words: str = "", ink: str = PALETTE["ink"],
    ) -> None:  # fmt: skip
        look = Ink(WORDS, ink, ground=ground)
        place = self._place(x, y, width, height)
        self.canvas.put(shape(self.canvas.next_id, name, place, words=words, ink=look, edge=edge))

    def words(
        self, words: str, x: float, y: float, width: float, height: float, *, bold: bool = False,
        ink: str = PALETTE["ink"], align: str = "l", name: str = "",
    ) -> None:  # fmt: skip
        if words:
            look = Ink(WORDS, ink, bold=bold, align=align)
            place = self._place(x, y, width, height)
            self.canvas.put(shape(self.canvas.next_id, name or words, place, words=words, ink=look))

    def rule(self, x1: float, y1: float, x2: float, y2: float, colour: str, points: float) -> None:
        self.canvas.put(rule(self.canvas.next_id, self._place(x1, y1, x2 - x1, y2 - y1), colour, points))
