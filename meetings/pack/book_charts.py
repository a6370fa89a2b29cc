"""Native charts of Excel, and the schedule as coloured cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from openpyxl.chart import BarChart, RadarChart, Reference, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from lib.charts import OWNERS, STATE_STYLES, Phase, ScheduleRow
from lib.charts.radar import RADAR_STYLES
from lib.charts.schedule import STATE_WORDS
from lib.fiscal import Period
from lib.palette import PALETTE
from meetings.pack.blocks import RadarBlock, ScheduleBlock, StateBars

CENTIMETRES_A_CHARACTER = 0.19
CENTIMETRES_A_ROW = 0.53


def words_of(block: StateBars) -> list[str]:
    return [STATE_STYLES[key].word for key in block.keys]


def bars(sheet: Worksheet, block: StateBars, top: int, at: int, characters: float) -> int:
    """A stacked bar chart of the counts from row `top`, placed at row `at`; returns the rows it covers."""
    chart = BarChart(barDir="bar", grouping="stacked", overlap=100, gapWidth=40)
    last = top + len(block.rows)
    names = Reference(sheet, min_col=1, min_row=top + 1, max_row=last)
    for n, key in enumerate(block.keys, 2):
        series = Series(Reference(sheet, min_col=n, min_row=top, max_row=last), title_from_data=True)
        fill = PALETTE["line"] if key == "todo" else STATE_STYLES[key].fill
        series.graphicalProperties = GraphicalProperties(solidFill=fill.removeprefix("#"))
        series.dLbls = _values()
        chart.series.append(series)
    chart.set_categories(names)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete, chart.y_axis.delete = False, True
    chart.y_axis.majorGridlines = None
    chart.legend.position = "b"
    chart.width = min(characters * CENTIMETRES_A_CHARACTER, 19)
    chart.height = max(3.6, 2.2 + 0.62 * len(block.rows))
    sheet.add_chart(chart, f"A{at + 1}")
    return math.ceil(chart.height / CENTIMETRES_A_ROW) + 1


def _values() -> DataLabelList:
    shown = DataLabelList()
    shown.showVal = True
    shown.showSerName = shown.showCatName = shown.showLegendKey = shown.showPercent = False
    return shown


def radar(sheet: Worksheet, block: RadarBlock, top: int, at: int) -> int:
    """A radar of the levels from row `top`; a blank stays a gap."""
    chart = RadarChart()
    chart.type = "marker"
    last = top + len(block.axes)
    for n, (key, _, _) in enumerate(block.series, 2):
        series = Series(Reference(sheet, min_col=n, min_row=top, max_row=last), title_from_data=True)
        style = RADAR_STYLES[key]
        series.graphicalProperties.line.solidFill = style.stroke.removeprefix("#")
        series.graphicalProperties.line.width = int(style.width * 12700)
        if style.dash:
            series.graphicalProperties.line.dashStyle = "dash"
        chart.series.append(series)
    chart.set_categories(Reference(sheet, min_col=1, min_row=top + 1, max_row=last))
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, block.maximum
    chart.y_axis.delete = False
    chart.display_blanks = "gap"
    chart.legend.position = "b"
    chart.width, chart.height = 16, 10
    sheet.add_chart(chart, f"A{at + 1}")
    return math.ceil(chart.height / CENTIMETRES_A_ROW) + 1


# ---- schedule


THIN = Side(style="thin", color=PALETTE["line"].removeprefix("#"))
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
GREY = PatternFill("solid", fgColor=PALETTE["sunken"].removeprefix("#"))
GROUNDS = {"office": PALETTE["key"], "joint": PALETTE["key-tint"], "department": PALETTE["key-soft"]}


def schedule(form: Any, block: ScheduleBlock) -> None:
    """A column for each half-year; a phase begins with its name and who carries it, and colours its halves."""
    heads = ["取組", *(half.short_label for half in block.halves), "進捗", "状態"]
    for n, head in enumerate(heads, 1):
        cell = form.put(n, head)
        cell.fill, cell.border = GREY, BOX
        is_now = 1 < n <= len(block.halves) + 1 and block.halves[n - 2].contains(block.today)
        cell.font = Font(name=cell.font.name, size=10, bold=True, color=PALETTE["over" if is_now else "ink"][1:])
    form.row += 1
    for row in block.rows:
        _action(form, row, block.halves)
    form.put(1, "　".join(f"{owner.chip}：{owner.word}" for owner in OWNERS.values()))
    form.row += 1


def _action(form: Any, row: ScheduleRow, halves: Sequence[Period]) -> None:
    form.put(1, row.label).border = BOX
    begun: set[int] = set()
    planned = [p for p in row.phases if not p.is_actual]
    for n, half in enumerate(halves, 2):
        phase = _phase_in(planned, half)
        cell = form.put(n, _named(phase, begun))
        cell.border = BOX
        if phase:
            cell.fill = PatternFill("solid", fgColor=GROUNDS[phase.owner].removeprefix("#"))
            ink = PALETTE["ink-on" if phase.owner == "office" else "ink"].removeprefix("#")
            cell.font = Font(name=cell.font.name, size=9, color=ink)
    form.put(len(halves) + 2, "—" if row.percent is None else row.percent).border = BOX
    if row.percent is not None:
        form.sheet.cell(form.row, len(halves) + 2).number_format = '0"%"'
    state = STATE_WORDS[row.state]
    cell = form.put(len(halves) + 3, f"{state.mark}{state.word}")
    cell.border = BOX
    cell.font = Font(name=cell.font.name, size=10, bold=True, color=state.ink.removeprefix("#"))
    form.sheet.row_dimensions[form.row].height = 30
    form.row += 1


def _phase_in(phases: Sequence[Phase], half: Period) -> Phase | None:
    """The phase that begins in the half, else one that runs through it."""
    there = [p for p in phases if p.start <= half.end and p.end >= half.start]
    return next((p for p in there if half.contains(p.start)), there[0] if there else None)


def _named(phase: Phase | None, begun: set[int]) -> str | None:
    if phase is None or id(phase) in begun:
        return None
    begun.add(id(phase))
    return f"{OWNERS[phase.owner].chip} {phase.label}"


