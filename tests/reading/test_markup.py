"""The Markdown subset: what it shows, and that nothing else ever comes out."""

from __future__ import annotations

import itertools
import sys
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import markup

REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("一行目\n二行目", "<p>一行目<br>\n二行目</p>"),
        ("段落1\n\n段落2", "<p>段落1</p>\n<p>段落2</p>"),
        ("- あ\n- い", "<ul>\n<li>あ</li>\n<li>い</li>\n</ul>"),
        ("3. あ\n4. い", '<ol start="3">\n<li>あ</li>\n<li>い</li>\n</ol>'),
        ("*弱い*と**強い**です", "<p><em>弱い</em>と<strong>強い</strong>です</p>"),
        ("市は**「使いやすさ」**を選ぶ", "<p>市は<strong>「使いやすさ」</strong>を選ぶ</p>"),
        ("[一覧](/actions/)", f'<p><a href="/actions/" {REL}>一覧</a></p>'),
        ("[国](https://example.jp/a?b=1)", f'<p><a href="https://example.jp/a?b=1" {REL}>国</a></p>'),
        ("[窓口](mailto:dx@example.jp)", f'<p><a href="mailto:dx@example.jp" {REL}>窓口</a></p>'),
        ("", ""),
    ],
)
def test_shows_paragraphs_lists_emphasis_and_links(text: str, shown: str) -> None:
    assert markup.render(text) == shown


@pytest.mark.parametrize(
    "text",
    ["# 見出し", "見出し\n===", "![絵](/a.png)", "|a|b|\n|-|-|\n|1|2|", "> 引用", "```\ncode\n```", "    code",
     "`code`",
     "---", "<b>太字</b>", "<https://example.jp>", "[a]: /b\n[a]"],
)  # fmt: skip
def test_everything_else_stays_text(text: str) -> None:
    assert tags(markup.render(text)) <= {"p", "br", "a"}
    assert "<img" not in markup.render(text)


SCHEMES = [
    "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "java&Tab;script:alert(1)",
    "&#106;avascript:alert(1)", "&#x6A;avascript:alert(1)", "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "javascript&colon;alert(1)", "%6Aavascript:alert(1)", "vbscript:x", "data:text/html;base64,PHM=",
    "file:///etc",
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "/\t/evil.example",
    "blob:x",
]  # fmt: skip


@pytest.mark.parametrize("address", SCHEMES)
@pytest.mark.parametrize("form", ["[x]({})", "[x](<{}>)", '[x]({} "t")', "<{}>", "[x]\n\n[x]: {}", "![x]({})"])
def test_no_link_leads_to_a_script_or_another_host_in_disguise(address: str, form: str) -> None:
    assert "<a" not in markup.render(form.format(address))


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
     "<a href='javascript:1'>x</a>",
     '[x](/a" onclick="alert(1))', "**<script>**alert(1)</script>", "- <iframe src=//e>\n  - <style>*{}</style>",
     "[<img src=x onerror=1>](/a)", "<scr<script>ipt>", "\x00<script>", "<!--><script>-->",
     "<math><mtext></p><script>"],
)  # fmt: skip
def test_html_comes_out_as_text(text: str) -> None:
    assert_safe(markup.render(text))
    assert "<script" not in markup.render(text).lower()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def read(shown: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Reader()
    reader.feed(shown)
    reader.close()
    return reader.found


def tags(shown: str) -> set[str]:
    return {tag for tag, _ in read(shown)}


def assert_safe(shown: str) -> None:
    for tag, attributes in read(shown):
        assert tag in markup.TAGS
        allowed = {"a": {"href", "rel"}, "ol": {"start"}}.get(tag, set())
        assert set(attributes) <= allowed
        if "href" in attributes:
            assert markup.allowed_address(attributes["href"] or "")
        if "start" in attributes:
            assert (attributes["start"] or "").isdigit()


PIECES = st.sampled_from(
    ["*", "**", "_", "[", "]", "(", ")", "](", "<", ">", "javascript:",
     "https://a.jp", "/x", "//", "\\", '"', "'", "&",
     "&#106;", "\n", "\n\n", "- ", "1. ", "  ", "\t", "#", "!",
     "<script>", "<a href=", "onclick=", "「", "」", "あ", "DX", "`", '[a](/b "t")']
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_only_allowed_tags_and_attributes_come_out(text: str) -> None:
    assert_safe(markup.render(text))


@pytest.mark.parametrize("piece", ["*", "[", "> ", "- ", "*a **b ", "[a](", "<b>", "\\", "_a", "  - a\n"])
def test_nested_abuse_costs_no_more_than_its_length(piece: str) -> None:
    """Counted in calls, not in seconds: twice the text may not cost much more than twice the work."""
    text = (piece * 4000)[:4000]
    assert_safe(markup.render(text))
    assert calls_of(text) < 3 * calls_of(text[:2000])


def calls_of(text: str) -> int:
    """Number of Python calls that rendering takes."""
    count = itertools.count()
    sys.setprofile(lambda frame, event, argument: next(count) if event == "call" else None)
    try:
        markup.render(text)
    finally:
        sys.setprofile(None)
    return next(count)


def test_plain_keeps_the_words() -> None:
    assert markup.plain("**太字**と[一覧](/a)\n\n- 一\n- A & B <c>") == "太字 と 一覧 一 A & B <c>"


def test_the_filters_of_the_templates() -> None:
    page = Template("{{ text|markup }}|{{ text|unmarked }}|{% prose text %}")
    shown = page.render(Context({"text": "**<i>**"}))
    strong = "<p><strong>&lt;i&gt;</strong></p>"
    assert shown == f"{strong}|&lt;i&gt;|{strong}"
