"""The strip above a reply, written here: a step for each item of the department."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from lib.templatetags.portal import icon
from rounds.sections import Dot

register = template.Library()

WORDS = {"ok": "回答済み", "bad": "要修正"}


@register.simple_tag
def dot_links(dots: Iterable[Dot]) -> SafeString:
    """Links to the items, each with its number and how far it is answered."""
    return mark_safe("".join(_dot(number, dot) for number, dot in enumerate(dots, 1)))


def _dot(number: int, dot: Dot) -> str:
    title, word = escape(dot.title), WORDS.get(dot.state, "未回答")
    css = f' class="{dot.state}"' if dot.state else ""
    mark = "!" if dot.state == "bad" else number
    shown = icon("check", 14, "3.5") if dot.state == "ok" else f'<span aria-hidden="true">{mark}</span>'
    return (
        f'<a href="#{escape(dot.anchor)}"{css} title="{title}：{word}">{shown}'
        f'<span class="vh">{title} {word}</span></a>'
    )
