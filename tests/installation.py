"""An installation beside the suite: a folder and an empty database of the engine that this run is on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
# Generous: a busy machine is slow, and nothing here is about time.
WITHIN = 600


# A process with the portal read in, which forks a child for every piece of code: reading it in takes a second.
WARM = """
import json, os, sys, traceback
import django
django.setup()
import dxportal.urls, tests.world
for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if not child:
        os.dup2(os.open(job["out"], os.O_WRONLY), 1)
        os.dup2(os.open(job["err"], os.O_WRONLY | os.O_CREAT), 2)
        status = 1
        try:
            exec(compile(job["code"], "<piece>", "exec"), {"__name__": "__main__"})
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

# The tables as the models describe them, as for the suite itself; for what is not about migrations.
TABLES = """
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
class Nowhere(dict):
    def __contains__(self, label): return True
    def __getitem__(self, label): return None
settings.MIGRATION_MODULES = Nowhere()
call_command("migrate", run_syncdb=True, verbosity=0)
settings.MIGRATION_MODULES = {}
for app, name in MigrationLoader(connection).disk_migrations:
    MigrationRecorder(connection).record_applied(app, name)
"""


class Installation:
    """`manage(...)` runs a command in it; `url` is '' on SQLite, whose database lies in the folder."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.var, self.url = folder, url
        (folder / "static").mkdir(parents=True, exist_ok=True)
        self._warm: subprocess.Popen[str] | None = None

    @property
    def database(self) -> str:
        return urlsplit(self.url).path.strip("/")

    @property
    def env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DXPORTAL_", "DJANGO_", "DATABASE_"))}
        own = {"DXPORTAL_MODE": "demo", "DXPORTAL_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "dxportal.settings"}
        return kept | own | ({"DATABASE_URL": self.url} if self.url else {})

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env | env, capture_output=True, text=True, timeout=WITHIN
        )

    def manage(self, *arguments: str, **env: str) -> str:
        """Run a command that has to succeed; return what it printed."""
        result = self.run("manage.py", *arguments, **env)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def python(self, code: str) -> str:
        """Run a piece of code in a process of its own, with Django set up; return what it printed."""
        with self._piece(code) as (_, out):
            told = out.read()
        assert self._ended() == 0, self._errors()
        return told

    def killed(self, code: str, waits_for: str = "ready") -> None:
        """Run a piece of code in a process of its own until it prints `waits_for`, then kill that with SIGKILL."""
        with self._piece(code) as (child, out):
            if not any(line.strip() == waits_for for line in out):
                raise AssertionError(f"ended by itself: {self._errors()}")
            os.kill(child, signal.SIGKILL)
        assert self._ended() == -signal.SIGKILL

    def close(self) -> None:
        if self._warm:
            self._warm.stdin.close()
            self._warm.wait(timeout=WITHIN)
            self._warm.stdout.close()
            self._warm = None

    @contextmanager
    def _piece(self, code: str) -> Iterator[tuple[int, IO[str]]]:
        """The number of the child process, and what it prints."""
        if self._warm is None:
            self._warm = subprocess.Popen(
                [sys.executable, "-c", WARM], cwd=ROOT, env=self.env, text=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )  # fmt: skip
        out = self.var / "piece.out"
        out.unlink(missing_ok=True)
        os.mkfifo(out)
        (self.var / "piece.err").unlink(missing_ok=True)
        print(json.dumps({"code": code, "out": str(out), "err": str(self.var / "piece.err")}),
              file=self._warm.stdin, flush=True)  # fmt: skip
        child = int(self._warm.stdout.readline())
        with out.open() as printed:
            yield child, printed
        out.unlink()

    def _ended(self) -> int:
        return int(self._warm.stdout.readline())

    def _errors(self) -> str:
        return (self.var / "piece.err").read_text()


@contextmanager
def installation(folder: Path, like: Installation | None = None) -> Iterator[Installation]:
    """An installation with an empty database, or with a copy of another's; it is dropped again."""
    if like:
        like.close()
        shutil.copytree(like.var, folder)
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        with closing(Installation(folder)) as place:
            yield place
        return
    import psycopg

    name = f"beside_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {like.database}" if like else ""))
        try:
            with closing(Installation(folder, urlunsplit(urlsplit(url)._replace(path=f"/{name}")))) as place:
                yield place
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
