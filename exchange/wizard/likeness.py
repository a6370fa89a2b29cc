"""Which column is which field, and which word is which value (pure): equal, a synonym, or alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from exchange.wizard.cleaning import squeezed
from exchange.wizard.words import HEADS, VALUES

LEAST, LEAST_VALUE = 0.62, 0.72


def alike(first: str, second: str) -> float:
    """How alike two words are, from 0 to 1; width, case, kana, blanks and signs do not count."""
    a, b = squeezed(first), squeezed(second)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    ratio = SequenceMatcher(None, a, b, autojunk=False).ratio()
    if len(a) > 1 and len(b) > 1 and (a in b or b in a):
        ratio = max(ratio, 0.7 + 0.2 * min(len(a), len(b)) / max(len(a), len(b)))
    return min(ratio, 0.99)


def head_likeness(head: str, field: str) -> float:
    """How well a head names a field: by itself, by its last level, or through a synonym."""
    parts = [head, head.rpartition("／")[2]] if "／" in head else [head]
    own = max(alike(part, field) for part in parts)
    known = max((alike(part, s) for part in parts for s in HEADS.get(field, ())), default=0.0)
    return max(own, known * 0.97)


def assign(heads: Sequence[str], fields: Sequence[str], *, least: float = LEAST) -> dict[int, str]:
    """The best field of every column, each field once: the surest pair first."""
    pairs = [
        (head_likeness(head, field), -at, -rank)
        for at, head in enumerate(heads)
        if head
        for rank, field in enumerate(fields)
    ]
    chosen: dict[int, str] = {}
    taken: set[int] = set()
    for score, at, rank in sorted(pairs, reverse=True):
        if score >= least and -at not in chosen and -rank not in taken:
            chosen[-at] = fields[-rank]
            taken.add(-rank)
    return chosen


def value_of(text: str, options: Sequence[str], others: Mapping[str, Iterable[str]] | None = None) -> str:
    """The option that a cell means, '' when none is near; `others` gives further words of an option."""
    wanted = squeezed(text)
    words = {o: [o, *VALUES.get(o, ()), *(others or {}).get(o, ())] for o in options}
    for option in options:
        if text == option or squeezed(option) == wanted != "":
            return option
    exact = [o for o in options if any(text == w or (wanted and squeezed(w) == wanted) for w in words[o])]
    if exact:
        return exact[0]
    if len(wanted) < 2:
        return ""
    score, place = max(((max(alike(text, w) for w in words[o]), -n) for n, o in enumerate(options)), default=(0.0, 0))
    return options[-place] if score >= LEAST_VALUE else ""
