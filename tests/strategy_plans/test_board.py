"""The sheet: which shape of plan becomes which blocks (pure)."""

from __future__ import annotations

from types import SimpleNamespace as Row
from typing import Any

import pytest

from strategy import board


def layer(pk: int, name: str, role: str, parent: int | None = None, **kw: Any) -> Row:
    return Row(pk=pk, name=name, role=role, parent_id=parent, note="", numbering="none", **kw)


def element(pk: int, layer_id: int, parent: int | None = None, label: str = "", title: str = "表題") -> Row:
    return Row(pk=pk, layer_id=layer_id, parent_id=parent, label=label, title=title, body="", order=pk)


def kinds(sheet: board.Board) -> list[str]:
    return [b.kind for b in sheet.blocks]


LAYERS = [layer(1, "柱", "vision"), layer(2, "姿", "vision", 1), layer(3, "施策", "measure")]
PILLARS = [element(1, 1), element(2, 1)]
CHILDREN = [element(n, 2, 1 if n < 13 else 2) for n in range(10, 15)]
MEASURES = [element(20, 3, label="①"), element(21, 3, label="②")]


def test_linked_children_stand_in_columns_under_their_parents() -> None:
    sheet = board.build(LAYERS, [*PILLARS, *CHILDREN, *MEASURES], [(10, 20), (10, 21), (14, 21)], on=10)
    assert kinds(sheet) == ["pillars", "cells", "lines", "cells"]
    pillars, cells, lines, measures = sheet.blocks
    assert [n.span for n in pillars.nodes if n] == [3, 2]
    assert pillars.columns == cells.columns == 5
    assert measures.columns == 2
    assert [n.kind for n in cells.nodes if n] == ["cell"] * 5
    assert [n.kind for n in measures.nodes if n] == ["measure"] * 2
    assert lines.chart is not None
    assert [(link.pair, link.on) for link in lines.chart.links] == [((4, 1), False), ((0, 0), True), ((0, 1), True)]
    assert {n.pk for n in sheet.nodes.values() if n.on} == {10, 20, 21}
    assert sheet.nodes[10].related == "①②"
    assert cells.linked is sheet.nodes[10]


def test_lines_are_drawn_for_links_upwards_too() -> None:
    sheet = board.build(LAYERS, [*PILLARS, *CHILDREN, *MEASURES], [(20, 10)])
    chart = sheet.blocks[2].chart
    assert chart is not None
    assert [link.pair for link in chart.links] == [(0, 0)]


def test_a_parent_without_children_keeps_its_column() -> None:
    sheet = board.build(LAYERS, [*PILLARS, element(10, 2, 1), element(11, 2, 1), *MEASURES], [(10, 20)])
    assert kinds(sheet)[:2] == ["pillars", "cells"]
    assert sheet.blocks[1].nodes[-1] is None
    assert sheet.blocks[0].columns == 3


def test_too_many_children_for_one_row_become_groups() -> None:
    many = [element(n, 2, 1 + n % 2) for n in range(10, 26)]
    assert kinds(board.build(LAYERS, [*PILLARS, *many, *MEASURES], [(10, 20)])) == ["groups", "cells"]


def test_plain_children_become_groups() -> None:
    layers = [layer(1, "区分", "guideline"), layer(2, "指針", "guideline", 1)]
    sheet = board.build(layers, [*PILLARS, *CHILDREN], [])
    assert kinds(sheet) == ["groups"]
    assert [h.layer.name for h in sheet.blocks[0].heads] == ["区分", "指針"]
    assert [h.count for h in sheet.blocks[0].heads] == [2, 5]
    assert {n.kind for n in sheet.blocks[0].nodes if n} == {"group"}
    assert {c.kind for n in sheet.blocks[0].nodes if n for c in n.children} == {"item"}


def test_three_levels_become_sections() -> None:
    layers = [
        layer(1, "目標", "other"), layer(2, "分野", "other", 1),
        layer(3, "事項", "other", 2), layer(4, "事業", "measure", 3),
    ]  # fmt: skip
    elements = [*PILLARS, element(10, 2, 1), element(11, 2, 1), element(12, 3, 10), element(13, 4, 12)]
    (block,) = board.build(layers, elements, []).blocks
    assert block.kind == "sections"
    assert [n.kind for n in block.nodes if n] == ["band", "band"]
    assert [h.layer.name for h in block.heads] == ["目標", "分野", "事項", "事業"]
    first = block.nodes[0]
    assert first is not None
    assert first.height == 3
    assert first.span == 2


