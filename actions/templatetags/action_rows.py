"""The rows of a table of actions, written here: as a template, included fifty times, they took half of the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from actions.charts import MeterRow
from actions.querysets import Listed
from lib import svg
from lib.templatetags.portal import state
from lib.wareki import format_date

register = template.Library()


@register.simple_tag
def action_rows(rows: Iterable[MeterRow], *, pick: bool = False, editable: set[int] | None = None) -> SafeString:
    """A row for each action; with `pick` a box to tick where `editable`, the reader's departments, allows it."""
    base = reverse("actions:detail", args=[0]).removesuffix("0/")
    return mark_safe("\n".join(_row(row, base, _pick(row.action, editable) if pick else "") for row in rows))


@register.filter
def all_picked(rows: Iterable[MeterRow]) -> str:
    """The query that ticks every row."""
    return "&".join(f"pick={row.action.pk}" for row in rows)


def _row(row: MeterRow, base: str, pick: str) -> str:
    action = row.action
    return (
        f'<tr>{pick}<td>{state(action.state_key)}</td>'
        f'<th scope="row"><a href="{base}{action.pk}/">{escape(action.title)}</a>'
        f' <span class="sub code">{escape(action.code)}</span></th>'
        f'<td class="nb">{escape(action.lead_department__short_name)}</td>'
        f'<td class="meter-cell"><span class="num">{action.percent}%</span>{svg.meter(row.meter)}</td>'
        f'<td class="nb">{_ends(row)}</td><td class="nb">{_reported(action.reported_as_of)}</td></tr>'
    )


def _pick(action: Listed, editable: set[int] | None) -> str:
    if editable is not None and action.lead_department_id not in editable:
        return '<td class="pick-cell"></td>'
    label = escape(f"選ぶ：{action.title}")
    return f'<td class="pick-cell"><input type="checkbox" name="pick" value="{action.pk}" aria-label="{label}"></td>'


def _ends(row: MeterRow) -> str:
    css, pushes = " over" if row.action.state_key == "over" else "", row.action.pushes
    moved = f'<span class="pushes fg-over">計画変更<b>{pushes}回</b></span>' if pushes else ""
    return f'<span class="due{css}">{format_date(row.action.ends_on, "month_end")}</span>{moved}'


def _reported(day: dt.date | None) -> str:
    return f"{format_date(day, 'short')}現在" if day else '<span class="sub">まだない</span>'
