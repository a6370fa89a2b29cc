"""Curved lines between two lanes of the strategy poster."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lib.charts.text import r1

Pair: TypeAlias = tuple[int, int]

HEIGHT = 96
_END, _BEND = 2, 51


@dataclass(frozen=True)
class Link:
    """A line from column `pair[0]` of the upper lane to column `pair[1]` of the lower one, counted from 0."""

    pair: Pair
    path: str
    on: bool


@dataclass(frozen=True)
class Links:
    """Geometry in a viewBox of width by height; highlighted lines come last so that they lie on top."""

    width: float
    height: float
    links: tuple[Link, ...]
    tops: tuple[float, ...]
    bottoms: tuple[float, ...]
    summary: str


def links(
    from_n: int,
    to_n: int,
    pairs: Sequence[Pair],
    width: float = 1284,
    *,
    highlighted: Collection[Pair] = (),
    gap: float = 8,
) -> Links | None:
    """Join columns of two lanes of `from_n` and `to_n` equal cards, which stand `gap` apart; None without a pair.

    Raises ValueError if a pair points outside the lanes.
    """
    if not pairs:
        return None
    if any(not (0 <= a < from_n and 0 <= b < to_n) for a, b in pairs):
        raise ValueError("a link points to a column that does not exist")
    tops, bottoms = _centres(from_n, width, gap), _centres(to_n, width, gap)
    strong = set(highlighted)
    drawn = [Link(pair, _curve(tops[pair[0]], bottoms[pair[1]]), pair in strong) for pair in dict.fromkeys(pairs)]
    drawn.sort(key=lambda link: link.on)
    count = sum(link.on for link in drawn)
    summary = f"つながり{len(drawn)}本" + (f"（うち強調{count}本）" if count else "")
    return Links(width, HEIGHT, tuple(drawn), tops, bottoms, summary)


def _centres(count: int, width: float, gap: float) -> tuple[float, ...]:
    card = (width - gap * (count - 1)) / count
    return tuple(r1(i * (card + gap) + card / 2) for i in range(count))


def _curve(top: float, bottom: float) -> str:
    low = HEIGHT - _END
    return f"M{top},{_END} C{top},{_END + _BEND} {bottom},{low - _BEND} {bottom},{low}"
