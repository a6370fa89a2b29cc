"""Taking a backup."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from dxportal.keeping import postgres, sqlite
from dxportal.keeping.archive import PIECE, Writer


def engine() -> ModuleType:
    return sqlite if connection.vendor == "sqlite" else postgres


def take(target: Path) -> dict[str, Any]:
    """Write the whole portal to `target` and return what the manifest says.

    Files are gathered before and after the database: one that is taken off in between is in the archive by the
    first pass, one that is attached in between by the second.
    """
    with Writer(target) as out:
        _pack(out)
        told = engine().dump(out)
        _pack(out)
        told |= {"engine": connection.vendor, "taken_at": timezone.now().isoformat(), "site": settings.SITE_NAME}
        out.finish(told)
    return told | {"files": out.files, "sha256": digest_of(target)}


def digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _pack(out: Writer) -> None:
    for name, path in _stored():
        if name not in out.files:
            try:
                out.add(name, path)
            except FileNotFoundError:
                continue  # taken off its reply a moment ago


def _stored() -> Iterator[tuple[str, Path]]:
    for folder, root in settings.KEPT_FOLDERS.items():
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{folder}/{path.relative_to(root).as_posix()}", path
