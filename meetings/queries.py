"""Reads of the meetings: which snapshot stands for what, what is open, what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Case, Count, F, Max, Q, QuerySet, Subquery, When

from lib.prepared import Prepared
from meetings import calendar
from meetings.content import Content, load
from meetings.models import Body, Decision, Meeting, Snapshot

# How far a snapshot may lie from the day one year ago to stand for it.
YEAR_WITHIN = dt.timedelta(days=120)


def next_meeting(today: dt.date) -> Meeting | None:
    """The next planned sitting of 本部会議, today's included; one that was not closed yet still counts."""
    rows = list(Meeting.objects.planned().headquarters().select_related("body").soonest_first())
    return next((m for m in rows if m.held_on >= today), rows[-1] if rows else None)


def snapshots() -> list[Snapshot]:
    """Snapshots that count (no later one corrects them), the newest first, without their content."""
    return list(Snapshot.objects.valid().light())


def snapshots_with_text(today: dt.date, *, year: bool = False, asked: Sequence[int] = ()) -> list[Any]:
    """The same, each with its title, day and figures; the one that may be 前回 also with its `text` (those that may be
    前年同期 for `year`). Those `asked` for come with their text, even where a `later` one corrects them."""
    plain = not (year or asked)
    read = _LAST_WITH_TEXT.rows(today) if plain else _with_text(today, year=year, asked=asked)
    found = []
    for *values, text, later in read:
        snapshot: Any = Snapshot.from_db(DEFAULT_DB_ALIAS, SHOWN, values)
        snapshot.text, snapshot.later = text, later
        found.append(snapshot)
    return found


SHOWN = ["id", "title", "as_of", "meeting_id", "summary", "sha256"]  # in the order of the columns


def _with_text(today: dt.date, *, year: bool = False, asked: Sequence[int] = ()) -> QuerySet[Any]:
    valid, wanted = Snapshot.objects.valid(), today - dt.timedelta(days=365)
    is_round = Case(When(meeting__isnull=True, then=1), default=0)
    last = valid.filter(as_of__lt=today).order_by(is_round, *Snapshot._meta.ordering).values("pk")[:1]
    may_be = [When(as_of__range=(wanted - YEAR_WITHIN, wanted + YEAR_WITHIN), then="content")] if year else []
    may_be += [When(pk__in=asked, then="content")] if asked else []
    text = Case(*may_be, When(pk=Subquery(last), then="content"))
    rows = Snapshot.objects.filter(Q(corrected_by__isnull=True) | Q(pk__in=asked))
    return rows.annotate(text=text, later=F("corrected_by")).values_list(*SHOWN, "text", "later")


_LAST_WITH_TEXT = Prepared(lambda today: _with_text(today))


def content_of(snapshot: Any) -> Content:
    """What a snapshot froze, from the `text` that came along; raises `content.CorruptError`."""
    return snapshot.read() if snapshot.text is None else load(snapshot.text, snapshot.sha256)


def last_snapshot(known: list[Snapshot], today: dt.date) -> Snapshot | None:
    """What 前回 means: the newest snapshot of a meeting before today, else the newest of any kind."""
    older = [s for s in known if s.as_of < today]
    return next((s for s in older if s.meeting_id), older[0] if older else None)


def year_ago(known: list[Snapshot], today: dt.date) -> Snapshot | None:
    """The snapshot nearest to the same day one year ago, None when there is none near it."""
    wanted = today - dt.timedelta(days=365)
    near = [s for s in known if abs(s.as_of - wanted) <= YEAR_WITHIN and s.as_of < today]
    return min(near, key=lambda s: (abs(s.as_of - wanted), not s.meeting_id, -s.pk), default=None)


def open_decisions(before: dt.date | None = None) -> list[Decision]:
    """指示 and 宿題 that are not finished, the most urgent first; of meetings before a day if one is given."""
    rows = Decision.objects.unfinished().exclude(kind="decision").for_lists()
    return list((rows.before(before) if before else rows).most_urgent_first().prefetch_related("links"))


def open_of_departments(departments: set[int]) -> list[Decision]:
    """What departments still have to do for a meeting."""
    return list(Decision.objects.unfinished().of(departments).for_lists().most_urgent_first())


@dataclass(frozen=True)
class BodyRow:
    """A body with when it last met, when it meets next, and the dates that its cadence proposes."""

    body: Body
    last: dt.date | None
    planned: Meeting | None
    dates: list[dt.date]
    count: int


def bodies(today: dt.date) -> list[BodyRow]:
    """Every body with its dates (2 queries)."""
    held = Q(meetings__state="held")
    rows = Body.objects.annotate(last=Max("meetings__held_on", filter=held), n=Count("meetings", filter=held))
    planned: dict[int, Meeting] = {}
    for meeting in Meeting.objects.planned().soonest_first():
        planned.setdefault(meeting.body_id, meeting)
    return [_body_row(row, planned.get(row.pk), today) for row in rows]


def _body_row(row: Any, planned: Meeting | None, today: dt.date) -> BodyRow:
    start = max(filter(None, (row.last, planned.held_on if planned else None)), default=None)
    dates = calendar.next_dates(row.cadence, row.week, row.weekday, start, today)
    return BodyRow(row, row.last, planned, dates, row.n)


def correction_of(snapshot: Snapshot | None) -> Snapshot | None:
    """The newest correction of a snapshot, None while it stands."""
    found = None
    while snapshot and (snapshot := Snapshot.objects.light().filter(corrects=snapshot).first()):
        found = snapshot
    return found


def snapshot_of(meeting: Meeting) -> Snapshot | None:
    """What was frozen for a meeting, as it was then."""
    return Snapshot.objects.light().filter(kind="meeting", meeting=meeting).first()
