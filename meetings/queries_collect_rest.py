"""The other sections of a snapshot: national items, maturity, indicators, decisions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from actions import figures
from lib.ledger import plain
from maturity import queries as maturity_queries
from maturity.models import Rubric
from maturity.scoring import Mark
from meetings.models import Decision
from strategy.models import Indicator
from strategy.queries_indicators import Reading, readings
from strategy.queries_national import ItemView, RegisterView, current_items


def item_rows(census: figures.Census, today: dt.date) -> list[dict[str, Any]]:
    """Items of the national version in force with targets, registers and the actions behind them."""
    counts = census.by_item()
    return [_item(view, counts.get(view.item.pk) or figures.empty_counts()) for view in current_items(today)]


def _item(view: ItemView, counts: figures.Counts) -> dict[str, Any]:
    item = view.item
    targets = [
        {
            "statement": t.target.statement, "due_on": plain(t.target.due_on), "due_label": t.due,
            "measured": t.is_measured, "past": t.is_past,
        }
        for t in view.targets
    ]  # fmt: skip
    return {
        "id": item.pk, "key": item.key, "name": item.name, "short_name": item.short_name,
        "category": item.category, "category_label": item.get_category_display(), "tag": item.tag,
        "targets": targets, "registers": [_register(r) for r in view.registers],
        "counts": counts, "total": sum(counts.values()),
    }  # fmt: skip


def _register(view: RegisterView) -> dict[str, Any]:
    return {
        "key": view.register.key, "name": view.register.name, "unit": view.register.unit,
        "done": view.tally.done, "applicable": view.tally.applicable,
        "outcome": view.outcome, "outcome_label": view.label,
    }  # fmt: skip


def maturity_of() -> dict[str, Any] | None:
    """The newest round with an accepted assessment: averages by axis, and the levels of each department."""
    found = maturity_queries.city_radar()
    if found is None:
        return None
    rubric = Rubric.objects.filter(axes__line__in=[a.key for a in found.axes]).order_by("-is_current", "-pk").first()
    return {
        "round": str(found.round), "period_label": found.round.fiscal_period.label, "rubric": str(rubric or ""),
        "lowest": found.minimum, "highest": found.maximum, "axes": [_axis(a) for a in found.axes],
        "levels": {str(pk): {line: _level(m) for line, m in of_one.items()} for pk, of_one in found.marks.items()},
        "overall": plain(found.overall), "overall_reviewed": plain(found.overall_reviewed),
        "answered": found.answered, "asked": found.asked,
    }  # fmt: skip


def _axis(figure: Any) -> dict[str, Any]:
    return {
        "line": figure.key, "name": figure.name, "weight": str(figure.weight), "self": plain(figure.now),
        "reviewed": plain(figure.reviewed), "target": plain(figure.target), "answered": figure.answered,
        "reviewed_count": figure.reviewed_count, "not_applicable": figure.not_applicable,
    }  # fmt: skip


def _level(mark: Mark) -> dict[str, Any]:
    return {
        "level": mark.level, "reviewed": mark.reviewed, "target": mark.target, "not_applicable": mark.not_applicable,
    }  # fmt: skip


def indicator_rows(today: dt.date) -> list[dict[str, Any]]:
    rows = Indicator.objects.live().prefetch_related("items", "elements").order_by("name", "pk")
    return [_indicator(reading) for reading in readings(rows, today)]


def _indicator(reading: Reading) -> dict[str, Any]:
    row, latest = reading.indicator, reading.latest
    return {
        "id": row.pk, "name": row.name, "unit": row.unit, "department": row.department_id,
        "department_name": row.department.name, "baseline": reading.baseline,
        "value": plain(latest.value) if latest else None, "said": reading.latest_said,
        "as_of": plain(latest.as_of) if latest else None, "goals": [list(pair) for pair in reading.goals],
        "direction": row.direction, "grade": reading.grade.key, "grade_label": reading.grade.label,
        "items": [i.key for i in row.items.all()], "elements": [str(e.lineage) for e in row.elements.all()],
    }  # fmt: skip


def decision_rows() -> list[dict[str, Any]]:
    """Every decision, the oldest meeting first, with what was last reported on it."""
    rows = Decision.objects.for_lists().prefetch_related("links", "reports")
    return [_decision(row) for row in rows.order_by("meeting__held_on", "meeting_id", "order", "pk")]


def _decision(row: Decision) -> dict[str, Any]:
    reports = list(row.reports.all())
    return {
        "id": row.pk, "kind": row.kind, "kind_label": row.get_kind_display(), "text": row.text,
        "department": row.department_id, "department_name": row.department.name if row.department else "",
        "due_on": plain(row.due_on), "state": row.state, "state_label": row.get_state_display(),
        "done_on": plain(row.done_on), "meeting": row.meeting_id, "meeting_title": row.meeting.title,
        "meeting_on": plain(row.meeting.held_on), "report": reports[0].text if reports else "",
        "actions": [link.action_id for link in row.links.all()],
    }  # fmt: skip
