"""The present in the shape of a snapshot, as far as the dashboard compares it: three columns of ten thousand rows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from actions.models import Action, reason_choices
from lib.ledger import plain
from lib.states import STATES

FIELDS = (
    "pk", "code", "title", "lead_department_id", "lead_department__short_name", "state_key", "percent", "ends_on",
    "pushes", "last_report__reason_kind", "last_report__reason",
)  # fmt: skip


def brief_rows(rows: Any) -> list[dict[str, Any]]:
    """Live actions with what `meetings.compare.action_moves` reads (2 queries)."""
    items: dict[int, list[str]] = defaultdict(list)
    for action, key in Action.items.through.objects.values_list("action_id", "priorityitem__key"):
        items[action].append(key)
    words = dict(reason_choices())
    return [_row(values, items, words) for values in rows.order_by("code", "pk").values_list(*FIELDS)]


def _row(values: tuple[Any, ...], items: dict[int, list[str]], words: dict[str, str]) -> dict[str, Any]:
    pk, code, title, department, name, state, percent, ends_on, pushes, kind, reason = values
    return {
        "id": pk, "code": code, "title": title, "department": department, "department_name": name,
        "state": state, "state_label": STATES[state].label, "percent": percent, "ends_on": plain(ends_on),
        "push_count": pushes, "reason": reason or "", "reason_kind_label": words.get(kind or "", ""),
        "items": items.get(pk, []),
    }  # fmt: skip


def merged_rows() -> list[dict[str, Any]]:
    rows = Action.objects.filter(merged_into__isnull=False).select_related("merged_into")
    return [
        {
            "id": a.pk, "into_code": a.merged_into.code, "into_title": a.merged_into.title,
            "kind_label": a.get_merge_kind_display(), "reason": a.merge_reason,
        }
        for a in rows
    ]  # fmt: skip
