"""Geometry of the charts: plain numbers and words in frozen dataclasses, drawn by templates/charts/."""

from lib.charts.bars import (
    CHANNEL_STYLES,
    STATE_STYLES,
    Legend,
    Meter,
    StackedBar,
    Style,
    legend,
    meter,
    stack_scale,
    stacked_bar,
)
from lib.charts.heat import NOT_APPLICABLE, Heat, HeatRow, heat
from lib.charts.links import Links, links
from lib.charts.phases import OWNERS, Phase, period_text
from lib.charts.radar import Radar, RadarSeries, radar
from lib.charts.schedule import Schedule, ScheduleRow, schedule
from lib.charts.table import Table, TableRow
from lib.charts.trend import Trend, TrendSeries, trend

__all__ = [
    "CHANNEL_STYLES",
    "NOT_APPLICABLE",
    "OWNERS",
    "STATE_STYLES",
    "Heat",
    "HeatRow",
    "Legend",
    "Links",
    "Meter",
    "Phase",
    "Radar",
    "RadarSeries",
    "Schedule",
    "ScheduleRow",
    "StackedBar",
    "Style",
    "Table",
    "TableRow",
    "Trend",
    "TrendSeries",
    "heat",
    "legend",
    "links",
    "meter",
    "period_text",
    "radar",
    "schedule",
    "stack_scale",
    "stacked_bar",
    "trend",
]
