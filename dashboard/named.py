"""Actions that the dashboard names: the late ones that it shows and those that a snapshot knows, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, OuterRef, Subquery, When

from actions import status
from actions.figures import Judged, Late, LateRow
from actions.models import Action, DateChange, ProgressReport, reason_choices
from dashboard.city import City
from lib.joined import Beside, joined, split
from meetings.queries_now import MOST_KEYS, READ, Standing, standing_of, with_read
from meetings.words import day

REASONS = dict(reason_choices())


@dataclass(frozen=True)
class Named:
    """`threads` are the ways of the end dates: every day that was promised, the present one last."""

    late: Late
    threads: dict[int, list[str]]
    standing: Standing


def named(city: City, judged: Judged, known: set[int]) -> Named:
    """The first late actions whole, and how those `known` to a snapshot stand now (1 query)."""
    rows = _read(city, list(judged.first), known)
    by_key = {row[READ.index("pk")]: row for row in rows}
    late = [(newly, dict(zip(COLUMNS, by_key[pk], strict=True))) for pk, newly in judged.first.items()]
    return Named(
        Late(judged.total, judged.newly, [_late_row(city, row, newly) for newly, row in late]),
        {row["pk"]: _thread(row) for _, row in late},
        standing_of((row[: len(READ)] for row in rows), known),
    )


COLUMNS = (*READ, "starts_on", "ends_on", "reported_as_of", "said", "moved")


def _read(city: City, shown: list[int], known: set[int]) -> list[tuple[Any, ...]]:
    """The words of the last report and the moves of the end come along for those `shown` alone."""
    report = ProgressReport.objects.filter(pk=OuterRef("last_report")).values(said=Beside("reason_kind", "reason"))
    changes = DateChange.objects.of_end().filter(action=OuterRef("pk"))
    rows = with_read(Action.objects.with_state(city.today, city.expected)).annotate(
        said=Case(When(pk__in=shown, then=Subquery(report))),
        moved=Case(When(pk__in=shown, then=joined(changes, "action", "pk", "old_on", "changed_at"))),
    )
    keys = {*shown, *known}
    return list((rows if len(keys) > MOST_KEYS else rows.filter(pk__in=keys)).order_by().values_list(*COLUMNS))


def _late_row(city: City, row: dict[str, Any], newly: bool) -> LateRow:
    kind, _, reason = (row["said"] or "").partition(":")
    names = ("pk", "code", "title", "percent", "pushes", "starts_on", "ends_on", "reported_as_of")
    action = Action(**{name: row[name] for name in names})
    action.lead_department = city.departments[row["lead_department_id"]]
    planned = status.planned_percent(action.starts_on, action.ends_on, action.reported_as_of or city.today)
    return LateRow(action, row["state_key"], newly, REASONS.get(kind, ""), reason, planned)


def _thread(row: dict[str, Any]) -> list[str]:
    moves = sorted((at, int(pk), old_on) for pk, old_on, at in (move.split(":", 2) for move in split(row["moved"])))
    return [*(day(old_on) for _, _, old_on in moves), day(row["ends_on"].isoformat())]
