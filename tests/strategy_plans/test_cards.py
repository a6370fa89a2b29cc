"""Cards written by functions: every kind of card, whatever people typed."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest

from strategy.board import Node, Stated
from strategy.cards import Cards

EVIL = "\"><img src=x onerror=alert(1)>'"
KINDS = tuple(Cards(edition=1)._drawn)


def node(kind: str, *, role: str = "pillar", title: str = EVIL, label: str = EVIL, body: str = EVIL) -> Node:
    layer = SimpleNamespace(pk=3, name=EVIL, role=role)
    element = Stated(7, 3, None, label, title, body, 1, uuid4(), 2, EVIL)
    return Node(element, layer, kind=kind, figure=7, mark=EVIL)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_was_typed_becomes_markup(kind: str) -> None:
    shown = node(kind)
    shown.out = [node("measure")]
    html = Cards(edition=1, can_edit=True, on=7).slot(shown)
    assert "<img" not in html
    assert "&lt;img" in html
    assert html.startswith('<div class="slot" id="s-7"><')


@pytest.mark.parametrize("kind", KINDS)
def test_only_editors_get_tools(kind: str) -> None:
    assert "data-drag" not in Cards(edition=1).slot(node(kind))
    assert 'data-version="2"' in Cards(edition=1, can_edit=True).slot(node(kind))


@pytest.mark.parametrize(("kind", "role", "has"), [
    ("pillar", "other", True), ("measure", "other", True), ("group", "pillar", True), ("item", "measure", True),
    ("band", "value", False), ("group", "guideline", False), ("row", "pillar", False), ("cell", "pillar", False),
    ("motto", "pillar", False), ("head", "pillar", False), ("aside", "pillar", False),
])  # fmt: skip
def test_a_place_for_figures_where_the_card_follows_its_actions(kind: str, role: str, has: bool) -> None:
    shown = node(kind, role=role)
    assert shown.follows is has
    assert ('id="fig-7" hx-preserve="true"' in Cards(edition=1).slot(shown)) is has


def test_an_open_editor_stands_below_its_card_and_in_place_of_a_pillar() -> None:
    cards = Cards(edition=1, can_edit=True, editor=lambda n: "<form>")
    for kind, keeps in (("measure", True), ("pillar", False)):
        shown = node(kind)
        shown.editor = {"kind": "edit"}
        html = cards.slot(shown, "li")
        assert html.endswith("<form></li>")
        assert ('id="e-7"' in html) is keeps


def test_brief_cards_do_without_their_explanation() -> None:
    shown = node("group", body="説明です。")
    assert "説明です。" in Cards(edition=1).slot(shown)
    shown.brief = True
    assert "説明です。" not in Cards(edition=1).slot(shown)
