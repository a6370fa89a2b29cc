"""The actions of a snapshot, each with all that pages and packs show of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from actions import figures, status
from actions.models import Action, DateChange, Grade, Hurdle
from lib.ledger import plain
from lib.states import STATES
from strategy.models import Element


def action_rows(rows: Any, today: dt.date, expected: dt.date | None) -> list[dict[str, Any]]:
    """Every action in force, by its code."""
    newly = figures.newly_late(rows)
    elements = Prefetch("elements", Element.objects.select_related("layer"))
    changes = Prefetch("date_changes", DateChange.objects.of_end())
    full = rows.select_related("lead_department", "last_report", "self_grade", "head_grade").prefetch_related(
        "supporting", "items", elements, "phases", "milestones", changes
    )
    return [_row(action, today, expected) | {"newly": action.pk in newly} for action in full]


def _row(action: Any, today: dt.date, expected: dt.date | None) -> dict[str, Any]:
    return {
        "id": action.pk, "code": action.code, "title": action.title,
        "department": action.lead_department_id, "department_name": action.lead_department.name,
        "departments": [d.name for d in action.supporting.all()],
        "lifecycle": action.lifecycle, "lifecycle_label": action.get_lifecycle_display(),
        "state": action.state_key, "state_label": STATES[action.state_key].label,
        "rule": status.explain(action.facts(expected), today), "percent": action.percent,
        "planned": status.planned_percent(action.starts_on, action.ends_on, action.reported_as_of or today),
        "starts_on": plain(action.starts_on), "ends_on": plain(action.ends_on),
        "reported_as_of": plain(action.reported_as_of), "push_count": action.pushes,
        "pushes": [_push(c) for c in action.date_changes.all()],
        "self_grade": _grade(action.self_grade), "head_grade": _grade(action.head_grade),
    } | _said(action) | _relations(action)  # fmt: skip


def _push(change: DateChange) -> dict[str, Any]:
    return {
        "on": plain(timezone.localdate(change.changed_at)),
        "before": plain(change.old_on), "after": plain(change.new_on),
        "reason_kind_label": change.get_reason_kind_display() if change.reason_kind else "", "reason": change.reason,
    }  # fmt: skip


def _grade(grade: Grade | None) -> dict[str, Any] | None:
    return {"code": grade.code, "label": grade.label, "value": grade.value} if grade else None


def _said(action: Action) -> dict[str, Any]:
    """Words of the last official report."""
    last = action.last_report
    if last is None:
        return {"reason_kind": "", "reason_kind_label": "", "reason": "", "done": ""}
    kind = last.get_reason_kind_display() if last.reason_kind else ""
    return {"reason_kind": last.reason_kind, "reason_kind_label": kind, "reason": last.reason, "done": last.done}


def _relations(action: Action) -> dict[str, Any]:
    return {
        "items": [{"key": i.key, "name": i.name} for i in action.items.all()],
        "elements": [
            {"lineage": str(e.lineage), "label": e.label, "title": e.title, "layer": e.layer.name}
            for e in action.elements.all()
        ],
        "phases": [
            {
                "label": p.label, "owner": p.owner, "owner_label": p.get_owner_display(),
                "starts_on": plain(p.starts_on), "ends_on": plain(p.ends_on), "actual": p.actual,
            }
            for p in action.phases.all()
        ],
        "milestones": [
            {"title": m.title, "due_on": plain(m.due_on), "done_on": plain(m.done_on)}
            for m in action.milestones.all()
        ],
    }  # fmt: skip


def merged_rows() -> list[dict[str, Any]]:
    """Actions that live on in another one."""
    rows = Action.objects.filter(merged_into__isnull=False).select_related("merged_into")
    return [
        {
            "id": a.pk, "code": a.code, "title": a.title, "into": a.merged_into_id,
            "into_code": a.merged_into.code, "into_title": a.merged_into.title,
            "kind_label": a.get_merge_kind_display(), "reason": a.merge_reason,
        }
        for a in rows
    ]  # fmt: skip


def hurdle_rows() -> list[dict[str, Any]]:
    """Hurdles that everybody may read, with what is asked of the country or the prefecture."""
    rows = Hurdle.objects.official().select_related("raised_by_department", "owner_department")
    return [_hurdle(h) for h in rows.prefetch_related("actions", "requests").order_by("raised_on", "pk")]


def _hurdle(hurdle: Hurdle) -> dict[str, Any]:
    owner = hurdle.owner_department
    return {
        "id": hurdle.pk, "kind": hurdle.kind, "kind_label": hurdle.get_kind_display(), "title": hurdle.title,
        "text": hurdle.text, "state": hurdle.state, "state_label": hurdle.get_state_display(),
        "cross_cutting": hurdle.cross_cutting, "raised_by": hurdle.raised_by_department.name,
        "owner": owner.name if owner else "", "raised_on": plain(hurdle.raised_on),
        "solved_on": plain(hurdle.solved_on), "resolution": hurdle.resolution,
        "actions": [a.pk for a in hurdle.actions.all()],
        "requests": [
            {
                "addressee": r.addressee, "text": r.text, "submitted_on": plain(r.submitted_on),
                "answer": r.answer, "answered_on": plain(r.answered_on),
            }
            for r in hurdle.requests.all()
        ],
    }  # fmt: skip
