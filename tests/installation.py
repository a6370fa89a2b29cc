"""An installation beside the suite: a folder and an empty database of the engine that this run is on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests import warm
from tests.warm import ROOT, WITHIN

# For what is not about migrations.
TABLES = "from tests.tables import from_models\nfrom_models()"
# `restore` on PostgreSQL makes the tables of the archive's version by its migrations; those of an archive of this
# version can come from the models.
RESTORE = """
from django.db.migrations.executor import MigrationExecutor
from dxportal.keeping import postgres
from tests.tables import from_models
class Models(MigrationExecutor):
    def migrate(self, targets):
        from_models()
postgres.MigrationExecutor = Models
import manage
manage.main()
"""


class Installation:
    """`manage(...)` runs a command in it; `url` is '' on SQLite, whose database lies in the folder."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.var, self.url = folder, url
        (folder / "static").mkdir(parents=True, exist_ok=True)

    @property
    def database(self) -> str:
        return urlsplit(self.url).path.strip("/")

    @property
    def env(self) -> dict[str, str]:
        own = {"DXPORTAL_MODE": "demo", "DXPORTAL_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "dxportal.settings"}
        return warm.bare() | own | ({"DATABASE_URL": self.url} if self.url else {})

    def really(self, *arguments: str) -> str:
        """`python <arguments>` itself, as an operator types it; it has to succeed."""
        result = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=WITHIN
        )
        return printed(result)

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """The same, begun by a fork (`tests.warm`)."""
        return warm.Child(*arguments, env=self.env | env).ended()

    def manage(self, *arguments: str, **env: str) -> str:
        """Run a command that has to succeed; return what it printed."""
        return printed(self.run("manage.py", *arguments, **env))

    def restore(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`manage.py restore` of an archive of this version, without migrations."""
        return self.run("-c", RESTORE, "restore", *arguments)

    def python(self, code: str) -> str:
        """Run a piece of code in a process of its own, with Django set up; return what it printed."""
        return printed(self.run("-c", code))

    @contextmanager
    def started(self, code: str, *arguments: str, waits_for: str = "ready", **env: str) -> Iterator[warm.Child]:
        """A piece of code that has printed `waits_for` and runs; it is killed with SIGKILL at the end."""
        child = warm.Child("-c", code, *arguments, env=self.env | env)
        try:
            reached = any(line.strip() == waits_for for line in child.stdout)
            yield child
        finally:
            child.kill()
            result = child.ended()
        assert reached, f"ended by itself: {result.stderr}"
        assert result.returncode == -signal.SIGKILL, result.stderr

    def killed(self, code: str) -> None:
        """Run a piece of code in a process of its own until it is ready, then kill that with SIGKILL."""
        with self.started(code):
            pass


def printed(result: subprocess.CompletedProcess[str]) -> str:
    """What a process printed that had to succeed."""
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@contextmanager
def installation(folder: Path, like: Installation | None = None) -> Iterator[Installation]:
    """An installation with an empty database, or with a copy of another's; it is dropped again."""
    if like:
        shutil.copytree(like.var, folder)
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield Installation(folder)
        return
    import psycopg

    name = f"beside_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {like.database}" if like else ""))
        try:
            yield Installation(folder, urlunsplit(urlsplit(url)._replace(path=f"/{name}")))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
