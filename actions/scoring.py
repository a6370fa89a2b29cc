"""Scores of a 導入計画書 (pure): means over what was scored; a blank is left out, never 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

LOWEST, HIGHEST = 0, 3
WORDS = {0: "合わない", 1: "あまり合わない", 2: "おおむね合う", 3: "よく合う"}


def mean(scores: Iterable[int | None]) -> Fraction | None:
    """Mean of the given scores; None where nobody scored."""
    given = [s for s in scores if s is not None]
    return Fraction(sum(given), len(given)) if given else None


def shown(value: Fraction | None) -> str:
    """One place behind the point, rounded half up, and a dash for nothing."""
    if value is None:
        return "—"
    tenths = (value * 20 + 1) // 2
    return f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True)
class Cell:
    """What one reviewer says of one guideline."""

    reviewer: str
    score: int | None
    comment: str = ""


@dataclass
class Line:
    """One guideline with what all reviewers say."""

    key: str
    label: str
    title: str
    body: str = ""
    cells: list[Cell] = field(default_factory=list)

    @property
    def mean(self) -> Fraction | None:
        return mean(c.score for c in self.cells)

    @property
    def shown_mean(self) -> str:
        return shown(self.mean)

    @property
    def given(self) -> int:
        return sum(c.score is not None for c in self.cells)


def overall(lines: Iterable[Line]) -> str:
    """Mean over every score that was given, as shown."""
    return shown(mean(c.score for line in lines for c in line.cells))
