"""The whole hierarchy on one sheet (pure): which statement stands where, decided from the data alone.

A plan of any shape becomes a list of blocks from top to bottom:

- banner: one to three leading statements, with the short statements under a single one beside it
- pillars and cells: parents as wide cards over their children, one column a child
- cells: a row of narrow cards; lines join two neighbouring rows whose elements are linked
- groups: parents as cards with their children listed beneath
- sections: trees of three and more levels, a band a root, a card a child, the rest as lists
- mottos: short statements without children
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, NamedTuple
from uuid import UUID

from lib import charts
from strategy import tree
from strategy.numbering import bare, joined

WIDEST = 12  # columns of narrow cards that stay readable at 1366 px
LEADING = frozenset({"mission", "purpose", "definition", "principle", "future", "other"})
TRACKED = frozenset({"vision", "pillar", "measure", "other"})
FOLLOWED = frozenset({"pillar", "measure"})  # cards that show the progress of their actions whatever their role
BY_ROLE = frozenset({"band", "group", "item"})
LONG_TITLE = 18
A3_LINES, A3_CHARACTERS = 72, 130  # of lists at full size, on one landscape sheet
DENSE = 60  # from here on only the heads keep their explanation


class Stated(NamedTuple):
    """An element as far as the sheet needs it: three hundred model instances take longer than their drawing."""

    pk: int
    layer_id: int
    parent_id: int | None
    label: str
    title: str
    body: str
    order: int
    lineage: UUID
    version: int
    layer_name: str

    def __str__(self) -> str:
        return f"{self.label} {self.title}".strip()


@dataclass(eq=False, slots=True)
class Node:
    """An element in its place; `kind` names the card that draws it, `span` its columns."""

    element: Any
    layer: Any
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    out: list[Node] = field(default_factory=list)
    into: list[Node] = field(default_factory=list)
    kind: str = "motto"
    span: int = 1
    on: bool = False
    mark: str = ""
    was: Any = None  # in a draft, the element of the same lineage in force
    figure: int | None = None  # the element whose actions the card counts
    editor: Any = None
    brief: bool = False  # the card does without the explanation

    @property
    def pk(self) -> int:
        return self.element.pk

    @property
    def name(self) -> str:
        return f"{self.element.label} {self.element.title}".strip()

    @property
    def badge(self) -> str:
        return bare(self.element.label)

    @property
    def is_long(self) -> bool:
        """Too long to be broken by phrase in a narrow card."""
        return len(self.element.title) > LONG_TITLE

    @property
    def related(self) -> str:
        """Numbers (or how many, when unnumbered) of the linked elements."""
        ends = self.out or self.into
        labels = [n.element.label for n in ends]
        return joined(labels) if all(labels) else f"関連 {len(ends)}"

    @property
    def related_layer(self) -> str:
        ends = self.out or self.into
        return ends[0].layer.name if ends else ""

    @property
    def follows(self) -> bool:
        """Whether the progress of actions stands on the card, not only behind its link."""
        return self.kind in FOLLOWED or (self.kind in BY_ROLE and self.layer.role in TRACKED)

    @property
    def height(self) -> int:
        """Levels below this one."""
        return max((1 + child.height for child in self.children), default=0)


@dataclass(frozen=True)
class Head:
    """Name of a layer above its block, with how many elements it holds in the whole edition."""

    layer: Any
    count: int


@dataclass(frozen=True)
class Block:
    kind: str
    nodes: Sequence[Node | None] = ()
    heads: tuple[Head, ...] = ()
    columns: int = 1
    asides: Sequence[Node] = ()
    chart: charts.Links | None = None

    @property
    def template(self) -> str:
        return f"strategy/blocks/_{self.kind}.html"

    @property
    def linked(self) -> Node | None:
        """The first node with links, to say what the numbers on the cards mean."""
        return next((n for n in self.nodes if n and n.out), None) if self.kind == "cells" else None


@dataclass(frozen=True)
class Board:
    nodes: Mapping[int, Node]
    blocks: list[Block]
    on: Node | None = None

    @property
    def print_scale(self) -> int:
        """Per cent, in tens from 60, at which a deep tree fits one A3 sheet; 100 for all else."""
        lines = sum(_printed_lines(node) for b in self.blocks if b.kind == "sections" for node in b.nodes if node)
        if lines <= A3_LINES:
            return 100
        return max(60, 100 * A3_LINES // lines // 10 * 10)


def build(
    layers: Sequence[Any], elements: Iterable[Any], links: Iterable[tuple[int, int]], *, on: int | None = None
) -> Board:
    """Lay out an edition from its layers (in order), elements (in order) and links (source, target).

    `on` is the element whose links stand out; an unknown one is ignored.
    """
    nodes = _nodes(layers, elements)
    pairs = [(nodes[a], nodes[b]) for a, b in links if a in nodes and b in nodes]
    for source, target in pairs:
        source.out.append(target)
        target.into.append(source)
    for node in nodes.values():
        node.out.sort(key=_rank)
    chosen = nodes.get(on) if on is not None else None
    if chosen is not None:
        for node in (chosen, *chosen.out, *chosen.into):
            node.on = True
    return Board(nodes, _Composer(layers, nodes).blocks(chosen), chosen)


def _rank(node: Node) -> tuple[int, int]:
    return node.element.order, node.pk


def _nodes(layers: Sequence[Any], elements: Iterable[Any]) -> dict[int, Node]:
    by_layer = {layer.pk: layer for layer in layers}
    nodes = {e.pk: Node(e, by_layer[e.layer_id], figure=e.pk) for e in elements}
    parents = {pk: node.element.parent_id for pk, node in nodes.items()}
    for pk, node in nodes.items():
        above = parents[pk]
        # A ring has no top: its members stand side by side instead of vanishing.
        if above in nodes and parents.get(tree.path(pk, parents)[0]) not in nodes:
            node.parent = nodes[above]
            node.parent.children.append(node)
    return nodes


def fit(count: int, most: int) -> int:
    """Return the columns that spread `count` cards over as few and as even rows of at most `most` as possible."""
    return ceil(count / ceil(count / most)) if count else 1


class _Composer:
    def __init__(self, layers: Sequence[Any], nodes: Mapping[int, Node]) -> None:
        self.layers = layers
        self.tops: dict[int, list[Node]] = defaultdict(list)
        self.counts: dict[int, int] = defaultdict(int)
        for node in nodes.values():
            self.counts[node.layer.pk] += 1
            if node.parent is None:
                self.tops[node.layer.pk].append(node)
        self.below: dict[int | None, list[Any]] = defaultdict(list)
        for layer in layers:
            self.below[layer.parent_id].append(layer)
        self.dense = len(nodes) > DENSE
        self.drawn: set[int] = set()

    def blocks(self, chosen: Node | None) -> list[Block]:
        roots = list(self.below[None])
        blocks, consumed = self._banner(roots)
        below = [layer for root in consumed for layer in self.below[root.pk] if layer.pk not in self.drawn]
        for layer in below:
            nodes = [c for root in consumed for n in self.tops[root.pk] for c in n.children if c.layer is layer]
            blocks += self._section(layer, nodes)
        for layer in roots[len(consumed):]:
            blocks += self._section(layer, self.tops[layer.pk])
        for layer in self.layers:
            if layer.parent_id is not None and self.tops[layer.pk]:
                blocks += self._flat(layer, self.tops[layer.pk])
        return _with_lines(blocks, chosen)

    def _head(self, layer: Any) -> Head:
        self.drawn.add(layer.pk)
        return Head(layer, self.counts[layer.pk])

    def _banner(self, roots: Sequence[Any]) -> tuple[list[Block], list[Any]]:
        """Take the leading statements: some short ones, or a single one with what surrounds it."""
        consumed: list[Any] = []
        nodes: list[Node] = []
        asides: list[Node] = []
        for layer in roots:
            own = self.tops[layer.pk]
            if layer.role not in LEADING or not 1 <= len(own) <= 2 or len(nodes) + len(own) > 3:
                break
            if any(n.children for n in own):
                if nodes or len(own) > 1:
                    break
                asides = [c for c in own[0].children if self._is_aside(c.layer)]
            consumed.append(layer)
            nodes += own
            if own[0].children:
                break
        if not nodes:
            return [], []
        _kind(nodes, "head")
        _kind(asides, "aside")
        shown = [*consumed, *{n.layer.pk: n.layer for n in asides}.values()]
        heads = tuple(self._head(layer) for layer in shown)
        return [Block("banner", nodes, heads, len(nodes), asides)], consumed

    def _is_aside(self, layer: Any) -> bool:
        return layer.role in LEADING and not self.below[layer.pk] and self.counts[layer.pk] <= 4

    def _section(self, layer: Any, nodes: list[Node]) -> list[Block]:
        height = max((n.height for n in nodes), default=0)
        if height == 0:
            return [*self._flat(layer, nodes), *self._empty_below(layer)]
        if height == 1 and (blocks := self._pillars(layer, nodes)):
            return blocks
        return [self._sections(layer, nodes) if height > 1 else self._groups(layer, nodes)]

    def _empty_below(self, layer: Any) -> list[Block]:
        blocks = []
        for child in self.below[layer.pk]:
            if not self.counts[child.pk]:
                blocks += [Block("empty", heads=(self._head(child),)), *self._empty_below(child)]
        return blocks

    def _flat(self, layer: Any, nodes: list[Node]) -> list[Block]:
        if not nodes:
            return [Block("empty", heads=(self._head(layer),))]
        cells = layer.role == "measure" or any(n.out or n.into for n in nodes)
        return [self._cells(layer, nodes) if cells else self._mottos(layer, nodes)]

    def _mottos(self, layer: Any, nodes: list[Node]) -> Block:
        _kind(nodes, "motto")
        return Block("mottos", nodes, (self._head(layer),), fit(len(nodes), 7))

    def _cells(self, layer: Any, nodes: Sequence[Node | None]) -> Block:
        present = [n for n in nodes if n]
        is_measure = layer.role == "measure" or all(n.into for n in present)
        _kind(present, "measure" if is_measure else "cell")
        return Block("cells", nodes, (self._head(layer),), fit(len(nodes), WIDEST))

    def _pillars(self, layer: Any, nodes: list[Node]) -> list[Block]:
        """Parents over one column a child, where the children are linked or followed up and fit in one row."""
        children: list[Node | None] = []
        for node in nodes:
            node.span = max(1, len(node.children))
            children += node.children or [None]
        present = [c for c in children if c]
        below = {c.layer.pk: c.layer for c in present}
        tracked = any(c.out or c.into or c.layer.role == "measure" for c in present)
        narrow = len(children) > 5 and min(n.span for n in nodes) < 2
        if len(below) != 1 or not tracked or len(children) > WIDEST or narrow:
            return []
        _kind(nodes, "pillar")
        (child_layer,) = below.values()
        top = Block("pillars", nodes, (self._head(layer),), len(children))
        return [top, self._cells(child_layer, children)]

    def _groups(self, layer: Any, nodes: list[Node]) -> Block:
        _kind(nodes, "group")
        for node in nodes:
            _kind(node.children, "item")
        self._shorten(nodes)
        return Block("groups", nodes, self._heads(layer, nodes), fit(len(nodes), 4))

    def _shorten(self, nodes: Iterable[Node]) -> None:
        for node in nodes if self.dense else ():
            for below in (node, *_all_below(node)):
                below.brief = True

    def _sections(self, layer: Any, nodes: list[Node]) -> Block:
        _kind(nodes, "band")
        for node in nodes:
            node.span = fit(len(node.children), 5)
            _kind(node.children, "group")
            for group in node.children:
                _kind(_all_below(group), "row")
        self._shorten(nodes)
        return Block("sections", nodes, self._heads(layer, nodes))

    def _heads(self, layer: Any, nodes: list[Node]) -> tuple[Head, ...]:
        present = {layer.pk, *(n.layer.pk for top in nodes for n in _all_below(top))}
        return tuple(self._head(x) for x in self.layers if x.pk in present)


def _printed_lines(band: Node) -> int:
    """Height of a band in lines of a list: its own head, then the tallest card of each row of cards."""
    wide = A3_CHARACTERS // band.span - 6
    heights = [5 + sum(ceil(len(str(n.element)) / wide) for n in _all_below(card)) for card in band.children]
    return 3 + sum(max(heights[i : i + band.span]) for i in range(0, len(heights), band.span))


def _all_below(node: Node) -> list[Node]:
    return [n for child in node.children for n in (child, *_all_below(child))]


def _kind(nodes: Iterable[Node], kind: str) -> None:
    for node in nodes:
        node.kind = kind


def _with_lines(blocks: list[Block], chosen: Node | None) -> list[Block]:
    """Put curved lines between neighbouring rows of cells that are linked."""
    out: list[Block] = []
    for block in blocks:
        if out and (chart := _lines(out[-1], block, chosen)):
            out.append(Block("lines", chart=chart))
        out.append(block)
    return out


def _lines(upper: Block, lower: Block, chosen: Node | None) -> charts.Links | None:
    rows = (upper, lower)
    if any(b.kind != "cells" or len(b.nodes) > b.columns for b in rows):
        return None
    place = {n: i for i, n in enumerate(lower.nodes) if n}
    pairs, strong = [], []
    for i, node in enumerate(upper.nodes):
        for other in (*node.out, *node.into) if node else ():
            if other in place:
                pairs.append((i, place[other]))
                if chosen in (node, other):
                    strong.append(pairs[-1])
    return charts.links(len(upper.nodes), len(lower.nodes), pairs, highlighted=strong)
