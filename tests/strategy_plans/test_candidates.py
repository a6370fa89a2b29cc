"""Proposals for what lost its element."""

from __future__ import annotations

from uuid import uuid4

from strategy.candidates import alike, candidates
from strategy.compare import Statement

TOP = Statement(uuid4(), "ビジョン", "2", "つながり")
LOST = Statement(uuid4(), "姿", "2-4", "まちの出来事をつかめる", parent=TOP.lineage)
NEAR = Statement(uuid4(), "姿", "2-1", "まちの出来事を職員がつかめる", parent=TOP.lineage)
FAR = Statement(uuid4(), "姿", "12-1", "生まれた時間を使う")
ABOVE = {LOST.lineage: TOP.lineage, TOP.lineage: None}


def test_likeness_is_between_nothing_and_all() -> None:
    assert alike("標準化", "標準化") == 1
    assert alike("標準化", "窓口") == 0
    assert alike("", "") == 0


def test_the_reason_names_the_number_first() -> None:
    assert candidates(LOST, [NEAR, FAR], note="12-1に含める", above=ABOVE)[0] == FAR.lineage
    assert FAR.lineage not in candidates(LOST, [FAR], note="2-1に含める", above=ABOVE)


def test_alike_titles_then_the_element_above() -> None:
    assert candidates(LOST, [FAR, NEAR, TOP], above=ABOVE) == [NEAR.lineage, TOP.lineage]
    assert candidates(LOST, [FAR], above=ABOVE) == []


def test_a_ring_above_ends() -> None:
    assert candidates(LOST, [FAR], above={TOP.lineage: LOST.lineage, LOST.lineage: TOP.lineage}) == []
