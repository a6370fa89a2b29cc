"""Writes of many actions at once: what an imported workbook changes beside the rows themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from actions.models import Action, DateChange
from lib import ledger
from lib.bulk import swap_many
from lib.wareki import format_date


@transaction.atomic
def keep_moves(*, found: Sequence[DateChange], by: Any) -> None:
    """Keep moved dates as 計画変更 with who moved them; the counts on the actions are the caller's."""
    actor = ledger.actor(by)
    now = timezone.now()
    for change in found:
        change.changed_at, change.changed_by_id = now, actor.user_id
    DateChange.objects.bulk_create(found, batch_size=500)
    ledger.record_many([_event(change, actor) for change in found])


def _event(change: DateChange, actor: ledger.Actor) -> ledger.Event:
    name = change.label or change.get_kind_display()
    moved = {name: [format_date(change.old_on), format_date(change.new_on)]}
    return ledger.Event(
        by=actor, act="push", object_type=Action._meta.label_lower, object_id=str(change.action_id),
        object_label=str(change.action)[:200], changes=moved, note=change.reason,
    )  # fmt: skip


@transaction.atomic
def archive_many(*, seen: Sequence[tuple[Action, int]], by: Any) -> None:
    """Archive actions that still have the version seen, one ledger entry each. Raises StaleError for all of them."""
    now = timezone.now()
    for action, _ in seen:
        action.archived_at = now
    swap_many(seen, fields=("archived_at",))
    after = {"archived_at": ledger.plain(now)}
    ledger.record_many([ledger.event(by=by, act="archive", obj=a, before={}, after=after) for a, _ in seen])


@transaction.atomic
def touch_many(*, seen: Sequence[tuple[Action, int]], others: Collection[int], by: Any) -> None:
    """Move on the versions of actions whose schedule changed: those `seen` only if they still have it."""
    ledger.actor(by)
    swap_many(seen, fields=())
    Action.objects.filter(pk__in=others).update(version=models.F("version") + 1, updated_at=timezone.now())
