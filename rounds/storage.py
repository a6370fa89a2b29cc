"""Where attachments lie on disk: outside the web root, under names that nobody chose."""

from __future__ import annotations

import hashlib
import os
import tempfile
import uuid
from pathlib import Path

from django.conf import settings
from django.core.files import File


def path_of(stored_name: str) -> Path:
    """Place of the bytes; the first letters make folders, so that none grows too long."""
    return Path(settings.ATTACHMENTS_ROOT) / stored_name[:2] / stored_name


def store(file: File) -> tuple[str, str]:
    """Write the file in pieces and return its stored name and sha256; a broken write leaves nothing behind."""
    name = uuid.uuid4().hex
    place = path_of(name)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle, temporary = tempfile.mkstemp(dir=place.parent)
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in file.chunks():
                digest.update(chunk)
                out.write(chunk)
        os.replace(temporary, place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return name, digest.hexdigest()


def discard(stored_name: str) -> None:
    """Remove the bytes; that they are gone already is no error."""
    path_of(stored_name).unlink(missing_ok=True)
