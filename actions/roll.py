"""The roll of actions in force: which are in which state. Every page that counts several ways calls it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from actions.querysets import ActionQuerySet
from lib.joined import Joined, split
from lib.states import STATES

Counts = dict[str, int]


def empty_counts() -> Counts:
    return dict.fromkeys(STATES, 0)


class Roll:
    """States by the key of the action, as text: the database joins the keys, so that ten thousand actions are read
    and counted without a row, a number or an object for each. `rows` carry `state_key` (1 query)."""

    def __init__(self, states: dict[str, str]) -> None:
        self.states = states

    @classmethod
    def of(cls, rows: ActionQuerySet) -> Roll:
        return cls.read(joined_states(rows))

    @classmethod
    def read(cls, rows: Iterable[tuple[str, str]]) -> Roll:
        """From what `joined_states` gives."""
        states: dict[str, str] = {}
        for state, keys in rows:
            states |= dict.fromkeys(split(keys), state)
        return cls(states)

    def within(self, keys: Iterable[str]) -> Roll:
        """The part of the roll that `keys` name."""
        return Roll({key: self.states[key] for key in keys if key in self.states})

    def counts(self) -> Counts:
        return empty_counts() | Counter(self.states.values())

    def counted(self, keys: Iterable[str]) -> Counts:
        """Those among `keys` by state; what does not stand on the roll is left out."""
        found = Counter(map(self.states.get, keys))
        del found[None]
        return empty_counts() | found

    def __len__(self) -> int:
        return len(self.states)


def joined_states(rows: ActionQuerySet) -> QuerySet[Any]:
    """Each state with the keys of the actions that are in it."""
    return rows.order_by().values_list("state_key").annotate(keys=Joined("pk"))
