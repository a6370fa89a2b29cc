"""Template tags of the meetings: badges of decisions and movements, days of a snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from lib.templatetags.portal import tagged
from meetings.compare import KINDS, Move, Pair
from meetings.models import Decision, Meeting
from meetings.words import day

register = template.Library()

STATES = {
    "open": ("run", "circle-arrow-right"),
    "reported": ("run", "message-square-reply"),
    "done": ("done", "circle-check"),
}
MEETING_STATES = {
    "planned": ("run", "calendar-clock"),
    "held": ("done", "circle-check"),
    "cancelled": ("wait", "circle-x"),
}


@register.simple_tag
def decision_state(decision: Decision, today: dt.date) -> SafeString:
    """Badge of a decision; one that is past its due date says so."""
    if decision.is_overdue(today):
        return tagged("over", "calendar-x-2", "期限超過")
    css, icon = STATES[decision.state]
    return tagged(css, icon, decision.get_state_display())


@register.filter
def is_overdue(decision: Decision, today: dt.date) -> bool:
    return decision.is_overdue(today)


@register.simple_tag
def meeting_state(meeting: Meeting) -> SafeString:
    css, icon = MEETING_STATES[meeting.state]
    return tagged(css, icon, meeting.get_state_display())


@register.simple_tag
def moved(kind: str) -> SafeString:
    """Badge of one kind of movement."""
    word, css, icon = KINDS[kind]
    return tagged(css, icon, word)


@register.simple_tag
def move_rows(moves: Iterable[Move]) -> SafeString:
    """A row for each action that moved; a comparison may have ten thousand."""
    base = reverse("actions:detail", args=[0]).removesuffix("0/")
    return mark_safe("\n".join(_move_row(m, base) for m in moves))


def _move_row(m: Move, base: str) -> str:
    title = escape(m.title) if "dropped" in m.kinds else f'<a href="{base}{m.id}/">{escape(m.title)}</a>'
    kind = f'<span class="tag">{escape(m.reason_kind)}</span> ' if m.reason_kind else ""
    return (
        f'<tr><td><span class="stk">{"".join(map(moved, m.kinds))}</span></td>'
        f'<th scope="row">{title} <span class="sub code">{escape(m.code)}</span></th>'
        f'<td class="nb">{escape(m.department_name)}</td><td>{"".join(map(_pair, m.pairs))}{_pushes(m)}</td>'
        f"<td>{kind}{escape(m.reason) or '—'}</td></tr>"
    )


def _pair(pair: Pair) -> str:
    label, old, new = map(escape, pair)
    return f'<span class="mt-pair"><span class="sub">{label}</span> <s>{old}</s> → <b>{new}</b></span>'


def _pushes(m: Move) -> str:
    css = "fg-over" if m.push_count > 1 else "sub"
    return f'<span class="{css}">計画変更{m.push_count}回</span>' if m.pushes else ""


@register.filter(name="day")
def day_filter(text: Any, style: str = "month_end") -> str:
    """An ISO day of a snapshot in 和暦."""
    return day(text, style)
