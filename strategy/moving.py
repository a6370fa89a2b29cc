"""Where links to the items of one national plan go when the city follows another version.

Pure: no Django. A link goes to every heir of its item. A link without an heir stays where it is, as
history, unless a person chose a new item for it. What an earlier move the other way took is given
back exactly, as long as nobody has changed the links since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Items = frozenset[int]
Heirs = Mapping[int, list[int]]


@dataclass(frozen=True)
class Step:
    """What happens to the links of one thing: `gone` are taken, `given` are new, `lost` have no heir."""

    gone: Items
    given: Items
    lost: Items


def heirs_of(forward: Iterable[tuple[int, int]], backward: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Heirs by item, from mapping rows in the direction of the move and from rows against it (source, target)."""
    found: dict[int, list[int]] = {}
    for old, new in [*forward, *((new, old) for old, new in backward)]:
        if new not in found.setdefault(old, []):
            found[old].append(new)
    return found


def step(held: Items, heirs: Heirs, *, before: Items = frozenset(), after: Items = frozenset()) -> Step:
    """Return what happens to links `held`; `before` and `after` are what an earlier move the other way
    took and gave (empty without one)."""
    if before and held == after:
        return Step(held, before, frozenset())
    lost = frozenset(item for item in held if not heirs.get(item))
    return Step(held - lost, frozenset(new for item in held for new in heirs.get(item, ())), lost)


def chosen(step: Step, item: int | None) -> Step:
    """The step after a person chose `item` for what has no heir; None leaves it as history."""
    if item is None:
        return step
    return Step(step.gone | step.lost, step.given | {item}, frozenset())
