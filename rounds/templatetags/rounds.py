"""Template tags of rounds: badges of replies, rounds and changed states."""

from __future__ import annotations

import datetime as dt

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lib.states import STATES
from lib.templatetags.portal import badge, icon, tagged
from rounds import files, states
from rounds.models import Reply, Round

register = template.Library()


@register.simple_tag
def reply_state(reply: Reply) -> SafeString:
    """Badge of a reply's state as shown."""
    shown = states.REPLY_STATES[reply.shown_state]
    return tagged(shown.css, shown.icon, shown.label)


@register.simple_tag
def round_phase(round_: Round) -> SafeString:
    """Badge of where a round stands today."""
    shown = states.phase(
        round_.opens_on, round_.due_on, closed=round_.closed_at is not None, today=timezone.localdate()
    )
    return tagged(shown.css, shown.icon, shown.label)


@register.filter
def days_left(day: dt.date) -> str:
    """あと4日, きょうが期限です or 期限を3日過ぎました."""
    return states.days_left(day, timezone.localdate())


@register.filter
def days_from(day: dt.date, today: dt.date) -> str:
    """The same, counted from another day."""
    return states.days_left(day, today)


@register.filter
def file_size(size: int) -> str:
    """1.5MB or 12KB."""
    return files.words(size)


@register.simple_tag
def attachment_limit() -> str:
    """How large one attachment may be, e.g. 10MB."""
    return files.words(settings.ATTACHMENT_MAX_BYTES)


@register.filter
def orphan(reply: Reply) -> bool:
    """Whether the reply's department was dissolved."""
    return reply.is_orphan(timezone.localdate())


@register.simple_tag
def changed_state(key: str, *, solid: bool = False) -> SafeString:
    """Badge of an action's state before or after; a word that is no state key is shown as it stands."""
    if key in STATES:
        return badge(STATES[key], solid=solid)
    return format_html('<span class="st wait">{}{}</span>', icon("circle", 14), key)


@register.filter
def change_label(kind: str) -> str:
    return states.CHANGE_LABELS.get(kind, kind)
