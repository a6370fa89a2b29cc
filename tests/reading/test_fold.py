"""Comparison without width, case and kana, in Python and in the database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.fold import excerpt, fold, split
from strategy.models import Term


@pytest.mark.parametrize(
    ("one", "other"),
    [("ｺﾝﾋﾞﾆ", "こんびに"), ("ＤＸ", "dx"), ("デジタル", "でじたる"), ("①", "1"), ("ｶﾞ", "が"), ("ヴ", "ゔ")],
)
def test_folds_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "wanted", "pieces"),
    [
        ("ｺﾝﾋﾞﾆ交付", "コンビニ", [("ｺﾝﾋﾞﾆ", True), ("交付", False)]),
        ("DXとｄｘ", "dx", [("DX", True), ("と", False), ("ｄｘ", True)]),
        ("㍻30年", "平", [("㍻", True), ("30年", False)]),
        ("何もない", "x", [("何もない", False)]),
        ("何も", "", [("何も", False)]),
    ],
)
def test_split_marks_the_original_text(text: str, wanted: str, pieces: list) -> None:
    assert split(text, wanted) == pieces


@given(st.text(max_size=40), st.text(max_size=3))
def test_split_loses_nothing(text: str, wanted: str) -> None:
    assert "".join(piece for piece, _ in split(text, wanted)) == text


def test_excerpt_shows_the_match() -> None:
    cut = excerpt("あ" * 300 + "電子申請" + "い" * 300, "電子")
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert "電子申請" in cut
    assert excerpt("短い文", "文") == "短い文"
    assert excerpt("電子" + "い" * 300, "電子").startswith("電子い")
    assert excerpt("", "電子") == ""


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["ｺﾝﾋﾞﾆ", "コンビニ", "こんびに"])
@pytest.mark.parametrize("stored", ["ｺﾝﾋﾞﾆ交付", "コンビニ交付", "こんびに交付"])
def test_the_database_folds_alike(stored: str, wanted: str) -> None:
    Term.objects.create(term=stored, reading="こ", explanation="説明")
    assert Term.objects.filter(term__folded__contains=fold(wanted)).count() == 1
    assert Term.objects.filter(term__folded__contains="交_付").count() == 0
