"""What a meeting's pack is made from."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from lib.wareki import format_date
from meetings.content import Content
from meetings.models import Meeting, PackFile, Snapshot
from meetings.pack.source import AgendaLine, MeetingFacts, Origin, Source
from meetings.queries_collect import meeting_row

MOST_FILES = 12


def snapshot_for(meeting: Meeting) -> Snapshot | None:
    """What was frozen for the meeting, in its newest correction."""
    found = Snapshot.objects.valid().light().filter(meeting=meeting, kind__in=("meeting", "correction"))
    return found.order_by("-taken_at").first()


def previous_for(snapshot: Snapshot) -> Snapshot | None:
    """What it is compared with: the last snapshot of an earlier meeting of the same body, else of any meeting."""
    rows = Snapshot.objects.valid().light().filter(as_of__lt=snapshot.as_of).order_by("-as_of", "-pk")
    body = snapshot.meeting.body_id if snapshot.meeting else None
    same = rows.filter(meeting__body=body).first() if body else None
    return same or rows.filter(meeting__isnull=False).first() or rows.first()


def files_of(meeting: Meeting) -> list[PackFile]:
    rows = PackFile.objects.filter(meeting=meeting).select_related("snapshot__corrected_by", "meeting")
    return list(rows.defer("snapshot__content", "snapshot__corrected_by__content")[:MOST_FILES])


def source_of(meeting: Meeting, snapshot: Snapshot, previous: Snapshot | None) -> Source:
    """Everything that the pages need; raises `content.CorruptError` when a frozen row was touched."""
    stored = Snapshot.objects.get(pk=snapshot.pk)
    before = Snapshot.objects.get(pk=previous.pk).read() if previous else None
    content = stored.read()
    return Source(content, origin_of(stored), facts_of(meeting, content), before)


def origin_of(snapshot: Snapshot) -> Origin:
    taken = timezone.localtime(snapshot.taken_at)
    said = f"{format_date(taken.date())} {taken:%H:%M}"
    return Origin(snapshot.title, snapshot.sha256, said, snapshot.taken_by, corrected_note(snapshot))


def corrected_note(snapshot: Snapshot) -> str:
    """Says that a later snapshot took the place of this one; empty while it stands."""
    later = Snapshot.objects.light().filter(corrects=snapshot).first()
    if later is None:
        return ""
    day = format_date(timezone.localtime(later.taken_at).date())
    return f"この資料のもとになった確定資料は、{day}に訂正されています（理由：{later.reason}）。"


def facts_of(meeting: Meeting, content: Content) -> MeetingFacts:
    """The meeting as it was frozen; as it stands now where the snapshot holds none of it."""
    row = content.get("meeting") or meeting_row(meeting)
    lines = tuple(AgendaLine(r["kind_label"], r["title"], r["note"], tuple(r["actions"])) for r in row["agenda"])
    held_on = dt.date.fromisoformat(row["held_on"])
    return MeetingFacts(row["title"], row["body"], row["when"], row["place"], held_on, lines)
