"""Links of evidence, and the addresses that it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maturity.evidence import Part, is_unsafe, parts


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "資料 java\tscript:alert(1)",
        "java\u200bscript:alert(1)",
        "ｊａｖａｓｃｒｉｐｔ：alert(1)",
        "javascript :alert(1)",
        "vbscript:msgbox(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:;base64,PHNjcmlwdD4=",
        "データは data:,hello",
        "DATA:image/svg+xml;base64,AAAA",
    ],
)
def test_addresses_that_run_or_carry_content_are_unsafe(text):
    assert is_unsafe(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "改善提案シート 令和8年度上期（9件）",
        "https://example.jp/data:1/list",
        "https://example.jp/javascript/",
        "オープンdata: 12件",
        "metadata:title/page を確認",
        "研修資料 JavaScript 入門",
    ],
)
def test_plain_words_are_safe(text):
    assert not is_unsafe(text)


def test_only_http_addresses_become_links():
    text = "申請 https://example.jp/a?b=1&c=2、ftp://example.jp と www.example.jp"
    assert parts(text) == [
        Part("申請 "),
        Part("https://example.jp/a?b=1&c=2", "https://example.jp/a?b=1&c=2"),
        Part("、ftp://example.jp と www.example.jp"),
    ]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("(https://example.jp/a).", "https://example.jp/a"),
        ("https://example.jp/a_(b)", "https://example.jp/a_(b)"),
        ("資料（http://example.jp/）", "http://example.jp/"),
        ("https://example.jp.", "https://example.jp"),
    ],
)
def test_marks_of_the_sentence_stay_outside_the_link(text, url):
    assert [p.url for p in parts(text) if p.url] == [url]


@pytest.mark.parametrize("text", ["https://", "http:// のアドレス", "https://。", "javascript:alert(1)"])
def test_a_scheme_alone_is_no_link(text):
    assert [p for p in parts(text) if p.url] == []


@given(st.text(alphabet=st.sampled_from("https:/.jp()日本 <>\"'&ａ?=")))
def test_no_character_is_lost_or_added_and_links_are_http(text):
    found = parts(text)
    assert "".join(p.text for p in found) == text
    assert all(p.url == p.text and p.url.startswith(("http://", "https://")) for p in found if p.url)
