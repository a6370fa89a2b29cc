"""Port to whatever hangs on national items. Actions live above this app, so they register here.

Removing an item asks who uses it; moving the city to another version of the national plan lets the
users follow their items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from lib import ledger

# The ledger's name of the items; a key "items" would hide the method of that name from the templates.
WORD = "national_items"


@dataclass(frozen=True)
class Holder:
    """Something that hangs on `items`. `key` is unique over all followers; what is archived follows unasked."""

    key: str
    label: str
    url: str
    items: frozenset[int]
    is_live: bool


Changes = Mapping[str, tuple[frozenset[int], frozenset[int]]]


class Follower(Protocol):
    noun: str

    def holders(self, item_ids: set[int]) -> list[Holder]:
        """Everything that hangs on one of the items, archived things too."""
        ...

    def relink(self, changes: Changes, by: Any) -> None:
        """Take from each holder (by key) the first items and give it the second."""
        ...


class LinkFollower:
    """Follower for rows with a many-to-many `items`, a `version` and `archived_at`; `route` shows one by its id."""

    model: type[models.Model]
    noun: str
    route: str

    def holders(self, item_ids: set[int]) -> list[Holder]:
        links = self._links.filter(priorityitem_id__in=item_ids)
        held = _sets(links.values_list(self._column, "priorityitem_id"))
        rows = self.model._default_manager.filter(pk__in=links.values(self._column))
        return [
            Holder(self._key(row.pk), str(row), reverse(self.route, args=[row.pk]), frozenset(held[row.pk]),
                   row.archived_at is None)
            for row in rows
            if row.pk in held
        ]  # fmt: skip

    def relink(self, changes: Changes, by: Any) -> None:
        name = self.model._meta.model_name
        own = {int(key.rpartition("-")[2]): c for key, c in changes.items() if key.rpartition("-")[0] == name}
        rows = self.model._default_manager.select_for_update(no_key=True).order_by("pk").in_bulk(own)
        before = self._named(rows)
        for item in frozenset().union(*(own[pk][0] for pk in rows)):
            pks = [pk for pk in rows if item in own[pk][0]]
            self._links.filter(**{f"{self._column}__in": pks}, priorityitem_id=item).delete()
        links = [self._links.model(**{self._column: pk, "priorityitem_id": i}) for pk in rows for i in own[pk][1]]
        self._links.bulk_create(links, ignore_conflicts=True)
        # An open form must notice that the items changed under it.
        self.model._default_manager.filter(pk__in=rows).update(version=F("version") + 1, updated_at=timezone.now())
        after = self._named(rows)
        ledger.record_many(
            [
                ledger.event(
                    by=by, act="link", obj=row, before={WORD: before.get(pk, [])}, after={WORD: after.get(pk, [])}
                )
                for pk, row in rows.items()
            ]
        )

    def _named(self, rows: Iterable[int]) -> dict[int, list[str]]:
        """Names of the items that each row holds now."""
        found: dict[int, list[str]] = {}
        links = self._links.filter(**{f"{self._column}__in": list(rows)}).order_by("priorityitem_id")
        for pk, name in links.values_list(self._column, "priorityitem__name"):
            found.setdefault(pk, []).append(name)
        return found

    @property
    def _links(self) -> models.Manager:
        return self.model.items.through._default_manager  # type: ignore[attr-defined]

    @property
    def _column(self) -> str:
        return f"{self.model._meta.model_name}_id"

    def _key(self, pk: int) -> str:
        return f"{self.model._meta.model_name}-{pk}"


def _sets(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return found


_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Add a follower; one of the same class is replaced."""
    _followers[:] = [f for f in _followers if type(f) is not type(follower)] + [follower]


def holders(item_ids: set[int]) -> dict[str, list[Holder]]:
    """What hangs on the items, by noun."""
    return {f.noun: f.holders(item_ids) for f in _followers}


def relink(changes: Changes, by: Any) -> None:
    """Run inside the transaction that moves, so that a failure leaves everything where it was."""
    # Actions before indicators, which is the order in which an acceptance locks them.
    for follower in reversed(_followers):
        follower.relink(changes, by)
