"""Word-level differences of Japanese texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.diffing import diff, sides, words

TEXTS = st.text(alphabet="市民の手続きをデジタル化する、Ab12。\n①-💡 ", max_size=60) | st.text(max_size=40)


@given(TEXTS, TEXTS)
def test_joining_the_pieces_gives_back_both_texts(old: str, new: str) -> None:
    pieces = diff(old, new)
    assert "".join(p.text for p in pieces if p.kind != "new") == old
    assert "".join(p.text for p in pieces if p.kind != "gone") == new
    assert all(p.text for p in pieces)


@given(TEXTS)
def test_equal_texts_have_no_marks(text: str) -> None:
    assert all(p.kind == "same" for p in diff(text, text))
    assert "".join(words(text)) == text


def marked(old: str, new: str) -> tuple[str, str]:
    return tuple("".join(p.text if p.kind == "same" else f"[{p.text}]" for p in side) for side in sides(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("業務をもっとむだなく", "業務をもっとむだなく[効率的に]"),
        ("[市民の皆が]デジタルの恩恵を[受けることができている]", "[誰もが]デジタルの恩恵を[受ける]"),
        ("[生産性を上げ、]生まれた時間を有効に[活用する]", "生まれた時間を有効に[使う]"),
        ("行政手続[き]のオンライン化", "行政手続のオンライン化[と窓口の改革]"),
        ("情報政策[課]", "情報政策[推進課]"),
    ],
)
def test_marks_follow_words(old: str, new: str) -> None:
    plain = [text.replace("[", "").replace("]", "") for text in (old, new)]
    assert marked(*plain) == (old, new)


def test_long_monotonous_texts_end() -> None:
    assert len(diff("あ。" * 2000, "い。" * 2000)) <= 2
