"""Maturity of the departments over the rounds (pure): slowly rising, around a mean that is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

LOWEST, HIGHEST, SPREAD = 1, 5, 2.6


def grow(
    departments: Sequence[str], means: Mapping[str, Sequence[float]], rng: Random
) -> dict[str, dict[str, list[int]]]:
    """Levels by department and axis, one a round; `means` gives the city's mean of each axis round by round.

    Departments stand at even distances around the mean, so that the average of all of them comes out near it.
    """
    found: dict[str, dict[str, list[int]]] = {code: {} for code in departments}
    for axis, path in means.items():
        places = list(range(len(departments)))
        rng.shuffle(places)
        for code, place in zip(departments, places, strict=True):
            distance = ((place + 0.5) / len(departments) - 0.5) * SPREAD
            found[code][axis] = [_level(mean + distance) for mean in path]
    return found


def _level(value: float) -> int:
    return min(HIGHEST, max(LOWEST, int(value + 0.5)))
