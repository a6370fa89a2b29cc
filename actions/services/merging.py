"""Ending an action in favour of another: merged with it, or superseded by it. Nothing reported is lost."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from actions.models import Action
from actions.models.actions import merge_choices
from actions.services.labels import LEDGER_NAMES, sets_of
from lib import ledger
from lib.writes import save_versioned

HANDED = ("supporting", "elements", "items", "axes")
MERGE_FIELDS = ("merged_into", "merge_kind", "merge_reason", "archived_at")


@transaction.atomic
def merge_action(*, action: Action, into: Action, kind: str, reason: str, version: int, by: Any) -> Action:
    """End `action` in favour of `into` and hand its links over; its reports, dates and grades stay with it.

    Both rows are locked in one order, so that two people who merge A into B and B into A end in one merger and one
    refusal. Raises ValidationError for itself, for an archived or merged target, and for a missing reason.
    """
    rows = Action.objects.select_for_update(of=("self",), no_key=True).order_by("pk").in_bulk([action.pk, into.pk])
    stored, target = rows[action.pk], rows[into.pk]
    _refuse(stored, target, kind, reason)
    before, held = ledger.state_of(stored, MERGE_FIELDS), sets_of(target)
    stored.merged_into, stored.merge_kind, stored.merge_reason = target, kind, reason.strip()
    stored.archived_at = timezone.now()
    save_versioned(stored, version=version, fields=MERGE_FIELDS)
    handed = _hand_over(stored, target)
    ledger.record(by=by, act="merge", obj=stored, before=before, after=ledger.state_of(stored, MERGE_FIELDS))
    if handed:
        save_versioned(target, version=target.version, fields=())
    ledger.record(by=by, act="merge", obj=target, before=held, after=sets_of(target), note=f"「{stored}」を引き継ぎ")
    return stored


def _refuse(stored: Action, target: Action, kind: str, reason: str) -> None:
    if stored.pk == target.pk:
        raise ValidationError({"into": "同じ取組には引き継げません。別の取組を選んでください。"})
    if stored.archived_at:
        raise ValidationError("この取組は、すでに保管されているか、別の取組に引き継がれています。")
    if target.archived_at:
        raise ValidationError({"into": f"「{target}」は保管されているため、引き継ぎ先にできません。"})
    if kind not in dict(merge_choices()):
        raise ValidationError({"kind": "統合か置き換えを選んでください。"})
    if not reason.strip():
        raise ValidationError({"reason": "理由を入力してください。"})
    limit = Action._meta.get_field("merge_reason").max_length or 0
    if len(reason.strip()) > limit:
        raise ValidationError({"reason": f"{limit}字以内で入力してください（いま{len(reason.strip())}字）。"})


def _hand_over(stored: Action, target: Action) -> bool:
    """Add every link of the old action to the new one, its hurdles included; whether there was any."""
    handed = False
    for name in (*HANDED, "hurdles"):
        rows = list(getattr(stored, name).all())
        getattr(target, name).add(*rows)
        handed = handed or bool(rows)
    if target.supporting.filter(pk=target.lead_department_id).exists():
        target.supporting.remove(target.lead_department_id)
    return handed


def handed_words(action: Action) -> list[tuple[str, list[str]]]:
    """What would be handed over, by the words of the ledger (for the page that asks)."""
    sets = sets_of(action)
    pairs = [(LEDGER_NAMES.get(name, name), sets[LEDGER_NAMES.get(name, name)]) for name in HANDED]
    return [(name, words) for name, words in pairs if words]
