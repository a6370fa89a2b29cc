"""Rows of the packs and the publication."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from meetings import storage_packs
from meetings.models import Meeting, PackFile, Publication, Snapshot
from meetings.pack.build import ALL


def make_pack_file(*, meeting: Meeting, snapshot: Snapshot, **kw: Any) -> PackFile:
    """A file that is done, with bytes on disk, unless another state is asked for."""
    now = timezone.now()
    values = {
        "meeting": meeting, "snapshot": snapshot, "snapshot_sha256": snapshot.sha256, "format": "xlsx",
        "sections": list(ALL), "state": "done", "requested_label": "事務局", "requested_at": now, "heard_at": now,
    } | kw  # fmt: skip
    if values["state"] == "done":
        name, digest = storage_packs.store(b"bytes of a pack")
        values |= {"stored_name": name, "sha256": digest, "size": 15}
    return PackFile.objects.create(**values)


def make_publication(*, snapshot: Snapshot, **kw: Any) -> Publication:
    values = {"snapshot_sha256": snapshot.sha256, "note": "会議の了承", "approved_label": "事務局",
              "approved_at": timezone.now()}  # fmt: skip
    return Publication.objects.create(snapshot=snapshot, **values | kw)


def build(world: SimpleNamespace) -> None:
    """The earlier meeting has a pack; its snapshot may be published."""
    world.pack_meeting = world.snapshot.meeting
    world.pack_file = make_pack_file(meeting=world.pack_meeting, snapshot=world.snapshot)
    world.publication = make_publication(snapshot=world.snapshot)
