"""What a new action is begun with, from the address that led to its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.models import Proposal, reason_choices
from maturity.models import Axis

TITLE_LENGTH = 120


def number_of(text: str) -> int | None:
    """A key from an address; None for anything that no row can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def axis_in_use(line: str) -> Axis | None:
    """The axis of the rubric in use that continues a line: what actions are linked to from now on."""
    return Axis.objects.filter(rubric__is_current=True, line=line).first()


def prefilled(query: Mapping[str, str], proposal: Proposal | None = None) -> dict[str, Any]:
    """Initial values from `department`, `axis` (keys) and `title`, or what a proposal says; what does not exist is
    left out.

    An axis of an older version of the rubric stands for the one that continues it.
    """
    values: dict[str, Any] = _proposed(proposal) if proposal else {}
    if title := query.get("title", "").strip():
        values["title"] = title[:TITLE_LENGTH]
    if department := number_of(query.get("department", "")):
        values["lead_department"] = department
    asked = Axis.objects.filter(pk=number_of(query.get("axis", "")), rubric__is_draft=False).first()
    if asked and (axis := axis_in_use(asked.line)):
        values["axes"] = [axis.pk]
    return values


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
