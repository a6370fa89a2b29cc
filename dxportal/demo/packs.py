"""会議資料 and 公開 of サンプル市: the last meeting's sections are chosen, and its snapshot may be published."""

from __future__ import annotations

import datetime as dt

from dxportal.demo.clock import moment, telling
from dxportal.demo.people import People
from meetings.models import Snapshot
from meetings.services import packs, publishing

OFFICE = "secretariat"
# What the headquarters decide comes first; the long lists follow.
SECTIONS = ("cover", "agenda", "summary", "decisions", "late", "items", "schedule", "maturity", "hurdles")
BASIS = "DX推進本部会議の了承による"


def tell_packs(today: dt.date, posts: People) -> None:
    """Yesterday evening: the pack of the last meeting is put in order, and the snapshot before it may be published."""
    frozen = list(Snapshot.objects.valid().filter(kind="meeting", meeting__isnull=False).select_related("meeting")[:2])
    by = posts.actor(OFFICE)
    with telling(moment(today - dt.timedelta(days=1), 23)):
        for snapshot in frozen[:1]:
            packs.choose_sections(meeting=snapshot.meeting, sections=SECTIONS, version=None, by=by)
        for snapshot in frozen[-1:]:
            publishing.approve_publication(snapshot=snapshot, note=BASIS, by=by)
