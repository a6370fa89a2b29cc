"""The bar of a round: how many departments stand in each state."""

from __future__ import annotations

from collections.abc import Mapping

from lib import charts
from lib.charts import Legend, StackedBar, Style, stacked_bar
from lib.palette import PALETTE
from rounds.states import REPLY_STATES


def _style(key: str, fill: str, ink: str = "ink-on", **edge: str) -> Style:
    return Style(REPLY_STATES[key].label, PALETTE[fill], PALETTE[ink], **edge)


REPLY_STYLES: dict[str, Style] = {
    "accepted": _style("accepted", "done"),
    "approved": _style("approved", "key"),
    "submitted": _style("submitted", "key-line", "ink", stroke=PALETTE["key-mid"]),
    "returned": _style("returned", "late-fill"),
    "draft": _style("draft", "stop"),
    "silent": _style("silent", "sunken", "ink", hatch="todo", stroke=PALETTE["over"], dash="3 2"),
    "void": _style("void", "surface", "ink", stroke=PALETTE["stop"], dash="3 2"),
}


def progress(counts: Mapping[str, int], *, width: float = 300, height: float = 20) -> StackedBar:
    """Lay out counts by shown state as one bar of the whole round."""
    return stacked_bar(counts, width, height, styles=REPLY_STYLES, unit="課")


def legend() -> Legend:
    """Swatches of all states."""
    return charts.legend(REPLY_STYLES)
