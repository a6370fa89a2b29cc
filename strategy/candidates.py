"""Where something that lost its element may go in the next edition (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from strategy.compare import Statement

ALIKE = 0.35  # share of common pairs of characters from which titles speak of the same


def alike(a: str, b: str) -> float:
    """Return how much two titles have in common: twice the shared pairs of characters over all pairs, 0 to 1."""
    first, second = (_pairs(text) for text in (a, b))
    total = len(first) + len(second)
    return 2 * len(first & second) / total if total else 0.0


def _pairs(text: str) -> set[str]:
    kept = re.sub(r"[\s、。・「」（）]", "", text)
    return {kept[i : i + 2] for i in range(len(kept) - 1)}


def candidates(
    lost: Statement, targets: Sequence[Statement], *, note: str = "", above: Mapping[UUID, UUID | None]
) -> list[UUID]:
    """Return lineages of `targets` that may take over from `lost`, the best first.

    First the number that the reason of the change names (2-1に含める), then titles that are alike, those under
    the same parent before others, last the nearest element above that is left. `above` gives parents by lineage.
    """
    named = [t.lineage for t in targets if t.label and _names(note, t.label)]
    scores = {t.lineage: alike(lost.title, t.title) + (0.1 if t.parent == lost.parent else 0) for t in targets}
    similar = sorted((s for s in scores if scores[s] >= ALIKE), key=lambda s: -scores[s])
    return list(dict.fromkeys([*named, *similar, *_nearest(lost.parent, above, set(scores))]))


def _names(note: str, label: str) -> bool:
    """Whether the label stands in the note on its own: 2-1 does not stand in 12-1 or 2-10."""
    return re.search(rf"(?<![\w-]){re.escape(label)}(?![0-9-])", note, re.ASCII) is not None


def _nearest(parent: UUID | None, above: Mapping[UUID, UUID | None], left: set[UUID]) -> Iterable[UUID]:
    seen: set[UUID] = set()
    while parent is not None and parent not in seen:
        if parent in left:
            return (parent,)
        seen.add(parent)
        parent = above.get(parent)
    return ()
