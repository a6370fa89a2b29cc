"""Words for what the ledger keeps of actions and reports."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.utils.safestring import SafeString

from actions import money
from actions.models import Action, ProgressReport
from actions.queries_hurdles import STATES
from lib.forms import display
from lib.templatetags.portal import tagged

register = template.Library()

WORDS = {"phases": "工程", "milestones": "節目", "national_items": "国の項目"}


@register.filter
@lru_cache(maxsize=512)
def field_word(name: str) -> str:
    """The Japanese name of a recorded field."""
    for model in (Action, ProgressReport):
        try:
            return str(model._meta.get_field(name).verbose_name)
        except (FieldDoesNotExist, AttributeError):
            continue
    return WORDS.get(name, name)


@register.simple_tag
def hurdle_state(key: str) -> SafeString:
    """Badge of a hurdle's state."""
    shown = STATES[key]
    return tagged(shown.css, shown.icon, shown.label)


@register.filter
def listed(value: Any) -> str:
    """A recorded value in words; several of them side by side."""
    if isinstance(value, list):
        return "、".join(map(str, value)) or "（なし）"
    return display(value)


@register.filter
def yen(value: int | None) -> str:
    """An amount in 千円: 1,200, △300 for a reduction, a dash for what is unknown."""
    return money.shown(value)


@register.filter
def part(holder: Any, name: str) -> Any:
    """A named amount of a budget or of the sums of a year."""
    return holder.sources.get(name) if hasattr(holder, "sources") else getattr(holder, name)
