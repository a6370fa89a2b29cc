"""The small parts of a card of the strategy, written here: a board of three hundred cards included each of them."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString, mark_safe

from lib.templatetags.portal import icon
from strategy.board import Node

register = template.Library()


@register.simple_tag
def card_mark(node: Node) -> SafeString:
    """What changed against the edition in force: 新, or another word."""
    if not node.mark:
        return mark_safe("")
    return mark_safe(f'<span class="tag {"key" if node.mark == "新" else "mark"}">{escape(node.mark)}</span>')


@register.simple_tag
def card_figure(node: Node) -> SafeString:
    """The link to the actions of the element, in whose place its figures come."""
    if not node.figure:
        return mark_safe("")
    url, named = f"{_list_url(get_script_prefix())}?element={node.figure}", escape(str(node.element))
    link = f'<a class="sub" href="{url}">取組を見る<span class="vh">：{named}</span></a>'
    return mark_safe(f'<div id="fig-{node.figure}" hx-preserve="true">{link}</div>')


@lru_cache(maxsize=8)
def _list_url(prefix: str) -> str:
    """The list of actions below the prefix that the portal is served under."""
    return reverse("actions:list")


@register.simple_tag
def card_tools(node: Node, can_edit: bool) -> SafeString:
    """Handle and pencil for those who edit the draft."""
    if not can_edit:
        return mark_safe("")
    edit = reverse("strategy:element_edit", args=[node.pk])
    place = reverse("strategy:element_place", args=[node.pk])
    return mark_safe(
        f'<span class="drag" draggable="true" data-drag="{place}" data-layer="{node.layer.pk}" data-key="{node.pk}"'
        f' data-version="{node.element.version}" title="つかんで動かす" aria-hidden="true">{icon("grip-vertical", 14)}'
        f'</span><a class="btn bare small tool" href="{edit}" hx-get="{edit}" hx-target="#s-{node.pk}"'
        f' hx-swap="outerHTML">{icon("pencil", 14)}<span class="word">編集</span>'
        f'<span class="vh">：{escape(str(node.element))}</span></a>'
    )
