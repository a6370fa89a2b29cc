"""Whether every snapshot still says what was frozen: against its own hash, and against the ledger's."""

from __future__ import annotations

from collections.abc import Iterator

from audit.models import Entry
from meetings import content
from meetings.models import Snapshot

NAME = "確定資料"


def faults() -> Iterator[str]:
    """One sentence for each snapshot that does not hold, and for each that is gone; a few are read at a time."""
    recorded = _recorded()
    for snapshot in Snapshot.objects.order_by("pk").iterator(chunk_size=10):
        if problem := _problem(snapshot, recorded.pop(str(snapshot.pk), None)):
            yield f"{snapshot.pk}番「{snapshot}」：{problem}"
    yield from (f"{pk}番の行が失われています。" for pk in recorded)


def _recorded() -> dict[str, str]:
    """The hash that the ledger kept when each snapshot was frozen."""
    rows = Entry.objects.filter(act="freeze", object_type=Snapshot._meta.label_lower).order_by("seq")
    return {e.object_id: e.changes["sha256"][1] for e in rows if "sha256" in e.changes}


def _problem(snapshot: Snapshot, recorded: str | None) -> str:
    try:
        found = snapshot.read()
    except content.CorruptError as error:
        return str(error)
    if recorded != snapshot.sha256:
        return "操作の記録に残る値と一致しません。"
    if content.summary(found) != snapshot.summary:
        return "集計が内容と一致しません。"
    if len(snapshot.content.encode()) != snapshot.size:
        return "大きさが一致しません。"
    return ""
