"""Hints at terms: which words, how often, and never where they would break something."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import markup
from strategy.hints import Entry, Glossary
from tests.reading.test_markup import tags

ENTRIES = [
    Entry(1, "申請", ("申請",), "申し込むこと"),
    Entry(2, "電子申請", ("電子申請", "オンライン申請"), "窓口に行かない申請"),
    Entry(3, "DX", ("DX",), "<変革>"),
    Entry(4, "リモート", ("リモート",), "離れて"),
    Entry(5, "A&B", ("A&B",), "記号"),
]


def glossary() -> Glossary:
    return Glossary(ENTRIES, "/strategy/terms/")


def hinted(shown: str) -> list[str]:
    return re.findall(r'<a class="term"[^>]*>([^<]*)</a>', glossary().hint(shown))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("電子申請を進める", ["電子申請"]),
        ("電子申請と申請", ["電子申請", "申請"]),
        ("オンライン申請と電子申請", ["オンライン申請"]),
        ("DXとDXとDX", ["DX"]),
        ("DXOやUDXやＡDX", []),
        ("市のDXを", ["DX"]),
        ("リモートワークとリモートコントローラー", []),
        ("リモートの会議", ["リモート"]),
        ("**DX**", ["DX"]),
        ("[DXの計画](/a)とDX", ["DX"]),
        ("A&Bとamp", ["A&amp;B"]),
        ("関係のない文", []),
    ],
)
def test_first_longest_whole_and_not_in_links(text: str, found: list[str]) -> None:
    assert hinted(markup.render(text)) == found


def test_text_in_a_link_stays_as_it_is() -> None:
    shown = markup.render("[DXの計画](/a)")
    assert glossary().hint(shown) == shown


def test_a_hint_is_a_link_with_an_escaped_note() -> None:
    shown = glossary().hint("<p>DX</p>")
    assert '<dfn><a class="term" href="/strategy/terms/#t3" data-note="term-note-3">DX</a></dfn>' in shown
    assert '<span class="term-note" id="term-note-3" hidden><b>DX</b>　&lt;変革&gt;' in shown


def test_one_page_hints_each_term_once_over_all_its_texts() -> None:
    page = glossary()
    assert "<dfn>" in page.hint("<p>DX</p>")
    assert "<dfn>" not in page.hint("<p>DX</p>")


def test_without_terms_nothing_changes() -> None:
    assert Glossary([], "/t/").hint("<p>DX</p>") == "<p>DX</p>"
    assert Glossary([], "/t/").terms_in("DX") == []


@given(st.text(alphabet="DXリモート申請電子A&B<>\"'*[]()/ \n", max_size=60))
def test_hints_keep_the_text_and_the_tags(text: str) -> None:
    shown = markup.render(text)
    marked = glossary().hint(shown)
    bare = re.sub(r'<dfn><a [^>]*>|</a></dfn><span class="term-note".*?</a></span>', "", marked)
    assert html.unescape(bare) == html.unescape(shown)
    assert tags(marked) <= {*markup.TAGS, "dfn", "span", "b"}
