"""Figures behind the elements of a sheet, written here: a deep tree shows sixty of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from actions.charts import state_bar
from actions.figures import ElementFigures
from lib import svg
from lib.templatetags.portal import icon

register = template.Library()

HATCHES = "fig"
Piece = tuple[int, str, ElementFigures]


@register.simple_tag
def element_figures(found: Iterable[Piece]) -> SafeString:
    """A bar with its words for each element, to be put in the place on its card. The first bar holds the patterns
    of all."""
    address = reverse("actions:list")
    pieces = [(pk, title, shown, state_bar(shown.counts)) for pk, title, shown in found]
    patterns = svg.hatches(dict.fromkeys(h for *_, bar in pieces for h in bar.hatches), HATCHES)
    drawn = []
    for pk, title, shown, bar in pieces:
        drawn.append(_piece(pk, title, shown, svg.stacked_bar(bar, title, HATCHES, patterns=patterns), address))
        patterns = ""
    return mark_safe("\n".join(drawn))


def _piece(pk: int, title: str, shown: ElementFigures, bar: SafeString, address: str) -> str:
    mean = shown.mean_percent
    progress = "" if mean is None else f'<span class="mean">　進捗 <b class="num">{mean}%</b></span>'
    named = f'<span class="vh">：{escape(title)}</span>'
    return (
        f'<div id="fig-{pk}" hx-swap-oob="true" class="foot">{bar}<span class="sub"><a href="{address}?element={pk}">'
        f"{shown.total}取組{named}</a>{progress}</span>{_worst(shown)}</div>"
    )


def _worst(shown: ElementFigures) -> str:
    """The state that most needs attention, with its count where there is something to do."""
    worst = shown.worst_state
    count = "" if worst.key in ("run", "done") else f" {shown.worst_count}件"
    return f'<span class="stl fg-{shown.worst_css}">{icon(worst.icon, 14)}{worst.label}{count}</span>'
