"""Where the files of packs lie on disk: outside the web root, under names that nobody chose."""

from __future__ import annotations

import hashlib
import os
import tempfile
import uuid
from pathlib import Path

from django.conf import settings


def path_of(stored_name: str) -> Path:
    return Path(settings.PACKS_ROOT) / stored_name


def store(content: bytes) -> tuple[str, str]:
    """Write the bytes and return their stored name and sha256; a broken write leaves nothing behind."""
    name = uuid.uuid4().hex
    place = path_of(name)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle, temporary = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        os.replace(temporary, place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return name, hashlib.sha256(content).hexdigest()


def discard(stored_name: str) -> None:
    """Remove the bytes; that they are gone already is no error."""
    path_of(stored_name).unlink(missing_ok=True)
