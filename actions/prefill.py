"""What a new action is begun with, from the address that led to its form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import Department
from actions.models import Action, Proposal, reason_choices
from lib.http import number_of
from maturity.models import Axis
from maturity.pages import gap_page

TITLE_LENGTH = 120


def axis_in_use(line: str) -> Axis | None:
    """The axis of the rubric in use that continues a line: what actions are linked to from now on."""
    return Axis.objects.filter(rubric__is_current=True, line=line).first()


def prefilled(query: Mapping[str, str], proposal: Proposal | None = None) -> dict[str, Any]:
    """Initial values from `department`, `axis` (keys) and `title`, or what a proposal says; what does not exist is
    left out.

    An axis of an older version of the rubric stands for the one that continues it. Where the department has a gap on
    the axis, the action is begun with its words and its due day.
    """
    values: dict[str, Any] = _proposed(proposal) if proposal else {}
    if title := query.get("title", "").strip():
        values["title"] = title[:TITLE_LENGTH]
    if department := number_of(query.get("department", "")):
        values["lead_department"] = department
    if (asked := asked_axis(query)) and (axis := axis_in_use(asked.line)):
        values["axes"] = [axis.pk]
    return _from_gap(department, asked, timezone.localdate()) | values if department and asked else values


def asked_axis(query: Mapping[str, str]) -> Axis | None:
    """The published axis that an address names."""
    return Axis.objects.filter(pk=number_of(query.get("axis", "")), rubric__is_draft=False).first()


def closes_gap(action: Action, axis: Axis) -> bool:
    """Whether the page of the department's gap on this axis exists and shows the action."""
    shown = action.axes.filter(line=axis.line).exists()
    return shown and gap_page(action.lead_department, axis, timezone.localdate()) is not None


def _from_gap(department: int, axis: Axis, today: dt.date) -> dict[str, Any]:
    """Where the department stands and where it wants to be, in the words of the rubric."""
    found = Department.objects.filter(pk=department).first()
    page = gap_page(found, axis, today) if found else None
    if page is None or page.gap is None:
        return {}
    now, goal = page.steps[0], page.steps[-1]
    values: dict[str, Any] = {
        "issue": f"成熟度「{axis}」はいまレベル{now.number}：{now.descriptor}",
        "purpose": f"「{axis}」をレベル{goal.number}にする：{goal.descriptor}", "starts_on": today,
    }  # fmt: skip
    return values | ({"ends_on": page.gap.due} if page.gap.due and page.gap.due > today else {})


def _proposed(proposal: Proposal) -> dict[str, Any]:
    return {
        "title": proposal.title, "purpose": proposal.effect, "issue": proposal.issue,
        "lead_department": proposal.department_id, "starts_on": proposal.starts_on, "ends_on": proposal.ends_on,
    }  # fmt: skip


def hurdle_prefilled(query: Mapping[str, str]) -> dict[str, Any]:
    """Initial values of a hurdle from `title`, `text`, `source`, `department` and `action`, e.g. from a survey."""
    values: dict[str, Any] = {}
    for name, length in (("title", 100), ("text", 1000), ("source", 100)):
        if words := query.get(name, "").strip():
            values[name] = words[:length]
    if department := number_of(query.get("department", "")):
        values["raised_by_department"] = department
    if action := number_of(query.get("action", "")):
        values["actions"] = [action]
    if query.get("kind", "") in dict(reason_choices()):
        values["kind"] = query["kind"]
    return values
