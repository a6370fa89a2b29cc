"""Japanese text as a reader compares it: width, case and kana aside. Pure, and in the database alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Small kana and long vowels stay: folding them would join words that differ.
KATAKANA = "".join(map(chr, range(0x30A1, 0x30F7)))
HIRAGANA = "".join(chr(ord(c) - 0x60) for c in KATAKANA)
_KANA = str.maketrans(KATAKANA, HIRAGANA)
# A character with the sound marks that belong to it, so that ﾃﾞ is compared as one.
_CLUSTER = re.compile(r".[\u3099\u309a\uff9e\uff9f\u0300-\u036f]*", re.DOTALL)


def fold(text: str) -> str:
    """Return `text` in NFKC and lower case, with katakana as hiragana."""
    return unicodedata.normalize("NFKC", text).lower().translate(_KANA)


def asked(typed: str) -> str:
    """What a reader typed to be searched for: no edges, no zero bytes (PostgreSQL takes none), 100 characters."""
    return typed.replace("\0", "").strip()[:100]


def split(text: str, wanted: str) -> list[tuple[str, bool]]:
    """Cut `text` into pieces; those that match `wanted` when both are folded carry True."""
    needle = fold(wanted)
    if not needle:
        return [(text, False)]
    return [(piece, marked) for piece, marked in _pieces(text, needle) if piece]


def _pieces(text: str, needle: str) -> Iterator[tuple[str, bool]]:
    folded, origin = _mapped(text)
    done = at = 0
    while (at := folded.find(needle, at)) >= 0:
        start, end = origin[at], origin[at + len(needle)]
        # A hit may end inside a character such as ㍻; then the whole character is marked.
        if end == origin[at + len(needle) - 1]:
            end = next((o for o in origin[at + len(needle) :] if o > end), len(text))
        yield text[done:start], False
        yield text[max(start, done) : end], True
        done, at = end, at + len(needle)
    yield text[done:], False


def _mapped(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters (and its end) the place in `text` it came from."""
    pieces, origin = [], []
    for cluster in _CLUSTER.finditer(text):
        piece = fold(cluster[0])
        pieces.append(piece)
        origin += [cluster.start()] * len(piece)
    return "".join(pieces), [*origin, len(text)]


def excerpt(text: str, wanted: str, width: int = 90) -> str:
    """About `width` characters of `text` around the first match, with … where it is cut."""
    lead, *rest = split(text, wanted) or [("", False)]
    start = 0 if lead[1] or not rest else max(0, len(lead[0]) - width // 3)
    cut = text[start : start + width]
    return f"{'…' if start else ''}{cut}{'…' if start + width < len(text) else ''}"
