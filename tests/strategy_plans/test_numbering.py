"""Printed numbers."""

from __future__ import annotations

import pytest

from strategy import numbering


@pytest.mark.parametrize(
    ("number", "text"), [(1, "①"), (10, "⑩"), (20, "⑳"), (21, "㉑"), (35, "㉟"), (36, "㊱"), (50, "㊿"), (51, "(51)")]
)
def test_circled(number: int, text: str) -> None:
    assert numbering.circled(number) == text


@pytest.mark.parametrize(
    ("style", "number", "parent", "text"),
    [
        ("none", 3, "1", ""), ("number", 3, "1", "3"), ("circled", 3, "1", "③"),
        ("decimal", 3, "1", "1-3"), ("decimal", 3, "②", "2-3"), ("decimal", 3, "", "3"), ("decimal", 2, "1-3", "1-3-2"),
    ],
)  # fmt: skip
def test_label(style: str, number: int, parent: str, text: str) -> None:
    assert numbering.label(style, number, parent) == text


@pytest.mark.parametrize(
    ("style", "text", "parent", "number"),
    [
        ("circled", "⑪", "", 11), ("circled", "㊱", "", 36), ("circled", "(51)", "", 51), ("circled", "11", "", 11),
        ("number", "３", "", 3), ("number", "", "", 0), ("number", "3の2", "", 0),
        ("decimal", "1-3", "1", 3), ("decimal", "2-7", "1", 0), ("decimal", "2-3", "②", 3), ("decimal", "3", "", 3),
        ("decimal", "1-3-2", "1-3", 2), ("decimal", "1-3-2", "1", 0),
    ],
)  # fmt: skip
def test_number_behind_a_label(style: str, text: str, parent: str, number: int) -> None:
    assert numbering.number_in(style, text, parent) == number


@pytest.mark.parametrize(
    ("label", "text"),
    [("⑪", "11"), ("①", "1"), ("㊿", "50"), ("3", "3"), ("1-1", "1-1"), ("", ""), ("あ", "あ"), ("½", "½")],
)
def test_bare(label: str, text: str) -> None:
    assert numbering.bare(label) == text


def test_joined() -> None:
    assert numbering.joined(["②", "③"]) == "②③"
    assert numbering.joined(["1-1", "2-3"]) == "1-1・2-3"
    assert numbering.joined([]) == ""
