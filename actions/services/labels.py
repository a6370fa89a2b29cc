"""What the ledger keeps of an action, a step of its schedule and a report: labels, not keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from actions.models import Action, Milestone, Phase, ProgressReport
from lib import ledger
from lib.wareki import format_date

ACTION_FIELDS = (
    "plan", "code", "title", "purpose", "issue", "lead_department", "responsible_post", "starts_on", "ends_on",
)  # fmt: skip
ACTION_SETS = ("supporting", "elements", "items", "axes")
OFFICIAL_FIELDS = ("lifecycle", "percent", "reported_as_of", "behind")
REPORT_FIELDS = (
    "lifecycle", "percent", "done", "reason_kind", "reason", "no_change", "grade", "new_ends_on", "milestones_done",
    "milestones_moved",
)  # fmt: skip


def labelled(obj: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """Values of fields as people read them: a choice by its word, a relation by its name."""
    values = {}
    for name in fields:
        field = obj._meta.get_field(name)
        value = getattr(obj, f"get_{name}_display")() if field.choices else getattr(obj, name)
        values[name] = ledger.plain(value)
    return values


# A key "items" would hide the method of that name from the templates that list the changes.
LEDGER_NAMES = {"items": "national_items"}


def sets_of(action: Action) -> dict[str, list[str]]:
    return {LEDGER_NAMES.get(name, name): [str(o) for o in getattr(action, name).all()] for name in ACTION_SETS}


def whole(action: Action) -> dict[str, Any]:
    """Fields and relations of an action together."""
    return labelled(action, ACTION_FIELDS) | sets_of(action)


def phase_line(phase: Phase) -> str:
    kind = "・実績" if phase.actual else ""
    period = f"{format_date(phase.starts_on)}〜{format_date(phase.ends_on)}"
    return f"{phase.label}（{phase.get_owner_display()}{kind}）{period}"


def milestone_line(milestone: Milestone) -> str:
    done = f"（{format_date(milestone.done_on)}達成）" if milestone.done_on else ""
    return f"{milestone.title} {format_date(milestone.due_on)}{done}"


def report_state(report: ProgressReport) -> dict[str, Any]:
    lines = {"milestones_done": reached_lines(report), "milestones_moved": moved_lines(report)}
    return labelled(report, REPORT_FIELDS) | lines


def reached_lines(report: ProgressReport) -> list[str]:
    """The milestones that a report says were reached, as people read them."""
    reached = report.milestones_done.values()
    return [f"{r['title']} {format_date(dt.date.fromisoformat(r['done_on']))}達成" for r in reached]


def moved_lines(report: ProgressReport) -> list[str]:
    """The milestones whose due dates a report moves, as people read them."""
    return [f"{title} 期日 {old} → {new}" for title, old, new in moved_dates(report)]


def moved_dates(report: ProgressReport) -> list[tuple[str, str, str]]:
    """Title, due date before and due date after of each milestone that a report moves."""
    moved = report.milestones_moved.values()
    return [(m["title"], *(format_date(dt.date.fromisoformat(m[k])) for k in ("old_on", "due_on"))) for m in moved]


def refuse_long_text(obj: models.Model) -> None:
    """Hold text areas to their limit: Django leaves the length of a TextField to the form."""
    errors: dict[str, list[str]] = {}
    for field in obj._meta.concrete_fields:
        if isinstance(field, models.TextField) and field.max_length:
            size = len(getattr(obj, field.attname) or "")
            if size > field.max_length:
                errors[field.name] = [f"{field.max_length}字以内で入力してください（いま{size}字）。"]
    if errors:
        raise ValidationError(errors)


def refuse_unknown(values: Mapping[str, Any], known: Iterable[str]) -> None:
    """Guard keyword services against a misspelt field."""
    if unknown := set(values) - set(known):
        raise TypeError(f"unknown fields: {sorted(unknown)}")
