"""Writes of a meeting: planning it, its agenda, who attended, its minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from actions.models import Action
from lib import ledger
from lib.writes import save_versioned
from meetings.models import AgendaItem, Attendance, Body, Meeting

MEETING_FIELDS = ("title", "held_on", "starts_at", "place", "state", "minutes", "internal_minutes")
AGENDA_FIELDS = ("kind", "title", "note", "order")
MOST_ITEMS = 40


@transaction.atomic
def plan_meeting(*, body: Body, held_on: dt.date, by: Any, title: str = "", **values: Any) -> Meeting:
    """Store a planned meeting; without a title it is numbered within its body."""
    _refuse_unknown(values)
    locked = Body.objects.select_for_update(no_key=True).get(pk=body.pk)
    number = locked.meetings.exclude(state="cancelled").count() + 1
    meeting = Meeting(body=locked, held_on=held_on, title=title.strip() or f"第{number}回 {locked.name}", **values)
    meeting.full_clean()
    meeting.save()
    ledger.record(by=by, act="create", obj=meeting, after=_state(meeting))
    return meeting


@transaction.atomic
def update_meeting(*, meeting: Meeting, version: int, by: Any, **values: Any) -> Meeting:
    """Change what is known of a meeting if it still has `version`; the same values again write nothing."""
    _refuse_unknown(values)
    stored = Meeting.objects.get(pk=meeting.pk)
    before = _state(stored)
    for name, value in values.items():
        setattr(meeting, name, value)
    meeting.full_clean()
    if before == _state(meeting):
        return stored
    save_versioned(meeting, version=version, fields=values)
    ledger.record(by=by, act="update", obj=meeting, before=before, after=_state(meeting))
    return meeting


def _state(meeting: Meeting) -> dict[str, Any]:
    """Field values for the ledger; every reader of the ledger may not read what is not public."""
    found = ledger.state_of(meeting, MEETING_FIELDS)
    found["internal_minutes"] = f"{len(meeting.internal_minutes)}字" if meeting.internal_minutes else ""
    return found


def _refuse_unknown(values: dict[str, Any]) -> None:
    if foreign := set(values) - set(MEETING_FIELDS):
        raise TypeError(f"not editable: {sorted(foreign)}")


# ---- agenda


@transaction.atomic
def add_agenda(*, meeting: Meeting, rows: Sequence[dict[str, Any]], by: Any) -> list[AgendaItem]:
    """Add items behind those there are; a title that the agenda already has is left out (double submit)."""
    _lock(meeting)
    present = set(meeting.agenda.values_list("title", flat=True))
    wanted = [r for r in rows if r["title"].strip() not in present]
    if meeting.agenda.count() + len(wanted) > MOST_ITEMS:
        raise ValidationError(f"議題は{MOST_ITEMS}件までです。")
    last = meeting.agenda.aggregate(last=Max("order"))["last"] or 0
    return [_add_item(meeting, row, last + n, by) for n, row in enumerate(wanted, 1)]


def _add_item(meeting: Meeting, row: dict[str, Any], order: int, by: Any) -> AgendaItem:
    item = AgendaItem(
        meeting=meeting, kind=row.get("kind", "report"), title=row["title"].strip(), note=row.get("note", "").strip(),
        order=order,
    )  # fmt: skip
    item.full_clean()
    item.save()
    item.actions.set(row.get("actions", ()))
    ledger.record(by=by, act="create", obj=item, after=_agenda_state(item), note=str(meeting))
    return item


@transaction.atomic
def update_agenda_item(
    *, item: AgendaItem, version: int, by: Any, actions: Iterable[Action] | None = None, **values: Any
) -> AgendaItem:
    if foreign := set(values) - {"kind", "title", "note"}:
        raise TypeError(f"not editable: {sorted(foreign)}")
    stored = AgendaItem.objects.get(pk=item.pk)
    before = _agenda_state(stored)
    for name, value in values.items():
        setattr(item, name, value)
    item.full_clean()
    save_versioned(item, version=version, fields=values)
    if actions is not None:
        item.actions.set(actions)
    ledger.record(by=by, act="update", obj=item, before=before, after=_agenda_state(item), note=str(item.meeting))
    return item


@transaction.atomic
def remove_agenda_item(*, item: AgendaItem, by: Any) -> None:
    """Take an item off; decisions made under it stay with the meeting."""
    gone = ledger.event(by=by, act="delete", obj=item, before=_agenda_state(item), note=str(item.meeting))
    if not item.delete()[0]:
        raise ValidationError("この議題は、ほかの人が先に外しています。")
    ledger.record_many([gone])


@transaction.atomic
def move_agenda_item(*, item: AgendaItem, down: bool, by: Any) -> None:
    """Change places with the neighbour above or below; at the end nothing happens."""
    _lock(item.meeting)
    rows = list(item.meeting.agenda.all())
    at = next((n for n, row in enumerate(rows) if row.pk == item.pk), None)
    to = None if at is None else at + (1 if down else -1)
    if at is None or to is None or not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    for n, row in enumerate(rows, 1):
        if row.order != n:
            AgendaItem.objects.filter(pk=row.pk).update(order=n)
    ledger.record(by=by, act="move", obj=item, before={"order": at + 1}, after={"order": to + 1})


def _agenda_state(item: AgendaItem) -> dict[str, Any]:
    found = ledger.state_of(item, AGENDA_FIELDS)
    return found | {"actions": [str(a) for a in item.actions.order_by("code", "pk")]}


def _lock(meeting: Meeting) -> None:
    Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)


# ---- attendance


@transaction.atomic
def record_attendance(*, meeting: Meeting, rows: Sequence[tuple[str, str, str]], by: Any) -> None:
    """Keep how each post attended (post, state, deputy) in place of what was kept before."""
    _lock(meeting)
    if len({post for post, _, _ in rows}) < len(rows):
        raise ValidationError("同じ職が2回書かれています。")
    before = {a.post: _word(a) for a in meeting.attendance.all()}
    found = [
        Attendance(meeting=meeting, post=post, state=state, deputy=deputy if state == "deputy" else "", order=n)
        for n, (post, state, deputy) in enumerate(rows, 1)
    ]
    for row in found:
        row.clean_fields(exclude=("meeting",))
        if row.state == "deputy" and not row.deputy:
            raise ValidationError(f"「{row.post}」の代理の職を選んでください。")
    after = {a.post: _word(a) for a in found}
    if before == after:
        return
    meeting.attendance.all().delete()
    Attendance.objects.bulk_create(found)
    ledger.record(by=by, act="update", obj=meeting, before=before, after=after)


def _word(row: Attendance) -> str:
    return row.get_state_display() + (f"（{row.deputy}）" if row.deputy else "")
