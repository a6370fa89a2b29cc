"""The sheet of the strategy in templates; `strategy.cards` writes it."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from strategy.board import Node
from strategy.cards import Cards, mark

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: Context, node: Node, tag: str = "div") -> SafeString:
    """One card."""
    return mark_safe(_cards(context).slot(node, tag))


@register.simple_tag(takes_context=True)
def slots(context: Context, nodes: Iterable[Node | None], tag: str = "div") -> SafeString:
    """The cards of a block side by side."""
    return mark_safe(_cards(context).slots(nodes, tag))


@register.simple_tag(takes_context=True)
def groups(context: Context, nodes: Iterable[Node]) -> SafeString:
    """Cards with their children listed beneath."""
    return mark_safe(_cards(context).groups(nodes))


@register.simple_tag(takes_context=True)
def bands(context: Context, nodes: Iterable[Node]) -> SafeString:
    """Whole trees, a band for each root."""
    return mark_safe(_cards(context).bands(nodes))


@register.simple_tag
def card_mark(node: Node) -> SafeString:
    return mark_safe(mark(node))


@register.simple_tag(takes_context=True)
def card_figure(context: Context, node: Node) -> SafeString:
    return mark_safe(_cards(context).figure(node))


def _cards(context: Context) -> Cards:
    """What draws the cards of this page; at most one of them is open, and its editor is a template."""

    def editor(node: Node) -> str:
        with context.push(node=node):
            return context.template.engine.get_template("strategy/_editor.html").render(context)

    chosen = getattr(context.get("sheet"), "on", None)
    return Cards(
        context["edition"].pk, context.get("can_edit", False), chosen.pk if chosen else None,
        context.get("glossary"), editor,
    )  # fmt: skip
