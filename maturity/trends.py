"""Lines over rounds (pure). An axis is followed through the versions of the rubric by its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from maturity import scoring


@dataclass(frozen=True)
class Line:
    """One axis over the rounds, oldest first; None where nothing is known. `name` is the newest one."""

    key: str
    name: str
    values: tuple[Decimal | int | None, ...]


def averages(
    names: Mapping[str, str], rounds: Sequence[int], sums: Mapping[tuple[int, str], tuple[int, int]]
) -> list[Line]:
    """Average each line in each round from (sum of the known levels, their number); lines without any are left out."""
    lines = [Line(k, name, tuple(_mean(sums.get((r, k))) for r in rounds)) for k, name in names.items()]
    return [line for line in lines if any(v is not None for v in line.values)]


def _mean(found: tuple[int, int] | None) -> Decimal | None:
    if found is None or not found[1]:
        return None
    return scoring.shown(Fraction(found[0], found[1]))


def levels(names: Mapping[str, str], answers: Sequence[Mapping[str, scoring.Mark]], view: str = "self") -> list[Line]:
    """The levels of one department, one mapping of answers by line a round, oldest first."""
    lines = [Line(k, n, tuple(a.get(k, scoring.Mark()).seen(view) for a in answers)) for k, n in names.items()]
    return [line for line in lines if any(v is not None for v in line.values)]
