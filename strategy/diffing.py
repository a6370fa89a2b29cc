"""Word-level differences of Japanese texts (pure). Joining the pieces of a side gives back its text.

Japanese has no spaces, so a text is cut where the script changes and around particles. A change that
would tear a verb from its ending (受|ける) takes the whole word, and what lies between two changes and
is too short to be read on its own (の) joins them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_KANJI = r"[\u4e00-\u9fff\u3400-\u4dbf々〆ヶ]"
_SCRIPTS = re.compile(
    rf"{_KANJI}+|[ぁ-ゖゝゞー]+|[ァ-ヺーヽヾ]+|[A-Za-zＡ-Ｚａ-ｚ]+|[0-9０-９.．,，]+|\s+|.", re.DOTALL
)  # fmt: skip
_KANJI_ONLY = re.compile(rf"{_KANJI}+\Z")
_HIRAGANA_ONLY = re.compile(r"[ぁ-ゖゝゞー]+\Z")
_PARTICLES = frozenset(
    re.findall(r"\S+", "は が に の へ と で も や を から まで より など には では とは への での との にも でも もが")
)
_ENDS = frozenset("のにがはとでへも")
SHORT = 1  # characters between two changes that are no anchor for the reader
LONG = 40_000  # pairs of words from which frequent ones no longer begin a match; time would grow with the cube


@dataclass(frozen=True)
class Piece:
    """A stretch of text: `same` on both sides, `gone` from the old one, `new` in the new one."""

    kind: str
    text: str


def words(text: str) -> list[str]:
    """Cut a text into the units that are compared; joined they are the text."""
    out: list[str] = []
    for run in _SCRIPTS.findall(text):
        out += _particles(run) if _HIRAGANA_ONLY.match(run) else [run]
    return out


def _particles(run: str) -> Iterator[str]:
    """Cut a run of hiragana around を and before a particle that ends it."""
    for part in re.split("(を)", run):
        if len(part) == 2 and part not in _PARTICLES and part[-1] in _ENDS:
            yield from part
        elif part:
            yield part


def diff(old: str, new: str) -> list[Piece]:
    """Return the pieces from `old` to `new`; what is replaced comes as `gone` before `new`."""
    a, b = words(old), words(new)
    codes = SequenceMatcher(None, a, b, autojunk=len(a) * len(b) > LONG).get_opcodes()
    spans = [(tag, a[i:j], b[k:n]) for tag, i, j, k, n in codes]
    return list(_pieces(_trimmed(_joined(_whole_words(spans)))))


def sides(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces of the old and of the new text, for two columns."""
    pieces = diff(old, new)
    return [p for p in pieces if p.kind != "new"], [p for p in pieces if p.kind != "gone"]


Span = tuple[str, Sequence[str], Sequence[str]]


def _whole_words(spans: Sequence[Span]) -> Iterator[Span]:
    """Let a changed verb ending take the kanji before it along: 受ける, not 受 and ける."""
    held: Span | None = None
    for span in spans:
        if held and _ending_changed(span) and held[0] == "equal" and _KANJI_ONLY.match(held[1][-1]):
            stem = held[1][-1]
            if len(held[1]) > 1:
                yield "equal", held[1][:-1], held[2][:-1]
            span = "replace", [stem, *span[1]], [stem, *span[2]]
        elif held:
            yield held
        held = span
    if held:
        yield held


def _ending_changed(span: Span) -> bool:
    tag, gone, new = span
    return tag == "replace" and all(_HIRAGANA_ONLY.match(s[0]) and s[0] not in _PARTICLES for s in (gone, new))


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Make one change of two that only a particle or a mark stands between."""
    held: Span | None = None
    bridge: Span | None = None
    for span in spans:
        if span[0] == "equal":
            if held and bridge is None and len("".join(span[1])) <= SHORT and held[0] == "replace":
                bridge = span
                continue
            yield from filter(None, (held, bridge, span))
            held = bridge = None
        elif held and bridge:
            if span[0] == "replace":
                held = "replace", [*held[1], *bridge[1], *span[1]], [*held[2], *bridge[2], *span[2]]
            else:
                yield from (held, bridge)
                held = span
            bridge = None
        else:
            yield from filter(None, (held,))
            held = span
    yield from filter(None, (held, bridge))


def _trimmed(spans: Iterator[Span]) -> Iterator[tuple[str, str, str]]:
    """Leave out of a replaced compound what both have in front and behind: 行政手続|条例, 情報政策|推進|課."""
    for tag, gone, new in spans:
        a, b = "".join(gone), "".join(new)
        if tag != "replace" or not (_KANJI_ONLY.match(a) and _KANJI_ONLY.match(b)):
            yield tag, a, b
            continue
        front = _common(a, b)
        back = _common(a[front:][::-1], b[front:][::-1])
        yield "equal", a[:front], b[:front]
        yield "replace", a[front : len(a) - back], b[front : len(b) - back]
        yield "equal", a[len(a) - back :], b[len(b) - back :]


def _common(a: str, b: str) -> int:
    """Length of the common beginning; a single kanji is no word, and counts as none."""
    count = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return count if count > 1 else 0


def _pieces(spans: Iterator[tuple[str, str, str]]) -> Iterator[Piece]:
    for tag, gone, new in spans:
        parts = [Piece("same", gone)] if tag == "equal" else [Piece("gone", gone), Piece("new", new)]
        yield from (p for p in parts if p.text)
