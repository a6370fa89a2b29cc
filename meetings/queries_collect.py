"""Everything that a snapshot holds, gathered from the live rows in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any, cast

from accounts.models import Department
from actions import figures, status
from actions.models import Action, hurdle_state_choices, lifecycle_choices, reason_choices
from lib.states import STATES
from meetings.content import SCHEMA, Content, Counts, MeetingRow
from meetings.models import Meeting
from meetings.queries_collect_actions import action_rows, hurdle_rows, merged_rows
from meetings.queries_collect_rest import decision_rows, indicator_rows, item_rows, maturity_of
from rounds.models import Reply, Round
from rounds.queries import expected_as_of, round_that_counts
from rounds.states import REPLY_STATES
from strategy.models import Edition, Element
from strategy.models.national import category_choices
from strategy.tree import element_scope

LEADING = ("vision", "pillar", "future", "measure")


def collect(as_of: dt.date) -> Content:
    """The whole city as it stands in the database, judged on the day `as_of`."""
    rounds = list(Round.objects.all())
    expected, round_ = expected_as_of(as_of, rounds), round_that_counts(as_of, rounds)
    rows = Action.objects.live().with_state(as_of, expected)
    census = figures.Census(rows)
    departments = _departments(census, round_)
    found = {
        "schema": SCHEMA, "as_of": as_of.isoformat(), "labels": _labels(),
        "round": _round(round_, departments), "totals": census.states(),
        "departments": departments, "silent": [d["id"] for d in departments if d["reply"] == "silent"],
        "actions": action_rows(rows, as_of, expected), "items": item_rows(census, as_of),
        "maturity": maturity_of(), "indicators": indicator_rows(as_of), "decisions": decision_rows(),
        "hurdles": hurdle_rows(), "merged": merged_rows(),
    }  # fmt: skip
    return cast(Content, found | _strategy(census))


def meeting_row(meeting: Meeting) -> MeetingRow:
    """What the cover and the 次第 of its pack say."""
    lines = [
        {"kind_label": row.get_kind_display(), "title": row.title, "note": row.note,
         "actions": [a.title for a in row.actions.all()]}
        for row in meeting.agenda.prefetch_related("actions")
    ]  # fmt: skip
    return cast(MeetingRow, {
        "title": meeting.title, "body": meeting.body.name, "when": meeting.when, "place": meeting.place,
        "held_on": meeting.held_on.isoformat(), "agenda": lines,
    })  # fmt: skip


def _labels() -> dict[str, dict[str, str]]:
    return {
        "states": {s.key: s.label for s in STATES.values()}, "lifecycles": dict(lifecycle_choices()),
        "reasons": dict(reason_choices()), "categories": dict(category_choices()),
        "replies": {s.key: s.label for s in REPLY_STATES.values()}, "rules": dict(status.RULES),
        "hurdles": dict(hurdle_state_choices()),
    }  # fmt: skip


def _round(round_: Round | None, departments: list[dict[str, Any]]) -> dict[str, Any] | None:
    if round_ is None:
        return None
    states = [d["reply"] for d in departments if d["reply"] not in (None, "void")]
    return {
        "id": round_.pk, "title": round_.title, "period": round_.period, "period_label": round_.fiscal_period.label,
        "due_on": round_.due_on.isoformat(), "asked": len(states), "accepted": states.count("accepted"),
    }  # fmt: skip


def _departments(census: figures.Census, round_: Round | None) -> list[dict[str, Any]]:
    """Departments that lead actions or were asked, in the order of the organisation."""
    counts = census.by_department()
    history = _history(round_)
    wanted = {*counts, *history}
    found = Department.objects.filter(pk__in=wanted).select_related("parent")
    return [_department(d, counts.get(d.pk), history.get(d.pk, []), round_) for d in found]


def _history(round_: Round | None) -> dict[int, list[tuple[int, str, dt.date]]]:
    """What each department answered up to the round that counts, newest first: round, shown state, end of period."""
    found: dict[int, list[tuple[int, str, dt.date]]] = defaultdict(list)
    if round_ is None:
        return found
    replies = Reply.objects.filter(round__period_end__lte=round_.period_end).order_by("-round__period_end", "-round_id")
    for department, round_id, state, started, end in replies.values_list(
        "department_id", "round_id", "state", "started_at", "round__period_end"
    ):
        shown = "silent" if state == "draft" and started is None else state
        found[department].append((round_id, shown, end))
    return found


def _department(
    department: Department, counts: Counts | None, history: list[tuple[int, str, dt.date]], round_: Round | None
) -> dict[str, Any]:
    reply = next((state for round_id, state, _ in history if round_ and round_id == round_.pk), None)
    answered = [end for _, state, end in history if state not in ("silent", "void")]
    streak = next((n for n, (_, state, _) in enumerate(history) if state != "silent"), len(history))
    return {
        "id": department.pk, "code": department.code, "name": department.name, "short_name": department.short_name,
        "parent": department.parent.name if department.parent else "", "order": department.order,
        "reply": reply, "reply_label": REPLY_STATES[reply].label if reply else "", "streak": streak,
        "last_reported": answered[0].isoformat() if answered else None, "counts": counts or figures.empty_counts(),
    }  # fmt: skip


def _strategy(census: figures.Census) -> dict[str, Any]:
    """The city, and the elements of the edition in force with their actions counted as everywhere else."""
    edition = Edition.objects.main_published().select_related("plan").first()
    if edition is None:
        return {"city": {"name": "", "code": "", "plan": "", "edition": ""}, "elements": []}
    plan = edition.plan
    elements = list(edition.elements.select_related("layer").order_by("layer__order", "layer_id", "order", "pk"))
    counts = census.by_element(element_scope(edition, {e.pk: e.parent_id for e in elements}))
    leading = _leading(elements)
    return {
        "city": {
            "name": plan.municipality, "code": plan.municipality_code, "plan": plan.name, "edition": edition.label,
        },
        "elements": [_element(e, counts.get(e.pk), e.layer_id == leading) for e in elements],
    }  # fmt: skip


def _leading(elements: list[Element]) -> int | None:
    """The layer that divides the plan: its visions if there are any, else pillars, changes or measures."""
    for role in LEADING:
        if found := next((e.layer_id for e in elements if e.layer.role == role), None):
            return found
    return None


def _element(element: Element, counted: figures.ElementFigures | None, leading: bool) -> dict[str, Any]:
    shown = counted or figures.ElementFigures()
    return {
        "id": element.pk, "lineage": str(element.lineage), "label": element.label, "title": element.title,
        "layer": element.layer.name, "role": element.layer.role, "leading": leading,
        "counts": shown.counts, "total": shown.total, "mean_percent": shown.mean_percent,
    }  # fmt: skip
