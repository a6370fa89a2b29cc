"""SQLite: a consistent copy by its own backup call, put back as the file that it is."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from dxportal.keeping import facts
from dxportal.keeping.archive import BrokenArchive, Reader, Writer
from lib import folding

NAME = "database.sqlite3"


def file_of() -> Path:
    return Path(connection.settings_dict["NAME"])


def _reading(path: Path) -> sqlite3.Connection:
    """For reading only. Its address is spelled out, because #, ? and % of a folder and \\ of Windows mean something
    else in one."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def dump(out: Writer) -> dict[str, Any]:
    """Copy the database into the archive; writers go on meanwhile, and the copy shows one moment."""
    with tempfile.TemporaryDirectory(dir=out.target.parent) as folder:
        copy = Path(folder) / NAME
        with closing(_reading(file_of())) as live, closing(sqlite3.connect(copy)) as kept:
            live.backup(kept)
            kept.execute("PRAGMA journal_mode=DELETE")
            with kept:
                kept.execute("DELETE FROM django_session")
            folding.teach(kept)  # the stored columns of a search are written anew
            kept.execute("VACUUM")
            told = facts.of(lambda sql: kept.execute(sql).fetchall(), _tables(kept))
        out.add(NAME, copy)
    return told


def is_empty() -> bool:
    path = file_of()
    if not path.exists() or not path.stat().st_size:
        return True
    with closing(_reading(path)) as live:
        return not _tables(live)


def load(source: Reader) -> None:
    """Write the file beside its place, look whether it is whole, and let it take its name."""
    place = file_of()
    part = place.with_name(f"{place.name}.part")
    part.unlink(missing_ok=True)
    source.extract(NAME, part)
    with closing(sqlite3.connect(part)) as kept:
        if kept.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise BrokenArchive("控えの中のデータベースが壊れています。")
    connection.close()
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    os.replace(part, place)


def _tables(database: sqlite3.Connection) -> list[str]:
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in rows)
