"""Changes between editions, matched by lineage."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from strategy.compare import Change, Statement, compare, swaps, table, tally

ONE = Statement(uuid4(), "施策", "①", "標準化", "説明")
TWO = Statement(uuid4(), "施策", "②", "普及", links=frozenset({ONE.lineage}))


def test_nothing_changed() -> None:
    assert compare([ONE, TWO], [TWO, ONE]) == []


def test_added_and_dropped() -> None:
    assert compare([ONE], [TWO]) == [Change("added", None, TWO), Change("dropped", ONE, None)]


def test_every_aspect_is_named() -> None:
    two = TWO.lineage
    other = replace(ONE, layer="柱", label="⑨", title="別", body="別", parent=two, links=frozenset({two}))
    (change,) = compare([ONE, TWO], [other, TWO])
    assert change.kind == "changed"
    assert change.aspects == ("番号", "表題", "説明", "階層", "上位", "関連")


def test_swapped_numbers_are_no_swapped_elements() -> None:
    changes = compare([ONE, TWO], [replace(ONE, label="②"), replace(TWO, label="①")])
    assert [(c.before.title, c.after.title, c.aspects) for c in changes if c.before and c.after] == [
        ("標準化", "標準化", ("番号",)),
        ("普及", "普及", ("番号",)),
    ]


def test_marks_and_names() -> None:
    changes = compare([ONE], [replace(ONE, title="別"), TWO])
    assert [c.mark for c in changes] == ["改", "新"]
    assert compare([ONE], [])[0].mark == "削"
    assert compare([ONE], [])[0].lineage == ONE.lineage
    assert ONE.name == "① 標準化"
    assert replace(ONE, label="").name == "標準化"


def test_kinds_of_a_change() -> None:
    moved = replace(TWO, parent=ONE.lineage, label="③", links=frozenset())
    (change,) = compare([ONE, TWO], [ONE, moved])
    assert change.kinds == ("moved", "linked")
    assert compare([ONE], [replace(ONE, label="⑨", body="別")])[0].kinds == ("renumbered", "reworded")
    assert compare([ONE], [])[0].kinds == ("dropped",)


def test_a_renamed_layer_is_no_move() -> None:
    assert compare([ONE], [replace(ONE, layer="取組")]) == []
    (group,) = table([ONE], [replace(ONE, layer="取組")], layers=["取組"], former=["施策"])
    assert (group.layer, group.former) == ("取組", "施策")


def test_links_to_what_was_dropped_are_no_change() -> None:
    assert [c.kind for c in compare([ONE, TWO], [replace(TWO, links=frozenset())])] == ["dropped"]


def test_the_table_holds_everything_once_and_the_dropped_where_they_stood() -> None:
    three = replace(ONE, lineage=uuid4(), title="三")
    (group,) = table([ONE, TWO, three], [ONE, three], layers=["施策"], former=["施策"])
    assert [c.kind for c in group.changes] == ["same", "dropped", "same"]
    assert tally([group]) | {} == {
        "added": 0, "dropped": 1, "moved": 0, "renumbered": 0, "reworded": 0, "linked": 0,
        "different": 1, "same": 2, "all": 3,
    }  # fmt: skip
    layers = [g.layer for g in table([ONE], [], layers=[], former=["施策"])]
    assert layers == ["施策"]


def test_swapped_numbers_are_seen_as_a_swap() -> None:
    changes = compare([ONE, TWO], [replace(ONE, label="②"), replace(TWO, label="①")])
    assert swaps(changes) == {ONE.lineage, TWO.lineage}
    assert swaps(compare([ONE], [replace(ONE, label="②")])) == set()
