"""Which elements stand behind an element: its branch of the tree and what that branch links to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Pair = tuple[int, int]


def branches(parents: Mapping[int, int | None]) -> dict[int, set[int]]:
    """Return for each key of `parents` (child → parent) itself and all its descendants.

    A cycle, which the services refuse but a damaged database may hold, ends the walk: every member
    then has the whole ring as its branch. A parent outside `parents` counts as none.
    """
    found: dict[int, set[int]] = {pk: {pk} for pk in parents}
    for pk in parents:
        above, seen = parents[pk], {pk}
        while above is not None and above in found and above not in seen:
            found[above].add(pk)
            seen.add(above)
            above = parents[above]
    return found


def scopes(parents: Mapping[int, int | None], links: Iterable[Pair]) -> dict[int, set[int]]:
    """Return the branch of each element with the elements that the branch links to (source, target)."""
    out: dict[int, set[int]] = defaultdict(set)
    for source, target in links:
        out[source].add(target)
    return {pk: branch.union(*(out[b] for b in branch if b in out)) for pk, branch in branches(parents).items()}


def path(pk: int, parents: Mapping[int, int | None]) -> list[int]:
    """Return the way from the top down to `pk`, both included; a cycle is cut where it closes."""
    steps: list[int] = []
    at: int | None = pk
    while at is not None and at not in steps:
        steps.append(at)
        at = parents.get(at)
    return steps[::-1]


def element_scope(edition: Any, parents: Mapping[int, int | None] | None = None) -> dict[int, set[int]]:
    """Return for every element pk of `edition` the pks whose actions count as its own (2 queries, 1 with `parents`).

    The rule: the element, its descendants, and elements linked from any of these. Lists, figures and
    reports all count by it, so their numbers agree.
    """
    # Taken through the instance, so that this module stays below the models.
    elements = edition.elements.order_by()
    if parents is None:
        parents = dict(elements.values_list("pk", "parent_id"))
    links = elements.filter(links_out__isnull=False).values_list("pk", "links_out__target_id")
    return scopes(parents, links)
