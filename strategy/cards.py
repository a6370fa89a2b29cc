"""The cards of the sheet as HTML: a deep tree has three hundred of them, and each took some forty template nodes.

A card stands in its slot, the element that an editor exchanges; groups and bands hold the slots of whole branches.
Every word that people typed passes `escape` or the sanitiser of `lib.markup`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from django.urls import reverse

from lib import markup
from lib.templatetags.portal import icon
from strategy.board import Node
from strategy.hints import Glossary


class Address:
    """A route with one number in it, reversed once for a whole page."""

    def __init__(self, route: str) -> None:
        self._head, _, self._tail = reverse(route, args=[0]).rpartition("/0/")

    def of(self, pk: int) -> str:
        return f"{self._head}/{pk}/{self._tail}"


def mark(node: Node) -> str:
    """What changed against the edition in force: 新, or another word."""
    return f'<span class="tag {"key" if node.mark == "新" else "mark"}">{escape(node.mark)}</span>' if node.mark else ""


@dataclass
class Cards:
    """Draws the cards of one page; `editor` gives the open editor of a node, `on` is the chosen node."""

    edition: int
    can_edit: bool = False
    on: int | None = None
    glossary: Glossary | None = None
    editor: Callable[[Node], str] = lambda node: ""

    def __post_init__(self) -> None:
        self._sheet = Address("strategy:plan").of(self.edition)
        self._list = reverse("actions:list")
        self._page, self._edit, self._place = map(
            Address, ("strategy:element", "strategy:element_edit", "strategy:element_place")
        )
        self._drawn: dict[str, Callable[[Node], str]] = {
            "aside": self._aside, "band": self._band, "cell": self._cell, "group": self._group, "head": self._main,
            "item": self._item, "measure": self._measure, "motto": self._motto, "pillar": self._pillar,
            "row": self._row,
        }  # fmt: skip

    def slot(self, node: Node, tag: str = "div") -> str:
        """The card of a node, with its open editor below; that of a pillar takes the card's place."""
        card = "" if node.editor and node.kind == "pillar" else self._drawn[node.kind](node)
        below = self.editor(node) if node.editor else ""
        return f'<{tag} class="slot" id="s-{node.pk}">{card}{below}</{tag}>'

    def slots(self, nodes: Iterable[Node | None], tag: str = "div") -> str:
        """Slots side by side; None leaves a column empty."""
        return "\n".join(self.slot(node, tag) if node else '<span class="gap"></span>' for node in nodes)

    def groups(self, nodes: Iterable[Node]) -> str:
        """Cards with the cards of their children in a list."""
        return "\n".join(f'<section class="group">{self.slot(n)}{self._items(n.children)}</section>' for n in nodes)

    def _items(self, nodes: Sequence[Node]) -> str:
        return f'\n<ul class="items">{self.slots(nodes, "li")}</ul>' if nodes else ""

    def bands(self, nodes: Iterable[Node]) -> str:
        """Whole trees: a band over a row of cards, each over a list of lists."""
        return "\n".join(map(self._tree, nodes))

    def _tree(self, node: Node) -> str:
        css = "band dense" if node.brief else "band"
        return f'<section class="{css}">{self.slot(node)}{self._branches(node)}</section>'

    def _branches(self, band: Node) -> str:
        groups = "\n".join(f'<section class="group">{self.slot(n)}{self._rows(n)}</section>' for n in band.children)
        return f'\n<div class="row groups c{band.span}">{groups}</div>' if groups else ""

    def _rows(self, above: Node) -> str:
        rows = "\n".join(f"<li>{self.slot(n)}{self._rows(n)}</li>" for n in above.children)
        return f'\n<ul class="rows">{rows}</ul>' if rows else ""

    def _aside(self, node: Node) -> str:
        return (
            f'<div class="aside" id="e-{node.pk}"><p>{self._link(node, node.name, bold=True)}{mark(node)}</p>'
            f'<div class="rich">{self._hinted(node)}</div>{self._tools(node)}</div>'
        )

    def _band(self, node: Node) -> str:
        return (
            f'<header class="band-head{_on(node.on)}" id="e-{node.pk}">{_eyebrow(node, mark(node))}'
            f"<h2>{self._link(node)}</h2>{self._text(node)}{self._boxed(node)}{self._tools(node)}</header>"
        )

    def _cell(self, node: Node) -> str:
        related = self._select(node, node.related) if node.out or node.into else ""
        return (
            f'<div class="subv{_on(node.on or node.editor)}" id="e-{node.pk}"><span class="code">'
            f'{escape(node.element.label)}{mark(node)}</span>'
            f'{self._link(node, css="main long" if node.is_long else "main")}{related}{self._tools(node)}</div>'
        )

    def _group(self, node: Node) -> str:
        return (
            f'<div class="group-head{_on(node.on)}" id="e-{node.pk}"><h3>{_number(node)}{self._link(node)}{mark(node)}'
            f'</h3>{self._note(node)}{self._boxed(node)}{self._tools(node)}</div>'
        )

    def _main(self, node: Node) -> str:
        return (
            f'<div class="main-head" id="e-{node.pk}">{_eyebrow(node, mark(node))}<h2>{self._link(node)}</h2>'
            f"{self._text(node)}{self._tools(node)}</div>"
        )

    def _item(self, node: Node) -> str:
        number = f"<i>{escape(node.badge)}</i>" if node.element.label else ""
        return (
            f'<div class="item{_on(node.on or node.editor)}" id="e-{node.pk}">{number}<span>'
            f'{self._link(node, css="main", bold=True)}{mark(node)}{self._note(node)}{self._boxed(node)}'
            f"{self._tools(node)}</span></div>"
        )

    def _measure(self, node: Node) -> str:
        badge = escape(node.badge)
        if badge and (node.into or node.out):
            badge = self._select(node, node.badge)
        number = f"<i>{badge}</i>" if badge else ""
        return (
            f'<div class="meas{_on(node.on or node.editor)}" id="e-{node.pk}"><span class="no">{number}{mark(node)}'
            f'</span>{self._link(node, css="main", bold=True)}{self.figure(node)}{self._tools(node)}</div>'
        )

    def _motto(self, node: Node) -> str:
        number = f"<i>{escape(node.badge)}</i>" if node.badge else ""
        return (
            f'<div class="motto" id="e-{node.pk}">{number}<span>{self._link(node, css="main", bold=True)}{mark(node)}'
            f"{self._note(node)}{self._tools(node)}</span></div>"
        )

    def _pillar(self, node: Node) -> str:
        return (
            f'<section class="vision span-{node.span}{_on(node.on)}" id="e-{node.pk}">'
            f"{_eyebrow(node, mark(node) + self._tools(node))}<h3>{self._link(node)}</h3>{self._text(node)}"
            f'<div class="foot">{self.figure(node)}</div></section>'
        )

    def _row(self, node: Node) -> str:
        upper = " upper" if node.children else ""
        return (
            f'<div class="line{upper}{_on(node.on or node.editor)}" id="e-{node.pk}">{_number(node)}'
            f'{self._link(node, css="main")}{mark(node)}{self._tools(node)}</div>'
        )

    def _link(self, node: Node, words: str = "", *, css: str = "", bold: bool = False) -> str:
        named, style = escape(words or node.element.title), f'class="{css}" ' if css else ""
        return f'<a {style}href="{self._page.of(node.pk)}">{f"<b>{named}</b>" if bold else named}</a>'

    def _text(self, node: Node) -> str:
        return f'<div class="rich">{self._hinted(node)}</div>' if node.element.body else ""

    def _note(self, node: Node) -> str:
        return f'<div class="sub rich">{self._hinted(node)}</div>' if node.element.body and not node.brief else ""

    def _hinted(self, node: Node) -> str:
        shown = markup.render(node.element.body)
        return self.glossary.hint(shown) if self.glossary else shown

    def _boxed(self, node: Node) -> str:
        return f'<div class="figure">{self.figure(node)}</div>' if node.follows else ""

    def figure(self, node: Node) -> str:
        """The link to the actions of the element, in whose place its figures come."""
        if not node.figure:
            return ""
        named = f'<span class="vh">：{escape(node.name)}</span>'
        link = f'<a class="sub" href="{self._list}?element={node.figure}">取組を見る{named}</a>'
        return f'<div id="fig-{node.figure}" hx-preserve="true">{link}</div>'

    def _select(self, node: Node, text: str) -> str:
        """The numbers of what an element is linked to; choosing them stresses the links."""
        url, chosen = f"{self._sheet}?on={node.pk}", ' aria-current="true"' if self.on == node.pk else ""
        what = f"{node.element.label or node.element.title}に関連する{node.related_layer} {node.related}"
        return (
            f'<a class="to" href="{url}#e-{node.pk}" hx-get="{url}" hx-target="#board" hx-swap="outerHTML" '
            f'hx-push-url="true" aria-label="{escape(what)}。つながりを強く表示"{chosen}>{escape(text)}</a>'
        )

    def _tools(self, node: Node) -> str:
        """Handle and pencil for those who edit the draft."""
        if not self.can_edit:
            return ""
        edit, place = self._edit.of(node.pk), self._place.of(node.pk)
        return (
            f'<span class="drag" draggable="true" data-drag="{place}" data-layer="{node.layer.pk}" '
            f'data-key="{node.pk}" data-version="{node.element.version}" title="つかんで動かす" aria-hidden="true">'
            f'{icon("grip-vertical", 14)}</span><a class="btn bare small tool" href="{edit}" hx-get="{edit}" '
            f'hx-target="#s-{node.pk}" hx-swap="outerHTML">{icon("pencil", 14)}<span class="word">編集</span>'
            f'<span class="vh">：{escape(node.name)}</span></a>'
        )


def _on(stressed: object) -> str:
    return " on" if stressed else ""


def _number(node: Node) -> str:
    return f'<span class="num">{escape(node.element.label)}</span>' if node.element.label else ""


def _eyebrow(node: Node, more: str) -> str:
    label = f" {node.element.label}" if node.element.label else ""
    return f'<span class="eyebrow">{escape(f"{node.layer.name}{label}")}{more}</span>'
