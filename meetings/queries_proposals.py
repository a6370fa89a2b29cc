"""What a meeting's agenda could hold, from the comparison with the last snapshot."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lib.wareki import format_date
from meetings import proposing, queries
from meetings.compare import compare
from meetings.content import CorruptError
from meetings.models import Meeting, Snapshot
from meetings.proposing import Proposal
from meetings.queries_present import present


@dataclass(frozen=True)
class Proposed:
    """The proposals that are not on the agenda yet, and what they were compared with."""

    rows: list[Proposal]
    since: Snapshot | None
    problem: str = ""


def proposed(meeting: Meeting, today: dt.date) -> Proposed:
    known = [s for s in queries.snapshots() if s.meeting_id != meeting.pk]
    since = queries.last_snapshot(known, min(today, meeting.held_on))
    if since is None:
        return Proposed([], None)
    try:
        found = compare(since.read(), present(today).content)
    except CorruptError as error:
        return Proposed([], since, str(error))
    there = set(meeting.agenda.values_list("title", flat=True))
    rows = [p for p in proposing.proposals(found, _open(meeting, today)) if p.title not in there]
    return Proposed(rows, since)


def _open(meeting: Meeting, today: dt.date) -> list[proposing.Open]:
    """Those that are overdue today, and those that will be when the meeting is held."""
    last = max(today, meeting.held_on)
    return [
        proposing.Open(
            d.get_kind_display(), d.text, d.department.name if d.department else "", format_date(d.due_on),
            d.is_overdue(today), tuple(link.action_id for link in d.links.all()),
        )
        for d in queries.open_decisions(meeting.held_on)
        if d.due_on and d.is_overdue(last)
    ]  # fmt: skip
