"""What the next meeting is about and what earlier ones left to do, as the dashboard shows both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery

from meetings.models import AgendaItem, Decision, Meeting

LONG = ("minutes", "internal_minutes")


@dataclass(frozen=True)
class Ahead:
    """`meeting` is the next planned sitting of 本部会議; `open` are 指示 and 宿題, the most urgent first."""

    meeting: Meeting | None = None
    agenda: list[AgendaItem] = field(default_factory=list)
    open: list[Decision] = field(default_factory=list)


def ahead(today: dt.date) -> Ahead:
    """As `next_meeting` and `open_decisions` of `meetings.queries` give them, in one statement; of a sitting that is
    still to come, its agenda only."""
    planned: dict[Meeting, dict[int, AgendaItem]] = {}
    left: dict[int, Decision] = {}
    for row in _rows():
        # What is written down for a sitting that is still to come is not left over from one.
        if (todo := getattr(row, "todo", None)) and not (row.state == "planned" and row.held_on > today):
            left[todo.pk] = todo
        if row.state == "planned" and row.kind == "headquarters":
            found = planned.setdefault(row, {})
            if item := getattr(row, "item", None):
                found[item.pk] = item
    meetings = sorted(planned, key=lambda m: (m.held_on, m.pk))
    meeting = next((m for m in meetings if m.held_on >= today), meetings[-1] if meetings else None)
    agenda = sorted(planned[meeting].values(), key=lambda i: (i.order, i.pk)) if meeting else []
    return Ahead(meeting, agenda, sorted(left.values(), key=_urgency))


def _rows() -> Any:
    """Planned sittings with each item of their agenda, earlier ones once for each decision that is left."""
    unfinished = ~Q(decisions__state="done") & ~Q(decisions__kind="decision")
    rows = Meeting.objects.annotate(
        todo=FilteredRelation("decisions", condition=unfinished), item=FilteredRelation("agenda"), kind=F("body__kind")
    )
    first = AgendaItem.objects.filter(meeting=OuterRef("pk")).order_by("pk").values("pk")[:1]
    once = Q(item__isnull=True) | Q(item=Subquery(first))
    wanted = Q(state="planned", body__kind="headquarters") | (Q(todo__isnull=False) & once)
    return rows.filter(wanted).defer(*LONG).select_related("todo__department", "item").order_by()


def _urgency(decision: Decision) -> tuple[Any, ...]:
    """The order of `DecisionQuerySet.most_urgent_first`."""
    held_on = decision.meeting.held_on
    return decision.due_on is None, decision.due_on or held_on, held_on, decision.order, decision.pk
