"""The other sections of the present that a comparison reads: hurdles, indicators, decisions (1 query each)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import FilteredRelation, OuterRef, Subquery

from actions.models import Hurdle, hurdle_state_choices
from lib.joined import blank, joined, split
from lib.models import set_prefetched
from meetings.models import Decision, DecisionReport
from meetings.models.decisions import kind_choices, state_choices
from strategy.models import Indicator, IndicatorTarget
from strategy.queries_indicators import Reading

HURDLE_STATES, KINDS, STATES = dict(hurdle_state_choices()), dict(kind_choices()), dict(state_choices())
Row = dict[str, Any]


def hurdle_rows() -> list[Row]:
    """Hurdles that everybody may read."""
    rows = Hurdle.objects.official().order_by("raised_on", "pk")
    columns = ("pk", "title", "state", "resolution", "raised_by_department__name")
    return [
        {
            "id": pk, "title": title, "state": state, "state_label": HURDLE_STATES[state], "resolution": resolution,
            "raised_by": raised_by,
        }
        for pk, title, state, resolution, raised_by in rows.values_list(*columns)
    ]  # fmt: skip


def decision_rows() -> list[Row]:
    """Every decision, the oldest meeting first, with what was last reported on it."""
    last = Subquery(DecisionReport.objects.filter(decision=OuterRef("pk")).values("text")[:1])
    rows = Decision.objects.annotate(report=last).order_by("meeting__held_on", "meeting_id", "order", "pk")
    columns = ("pk", "kind", "text", "department__name", "state", "report")
    return [
        {
            "id": pk, "kind_label": KINDS[kind], "text": text, "department_name": department or "", "state": state,
            "state_label": STATES[state], "report": report or "",
        }
        for pk, kind, text, department, state, report in rows.values_list(*columns)
    ]  # fmt: skip


def indicator_rows(today: dt.date) -> list[Row]:
    return [
        {
            "id": reading.indicator.pk, "name": reading.indicator.name, "said": reading.latest_said,
            "department_name": reading.indicator.department.name, "grade_label": reading.grade.label,
        }
        for reading in (Reading(row, today) for row in _indicators())
    ]  # fmt: skip


def _indicators() -> list[Indicator]:
    """Indicators in use with their actuals as rows of their own and their targets as one text."""
    goals = IndicatorTarget.objects.filter(indicator=OuterRef("pk"))
    rows = Indicator.objects.live().annotate(told=FilteredRelation("actuals"))
    rows = rows.annotate(goals=joined(goals, "indicator", "fiscal_year", blank("value")))
    actuals: dict[Indicator, list[Any]] = {}
    for row in rows.select_related("department", "told").order_by("name", "pk", "told__as_of", "told__pk"):
        actuals.setdefault(row, []).extend([row.told] if hasattr(row, "told") else [])
    for row, found in actuals.items():
        set_prefetched(row, "actuals", found)
        set_prefetched(row, "targets", _targets(row))
    return list(actuals)


def _targets(row: Any) -> list[IndicatorTarget]:
    pairs = sorted(goal.split(":") for goal in split(row.goals))
    return [IndicatorTarget(fiscal_year=int(y), value=Decimal(v) if v else None) for y, v in pairs]
