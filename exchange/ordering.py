"""Rows that hang on other rows of the same sheet (pure): the order of storing, and circles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush


def parents_first(above: Sequence[int | None]) -> list[int]:
    """The places of rows in the order of storing; `above` names the place that each hangs on.

    A row waits only for its parent, and the first one that waits for nothing comes next: a sheet that is in order
    stays as it is, and rows under one parent keep the order of the sheet. Rows in and below a circle come last.
    """
    below: dict[int, list[int]] = {}
    for at, over in enumerate(above):
        if over is not None:
            below.setdefault(over, []).append(at)
    free = [at for at, over in enumerate(above) if over is None]
    made = []
    while free:
        at = heappop(free)
        made.append(at)
        for child in below.get(at, ()):
            heappush(free, child)
    return made if len(made) == len(above) else [*made, *sorted(set(range(len(above))) - set(made))]


def circles(above: Mapping[int, int]) -> list[list[int]]:
    """The keys that stand above themselves, circle by circle; `above` names the parent of a key."""
    found: list[list[int]] = []
    passed: set[int] = set()
    for start in above:
        way: dict[int, int] = {}
        here: int | None = start
        while here is not None and here not in passed:
            passed.add(here)
            way[here] = len(way)
            here = above.get(here)
        if here is not None and here in way:
            found.append(list(way)[way[here] :])
    return found
