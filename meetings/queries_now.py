"""The present in the shape of a snapshot, as far as the dashboard compares it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from actions.figures import Census
from actions.models import Action
from strategy.models import PriorityItem


def brief_rows(census: Census) -> Iterator[dict[str, Any]]:
    """Live actions with what `meetings.compare.movements` reads, without their items (no query)."""
    for pk, department, state, percent, ends_on, pushes, code, title in census.rows:
        yield {
            "id": pk, "code": code, "title": title, "department": department, "state": state, "percent": percent,
            "ends_on": ends_on, "push_count": pushes,
        }  # fmt: skip


def _keys() -> dict[int, str]:
    return dict(PriorityItem.objects.order_by().values_list("pk", "key"))


def keys_by_action(census: Census) -> dict[int, list[str]]:
    """Keys of the national items of each action (1 query beside the links)."""
    keys, found = _keys(), defaultdict(list)
    for item, action in census.item_links:
        found[action].append(keys[item])
    return found


def keys_behind(census: Census, actions: set[int]) -> Counter[str]:
    """How many of `actions` stand behind each national item (1 query beside the links, none without actions)."""
    if not actions:
        return Counter()
    keys = _keys()
    return Counter(keys[item] for item, action in census.item_links if action in actions)


def merged_ids() -> set[int]:
    """Actions that were merged into another or replaced by one."""
    return set(Action.objects.filter(merged_into__isnull=False).order_by().values_list("pk", flat=True))
