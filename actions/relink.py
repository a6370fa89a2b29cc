"""Actions follow their elements to the next edition of the strategy, and their items to another national plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from actions.querysets import ActionQuerySet
from lib import ledger
from strategy.relink import Use
from strategy.relink_items import LinkFollower

KEY = "action-"


class ActionFollower:
    """Answers `strategy.relink` for actions. A link to a dropped element stays as history."""

    def uses(self, element_ids: set[int]) -> list[Use]:
        return _shown(Action.objects.live().serving(element_ids))

    def stranded(self, dropped: set[int], kept: set[int], also: Collection[str]) -> list[Use]:
        links = Action.elements.through.objects
        held = links.filter(element_id__in=kept).values("action_id")
        named = [int(key.removeprefix(KEY)) for key in also if key.startswith(KEY)]
        rows = Action.objects.live().serving(dropped).filter(~Q(pk__in=held) | Q(pk__in=named))
        pairs = links.filter(element_id__in=dropped, action__in=rows.values("pk"))
        return _stranded(pairs, set(held.values_list("action_id", flat=True)) if named else set())

    def follow(self, mapping: Mapping[int, int]) -> int:
        links = Action.elements.through.objects
        moved = set(links.filter(element_id__in=mapping).values_list("action_id", flat=True))
        for old, new in mapping.items():
            there = links.filter(element_id=new).values("action_id")
            links.filter(element_id=old, action_id__in=there).delete()
            links.filter(element_id=old).update(element_id=new)
        return len(moved)

    def give(self, links: Mapping[str, int], by: Any) -> None:
        through = Action.elements.through
        own = _own(links)
        with _recorded(own, by):
            through.objects.bulk_create(
                [through(action_id=action, element_id=element) for action, element in own.items()],
                ignore_conflicts=True,
            )

    def take(self, links: Mapping[str, int], by: Any) -> None:
        own = _own(links)
        with _recorded(own, by):
            for action, element in own.items():
                Action.elements.through.objects.filter(action_id=action, element_id=element).delete()


class ActionItemFollower(LinkFollower):
    """Answers `strategy.relink_items` for actions."""

    model = Action
    noun = "取組"
    route = "actions:detail"


def _own(links: Mapping[str, int]) -> dict[int, int]:
    return {int(key.removeprefix(KEY)): element for key, element in links.items() if key.startswith(KEY)}


@contextmanager
def _recorded(own: Collection[int], by: Any) -> Iterator[None]:
    """Record what becomes of the elements of the actions, and let open forms of them notice."""
    before = _elements(own)
    yield
    after = _elements(own)
    rows = Action.objects.filter(pk__in=own)
    rows.update(version=F("version") + 1, updated_at=timezone.now())
    changes = [(row, {"elements": before[row.pk]}, {"elements": after[row.pk]}) for row in rows]
    ledger.record_many(
        [ledger.event(by=by, act="link", obj=row, before=was, after=now) for row, was, now in changes]
    )


def _elements(actions: Collection[int]) -> dict[int, list[str]]:
    rows = Action.objects.filter(pk__in=actions).prefetch_related("elements")
    return {row.pk: [str(element) for element in row.elements.all()] for row in rows}


COLUMNS = ("pk", "code", "title", "lead_department__name")


def _stranded(pairs: QuerySet, held: Collection[int]) -> list[Use]:
    """The actions of the links, each once with its elements (1 query)."""
    lost: dict[int, list[int]] = {}
    found: dict[int, tuple[Any, ...]] = {}
    columns = [f"action__{name}" for name in COLUMNS]
    for element, *row in pairs.order_by("action__code", "action_id", "pk").values_list("element_id", *columns):
        lost.setdefault(row[0], []).append(element)
        found[row[0]] = tuple(row)
    return [_use(row, lost[pk], pk in held) for pk, row in found.items()]


def _shown(actions: ActionQuerySet) -> list[Use]:
    return [_use(row) for row in actions.order_by("code", "pk").values_list(*COLUMNS)]


def _use(row: tuple[Any, ...], lost: Collection[int] = (), held: bool = False) -> Use:
    pk, code, title, department = row
    url = reverse("actions:detail", args=[pk])
    return Use(f"{code} {title}", url, f"{KEY}{pk}", code, title, department, tuple(lost), held)
