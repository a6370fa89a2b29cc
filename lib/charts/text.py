"""Estimate how wide a label will be, shorten it, break it, and write numbers."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import SupportsFloat

ELLIPSIS = "…"
NO_VALUE = "—"

# Widths in em, a little above those of BIZ UDPGothic, Yu Gothic UI and Noto Sans JP, so that an estimate
# errs towards room to spare.
_WIDE, _UPPER, _NARROW = 1.0, 0.7, 0.6
_NOT_AT_START = "、。，．・：；）」』】〉》〕！？ーァィゥェォッャュョぁぃぅぇぉっゃゅょ…%％,.)"
_NOT_AT_END = "（「『【〈《〔("


# Pure, and asked for the same few words many hundred times by a schedule or a page of bars.
@lru_cache(maxsize=8192)
def text_width(text: str, size: float) -> float:
    """Return the estimated width of a text in the unit of `size`, its font size."""
    return size * sum(map(_em, text))


def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "FWA":
        return _WIDE
    return _UPPER if char.isupper() else _NARROW


@lru_cache(maxsize=8192)
def fit(text: str, size: float, width: float) -> str:
    """Return the text, shortened with an ellipsis to fit `width`; empty if not one character would remain."""
    if text_width(text, size) <= width:
        return text
    room = width - text_width(ELLIPSIS, size)
    kept = _prefix(text, size, room)
    return kept + ELLIPSIS if kept else ""


def wrap(text: str, size: float, width: float, lines: int = 2) -> tuple[str, ...]:
    """Break a text into at most `lines` lines of `width`, the last one shortened; brackets and 、 stay in place."""
    done: list[str] = []
    rest = text
    while len(done) < lines - 1 and text_width(rest, size) > width:
        head = _breakable(rest, _prefix(rest, size, width))
        if not head:
            break
        done.append(head)
        rest = rest[len(head) :]
    last = fit(rest, size, width)
    return tuple([*done, last] if last else done)


def _prefix(text: str, size: float, width: float) -> str:
    used = 0.0
    for i, char in enumerate(text):
        used += _em(char) * size
        if used > width:
            return text[:i]
    return text


def _breakable(text: str, head: str) -> str:
    """Break where the script changes (セキュリティ|対策) in the right half, else at the last place allowed."""
    allowed = [c for c in range(len(head), 1, -1) if not _is_bad_break(text[c - 1], text[c])]
    at_words = [c for c in allowed if c > len(head) / 2 and _is_word_break(text[c - 1], text[c])]
    cut = next(iter(at_words or allowed), len(head))
    return text[:cut]


def _is_bad_break(before: str, after: str) -> bool:
    return after in _NOT_AT_START or before in _NOT_AT_END


def _is_word_break(before: str, after: str) -> bool:
    # A kanji takes its hiragana ending with it, and a name its number.
    return _script(before) != _script(after) and _script(after) not in ("HIRAGANA", "DIGIT")


def _script(char: str) -> str:
    """Return the first word of the Unicode name, e.g. KATAKANA, CJK, LATIN; the long vowel mark counts as katakana."""
    return "KATAKANA" if char == "ー" else unicodedata.name(char, "OTHER").split("-")[0].split()[0]


def number(value: SupportsFloat | None, places: int = 1) -> str:
    """Write a value with a fixed number of decimals and digit groups; a dash if there is none."""
    return NO_VALUE if value is None else f"{float(value):,.{places}f}"


@lru_cache(maxsize=16384)
def r1(value: float) -> float:
    """Round a coordinate to a tenth of a unit, which is enough for the eye, without a negative zero."""
    return round(float(value), 1) + 0.0
