"""The present in the shape of a snapshot, with just what `meetings.compare.compare` reads, in nine queries.

`queries_collect.collect` gathers all that is frozen; a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from accounts.models import Department
from actions.models import Action, DateChange, merge_choices, reason_choices
from lib.joined import Beside, Joined, joined, split
from lib.ledger import plain
from lib.states import STATES
from maturity.queries import assessed_rounds, city_radar, counted_rounds
from meetings.queries_present_rest import decision_rows, hurdle_rows, indicator_rows
from rounds.queries import expected_as_of, round_that_counts
from rounds.querysets import shown_state
from strategy.models import Element, PriorityItem

REASONS, ENDINGS = dict(reason_choices()), dict(merge_choices())
Row = dict[str, Any]


@dataclass(frozen=True)
class Present:
    """The content to compare, with the departments and national items that it names."""

    content: Row
    departments: dict[int, Department]
    items: list[Any]


def present(today: dt.date) -> Present:
    said = Joined(Beside("replies__department", shown_state("replies__")), filter=Q(replies__isnull=False))
    rounds: list[Any] = list(counted_rounds().annotate(said=said))
    departments = {d.pk: d for d in Department.objects.all()}
    items = _items()
    actions, merged = _actions(today, expected_as_of(today, rounds), departments, _keys(items))
    told = _departments(today, rounds, departments, {a["department"] for a in actions})
    content = {
        "as_of": today.isoformat(), "totals": _totals(actions), "actions": actions, "merged": merged,
        "departments": told, "silent": [d["id"] for d in told if d["silent"]], "elements": _elements(),
        "indicators": indicator_rows(today), "maturity": _maturity(rounds),
        "hurdles": hurdle_rows(), "decisions": decision_rows(),
    }  # fmt: skip
    return Present(content, departments, [i for i in items if i.is_followed])


def _totals(actions: list[Row]) -> dict[str, int]:
    totals = dict.fromkeys(STATES, 0)
    for row in actions:
        totals[row["state"]] += 1
    return totals


def _items() -> list[Any]:
    """Items of every national version, with the keys of the actions behind them."""
    links = Action.items.through.objects.filter(priorityitem=OuterRef("pk"))
    rows = PriorityItem.objects.only("key", "name", "plan").annotate(is_followed=F("plan__is_current"))
    return list(rows.annotate(acting=joined(links, "priorityitem", "action_id")))


def _keys(items: list[Any]) -> dict[int, list[str]]:
    """Keys of the items of each action, in their order."""
    found: dict[int, list[str]] = defaultdict(list)
    for item in items:
        for pk in split(item.acting):
            found[int(pk)].append(item.key)
    return found


def _last_push() -> Subquery:
    changes = DateChange.objects.of_end().filter(action=OuterRef("pk")).order_by("-changed_at", "-pk")
    return Subquery(changes.values(said=Beside("reason_kind", "reason"))[:1])


READ = (
    "merged_into_id", "archived_at", "pk", "code", "title", "lead_department_id", "state_key", "percent", "ends",
    "pushes", "last_report__reason_kind", "last_report__reason", "pushed",
    "merged_into__code", "merged_into__title", "merge_kind", "merge_reason",
)  # fmt: skip


def _actions(
    today: dt.date, expected: dt.date | None, departments: dict[int, Department], keys: dict[int, list[str]]
) -> tuple[list[Row], list[Row]]:
    """Actions in force, and those that live on in another one."""
    wanted = Action.objects.filter(Q(archived_at__isnull=True) | Q(merged_into__isnull=False)).order_by()
    rows = wanted.with_state(today, expected).annotate(ends=Cast("ends_on", CharField()), pushed=_last_push())
    live, merged = [], []
    for into, archived_at, *values in rows.values_list(*READ):
        if into is not None:
            merged.append(_merged(values, into))
        if archived_at is None:
            live.append(_action(values, departments[values[3]].name, keys.get(values[0], [])))
    return live, merged


def _action(values: list[Any], department: str, items: list[str]) -> Row:
    pk, code, title, lead, state, percent, ends, pushes, kind, reason, pushed, *_ = values
    change, _, why = (pushed or "").partition(":")
    said = [{"reason": why, "reason_kind_label": REASONS.get(change, "")}] if pushed else []
    return {
        "id": pk, "code": code, "title": title, "department": lead, "department_name": department, "state": state,
        "state_label": STATES[state].label, "percent": percent, "ends_on": ends, "push_count": pushes,
        "reason": reason or "", "reason_kind_label": REASONS.get(kind, ""), "pushes": said, "items": items,
    }  # fmt: skip


def _merged(values: list[Any], into: int) -> Row:
    pk, code, title, *_, into_code, into_title, kind, reason = values
    return {
        "id": pk, "code": code, "title": title, "into": into, "into_code": into_code, "into_title": into_title,
        "kind_label": ENDINGS.get(kind, ""), "reason": reason,
    }  # fmt: skip


def _departments(today: dt.date, rounds: list[Any], known: dict[int, Department], leading: set[int]) -> list[Row]:
    """Departments that lead actions or were asked, with how many rounds in a row they left unanswered."""
    round_ = round_that_counts(today, rounds)
    history: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in (r for r in rounds if round_ and r.period_end <= round_.period_end):
        for pk, state in (reply.split(":") for reply in split(row.said)):
            history[int(pk)].append((row.pk, state))
    return [_department(d, history[pk], round_) for pk, d in known.items() if pk in leading or pk in history]


def _department(department: Department, history: list[tuple[int, str]], round_: Any) -> Row:
    streak = next((n for n, (_, state) in enumerate(history) if state != "silent"), len(history))
    silent = any(state == "silent" and round_id == round_.pk for round_id, state in history)
    return {"id": department.pk, "name": department.name, "streak": streak, "silent": silent}


def _elements() -> list[Row]:
    rows = Element.objects.in_force().order_by("layer__order", "layer_id", "order", "pk")
    return [
        {"lineage": str(lineage), "title": title, "layer": layer}
        for lineage, title, layer in rows.values_list("lineage", "title", "layer__name")
    ]


def _maturity(rounds: list[Any]) -> Row | None:
    """Averages of the newest assessed round, and the levels of each department."""
    found = city_radar(rounds=assessed_rounds(rounds))
    if found is None:
        return None
    levels = {str(pk): {line: {"level": m.level} for line, m in of_one.items()} for pk, of_one in found.marks.items()}
    return {"axes": [{"line": a.key, "name": a.name, "self": plain(a.now)} for a in found.axes], "levels": levels}
