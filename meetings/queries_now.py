"""The present in the shape of a snapshot, as far as the dashboard compares it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField
from django.db.models.functions import Cast

from actions.querysets import ActionQuerySet

# Beyond as many keys the whole table is read: databases limit the values of a statement.
MOST_KEYS = 1000

Row = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """Actions in force with what `meetings.compare.movements` reads, and the keys of those that were merged."""

    rows: list[Row]
    merged: set[int]


# What is read of an action with a state, see `with_read`; the end as the text that stands in a snapshot.
READ = (
    "archived_at", "merged_into_id", "pk", "code", "title", "lead_department_id", "state_key", "percent", "ends",
    "pushes",
)  # fmt: skip


def with_read(actions: ActionQuerySet) -> ActionQuerySet:
    return actions.annotate(ends=Cast("ends_on", CharField()))


def standing_of(read: Iterable[tuple[Any, ...]], keys: Collection[int]) -> Standing:
    """How the actions that a snapshot knows stand now, from their `READ` values."""
    known = [values for values in read if values[2] in keys]
    return Standing(
        [_row(*values) for archived_at, _, *values in known if archived_at is None],
        {values[0] for _, merged_into, *values in known if merged_into is not None},
    )


def _row(pk: int, code: str, title: str, department: int, state: str, percent: int, ends: str, pushes: int) -> Row:
    return {
        "id": pk, "code": code, "title": title, "department": department, "state": state, "percent": percent,
        "ends_on": ends, "push_count": pushes,
    }  # fmt: skip
