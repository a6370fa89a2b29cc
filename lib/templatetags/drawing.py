"""Tags of templates/charts/ that draw with `lib.svg`."""

from __future__ import annotations

from django import template

from lib import svg, svg_charts

register = template.Library()
register.simple_tag(svg.meter, name="draw_meter")
register.simple_tag(svg.stacked_bar, name="draw_bar")
register.simple_tag(svg.schedule, name="draw_schedule")
register.simple_tag(svg.table, name="draw_table")
register.simple_tag(svg_charts.legend, name="draw_legend")
register.simple_tag(svg_charts.radar, name="draw_radar")
register.simple_tag(svg_charts.trend, name="draw_trend")
