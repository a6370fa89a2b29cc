"""Reads of the publication: what may go out, and under which approval."""

from __future__ import annotations

from django.utils import timezone

from meetings.models import Publication, Snapshot
from meetings.pack.public import Release


def publications() -> list[Publication]:
    rows = Publication.objects.select_related("snapshot__corrected_by")
    return list(rows.defer("snapshot__content", "snapshot__corrected_by__content"))


def candidates() -> list[Snapshot]:
    """Snapshots that could be approved: not corrected, not approved yet."""
    rows = Snapshot.objects.valid().light()
    return list(rows.exclude(publications__withdrawn_at__isnull=True, publications__isnull=False))


def approval_of(snapshot: Snapshot) -> Publication | None:
    """The approval in force, None without one."""
    return Publication.objects.filter(snapshot=snapshot, withdrawn_at__isnull=True).first()


def release_of(publication: Publication, snapshot: Snapshot) -> Release:
    """What the files say of their approval; nobody is named."""
    before = Snapshot.objects.light().filter(pk=snapshot.corrects_id).first()
    day = timezone.localtime(publication.approved_at).date()
    corrects = before.title if before else ""
    return Release(snapshot.title, snapshot.sha256, day, publication.note, corrects, snapshot.reason)
