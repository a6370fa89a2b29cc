"""Template tags of the meetings: badges of decisions and movements, days of a snapshot."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils.safestring import SafeString

from lib.templatetags.portal import tagged
from meetings.compare import KINDS
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
    if is_overdue(decision, today):
        return tagged("over", "calendar-x-2", "期限超過")
    css, icon = STATES[decision.state]
    return tagged(css, icon, decision.get_state_display())


@register.filter
def is_overdue(decision: Decision, today: dt.date) -> bool:
    return decision.state == "open" and decision.due_on is not None and decision.due_on < today


@register.simple_tag
def meeting_state(meeting: Meeting) -> SafeString:
    css, icon = MEETING_STATES[meeting.state]
    return tagged(css, icon, meeting.get_state_display())


@register.simple_tag
def moved(kind: str) -> SafeString:
    """Badge of one kind of movement."""
    word, css, icon = KINDS[kind]
    return tagged(css, icon, word)


@register.filter(name="day")
def day_filter(text: Any, style: str = "month_end") -> str:
    """An ISO day of a snapshot in 和暦."""
    return day(text, style)
