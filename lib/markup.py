"""The Markdown subset of longer texts: paragraphs, lists, emphasis and links, nothing else."""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import isPunctChar
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType

TAGS = frozenset({"p", "br", "ul", "ol", "li", "em", "strong", "a"})
# `*` stands for every tag: without it nh3 would let `title` and `lang` through.
ATTRIBUTES: dict[str, frozenset[str]] = {"a": frozenset({"href"}), "ol": frozenset({"start"}), "*": frozenset()}
SCHEMES = frozenset({"http", "https", "mailto"})
OFF = (
    "blockquote", "code", "fence", "heading", "hr", "html_block", "lheading", "reference",
    "autolink", "backticks", "entity", "html_inline", "image",
)  # fmt: skip
# A path of the portal itself begins with one slash; browsers read `//` and `/\` as another host.
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s]+|/(?![/\\]|%(?:5c|2f|0[9ad]))[^\s]*", re.IGNORECASE | re.ASCII)


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        """Let `**「強調」**する` work: the rule of CommonMark expects a space after the bracket,
        which Japanese text does not have."""
        scanned = super().scanDelims(start, canSplitWord)
        end = start + scanned.length
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        return Scanned(
            scanned.can_open or (canSplitWord and _bracket(after)),
            scanned.can_close or (canSplitWord and _bracket(before)),
            scanned.length,
        )


def _bracket(character: str) -> bool:
    return not character.isascii() and isPunctChar(character)


class _Parser(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """As the original, with the state that knows Japanese brackets."""
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def allowed_address(url: str) -> bool:
    """Tell whether a link may lead there: http, https, mailto or a path of this site."""
    return _ADDRESS.fullmatch(url) is not None


def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser = _Parser()
    parser.ruler, parser.ruler2 = md.inline.ruler, md.inline.ruler2
    md.inline = parser
    md.disable(OFF)
    md.validateLink = allowed_address  # type: ignore[method-assign]
    return md


_MARKDOWN = _parser()


def _attribute(tag: str, name: str, value: str) -> str | None:
    return None if name == "href" and not allowed_address(value) else value


@lru_cache(maxsize=2048)
def render(text: str) -> str:
    """Return `text` as HTML of `TAGS` only. The parser makes no other; nh3 would take it out again."""
    return nh3.clean(
        _MARKDOWN.render(text), tags=set(TAGS), attributes={k: set(v) for k, v in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES), link_rel="noopener noreferrer", attribute_filter=_attribute,
    ).strip()  # fmt: skip


def plain(text: str) -> str:
    """Return the words of `text` without its marks, on one line."""
    words = re.sub(r"<[^>]*>", " ", render(text))
    return " ".join(html.unescape(words).split())
