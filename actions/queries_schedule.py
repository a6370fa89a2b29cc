"""Rows and bars of the schedule as plain values: a page of it holds five hundred bars."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from actions.models import Phase as StoredPhase
from lib.charts import Phase


class Planned(NamedTuple):
    """What the schedule needs of an action; `values_list(*Planned._fields)` of rows with their state gives it."""

    pk: int
    title: str
    starts_on: dt.date
    ends_on: dt.date
    percent: int
    reported_as_of: dt.date | None
    state_key: str


def phases_of(actions: Iterable[int]) -> dict[int, list[Phase]]:
    """The bars of some actions by their keys, earliest first (1 query)."""
    rows = StoredPhase.objects.filter(action__in=list(actions))
    found: dict[int, list[Phase]] = defaultdict(list)
    for action, *values in rows.values_list("action_id", "label", "owner", "starts_on", "ends_on", "actual"):
        found[action].append(Phase(*values))
    return found