def test_one_leading_statement_takes_its_short_children_along() -> None:
    layers = [layer(1, "使命", "mission"), layer(2, "姿", "future", 1), layer(3, "柱", "vision", 1)]
    sheet = board.build(layers, [element(1, 1), element(2, 2, 1), element(3, 2, 1), element(4, 3, 1)], [])
    assert kinds(sheet) == ["banner", "mottos"]
    banner = sheet.blocks[0]
    assert [n.pk for n in banner.nodes if n] == [1]
    assert [n.pk for n in banner.asides] == [2, 3]


def test_several_short_leading_layers_share_the_banner() -> None:
    layers = [layer(1, "目的", "purpose"), layer(2, "定義", "definition"), layer(3, "合言葉", "value")]
    sheet = board.build(layers, [element(1, 1), element(2, 1), element(3, 2), element(4, 3)], [])
    assert kinds(sheet) == ["banner", "mottos"]
    assert [n.pk for n in sheet.blocks[0].nodes if n] == [1, 2, 3]


def test_a_single_root_with_deep_children_becomes_the_banner() -> None:
    layers = [layer(1, "目標", "other"), layer(2, "分野", "other", 1), layer(3, "事業", "measure", 2)]
    sheet = board.build(layers, [element(1, 1), element(2, 2, 1), element(3, 3, 2)], [])
    assert kinds(sheet) == ["banner", "pillars", "cells"]


def test_an_empty_plan_names_every_layer() -> None:
    sheet = board.build(LAYERS, [], [])
    assert kinds(sheet) == ["empty", "empty", "empty"]
    assert [b.heads[0].layer.name for b in sheet.blocks] == ["柱", "姿", "施策"]
    assert board.build([], [], []).blocks == []


def test_every_layer_appears_while_the_plan_grows() -> None:
    names = [h.layer.name for b in board.build(LAYERS, PILLARS, []).blocks for h in b.heads]
    assert names == ["柱", "姿", "施策"]


def test_an_element_without_the_parent_it_needs_is_shown_apart() -> None:
    sheet = board.build(LAYERS, [*PILLARS, *CHILDREN, element(30, 2), *MEASURES], [(10, 20)])
    assert kinds(sheet) == ["pillars", "cells", "lines", "cells", "mottos"]
    assert [n.pk for n in sheet.blocks[-1].nodes if n] == [30]


@pytest.mark.parametrize("ring", [[element(1, 1, 2), element(2, 2, 1)], [element(1, 1, 2), element(2, 1, 1)]])
def test_a_ring_is_shown_and_ends(ring: list[Row]) -> None:
    sheet = board.build(LAYERS, ring, [])
    assert {n.pk for b in sheet.blocks for n in b.nodes if n} == {1, 2}


def test_unknown_numbers_and_foreign_links_are_ignored() -> None:
    sheet = board.build(LAYERS, PILLARS, [(1, 99), (99, 2)], on=99)
    assert sheet.on is None
    assert not any(n.out or n.into for n in sheet.nodes.values())


def test_unnumbered_links_are_counted() -> None:
    sheet = board.build(LAYERS, [element(1, 1), element(2, 3)], [(1, 2)])
    assert sheet.nodes[1].related == "関連 1"
    assert sheet.nodes[1].related_layer == "施策"


@pytest.mark.parametrize(
    ("count", "most", "columns"),
    [(0, 12, 1), (1, 12, 1), (11, 12, 11), (13, 12, 7), (15, 12, 8), (48, 12, 12), (7, 7, 7), (8, 7, 4)],
)
def test_fit_spreads_evenly(count: int, most: int, columns: int) -> None:
    assert board.fit(count, most) == columns


def test_print_scale_shrinks_with_the_lines() -> None:
    layers = [layer(1, "目標", "other"), layer(2, "分野", "other", 1), layer(3, "事業", "measure", 2)]

    def scale(measures: int) -> int:
        rows = [element(1, 1), element(2, 1), element(3, 2, 1), element(4, 2, 2)]
        rows += [element(n, 3, 3 + n % 2) for n in range(10, 10 + measures)]
        return board.build(layers, rows, []).print_scale

    assert scale(4) == 100
    assert scale(80) == 70
    assert scale(400) == 60
