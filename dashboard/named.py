"""Actions that the dashboard names: the late ones that it shows and those that a snapshot knows, in one statement."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, OuterRef, Q, Subquery, When

from accounts.models import Department
from actions import rules, status
from actions.figures import LATENESS, Judged, Late, LateRow, judge, report_before, with_lateness
from actions.models import Action, DateChange, ProgressReport, reason_choices
from actions.querysets import ActionQuerySet
from actions.roll import Counts, empty_counts
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
    rows = _read(city, list(judged.order), known)
    read = (dict(zip(COLUMNS, row, strict=True)) for row in rows if row[READ.index("pk")] in judged.order)
    late, threads = _drawn(judged, {row["pk"]: row for row in read}, city.departments, city.today)
    return Named(late, threads, standing_of((row[: len(READ)] for row in rows), known))


def of_department(department: Department, today: dt.date, expected: dt.date | None, most: int) -> tuple[Counts, Named]:
    """All actions in force that a department leads: by state, and the first `most` late ones whole (1 query)."""
    late = When(state_key__in=rules.DELAYED, then=report_before())
    rows = Action.objects.live().with_state(today, expected).filter(lead_department=department).order_by()
    rows = _with_words(with_lateness(rows).annotate(before=Case(late)), Q(state_key__in=rules.DELAYED))
    read = [dict(zip(OWN, row, strict=True)) for row in rows.values_list(*OWN)]
    delayed = {row["pk"]: row for row in read if row["state_key"] in rules.DELAYED}
    judged = judge(([row[name] for name in LATENESS] for row in delayed.values()), most)
    counts = empty_counts() | Counter(row["state_key"] for row in read)
    return counts, Named(*_drawn(judged, delayed, {department.pk: department}, today), Standing([], set()))


def _drawn(
    judged: Judged, rows: Mapping[int, dict[str, Any]], departments: Mapping[int, Department], today: dt.date
) -> tuple[Late, dict[int, list[str]]]:
    first = judged.first({pk: row["code"] for pk, row in rows.items()})
    late = [_late_row(rows[pk], newly, departments, today) for pk, newly in first.items()]
    return Late(judged.total, judged.newly, late), {pk: _thread(rows[pk]) for pk in first}


SHOWN = ("starts_on", "ends_on", "reported_as_of", "said", "moved")
COLUMNS = (*READ, *SHOWN)
OWN = (*LATENESS, "code", "title", "percent", "pushes", "lead_department_id", *SHOWN)


def _read(city: City, shown: list[int], known: set[int]) -> list[tuple[Any, ...]]:
    keys, rows = {*shown, *known}, with_read(Action.objects.with_state(city.today, city.expected)).order_by()
    if len(keys) > MOST_KEYS:
        return list(_with_words(rows, Q(pk__in=shown)).values_list(*COLUMNS))
    return list(_with_words(rows.filter(pk__in=keys)).values_list(*COLUMNS))


def _with_words(rows: ActionQuerySet, shown: Q | None = None) -> ActionQuerySet:
    """The words of the last report and the moves of the end; of ten thousand rows for those `shown` alone."""
    report = ProgressReport.objects.filter(pk=OuterRef("last_report")).values(said=Beside("reason_kind", "reason"))
    changes = DateChange.objects.of_end().filter(action=OuterRef("pk"))
    words = {"said": Subquery(report), "moved": joined(changes, "action", "pk", "old_on", "changed_at")}
    return rows.annotate(**{name: Case(When(shown, then=w)) if shown else w for name, w in words.items()})


def _late_row(
    row: dict[str, Any], newly: bool, departments: Mapping[int, Department], today: dt.date
) -> LateRow:
    kind, _, reason = (row["said"] or "").partition(":")
    names = ("pk", "code", "title", "percent", "pushes", "starts_on", "ends_on", "reported_as_of")
    action = Action(**{name: row[name] for name in names})
    action.lead_department = departments[row["lead_department_id"]]
    planned = status.planned_percent(action.starts_on, action.ends_on, action.reported_as_of or today)
    return LateRow(action, row["state_key"], newly, REASONS.get(kind, ""), reason, planned)


def _thread(row: dict[str, Any]) -> list[str]:
    moves = sorted((at, int(pk), old_on) for pk, old_on, at in (move.split(":", 2) for move in split(row["moved"])))
    return [*(day(old_on) for _, _, old_on in moves), day(row["ends_on"].isoformat())]
