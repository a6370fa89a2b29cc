"""Whether what was accepted is still what it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from rounds import storage
from rounds.models import Attachment

PIECE = 1024 * 1024


def broken_attachments() -> Iterator[str]:
    """Files of accepted replies that are gone or changed on disk."""
    for row in Attachment.objects.filter(accepted_at__isnull=False).order_by("pk").iterator(chunk_size=500):
        path = storage.path_of(row.stored_name)
        if not path.is_file():
            yield f"添付 {row.pk} 番のファイルがありません"
        elif _digest(path) != row.sha256:
            yield f"添付 {row.pk} 番のファイルが書き換えられています"


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
