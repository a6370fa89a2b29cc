"""An installation beside the suite: a folder and an empty database of the engine that this run is on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
# Generous: a busy machine is slow, and nothing here is about time.
WITHIN = 600


class Installation:
    """`manage(...)` runs a command in it; `url` is '' on SQLite, whose database lies in the folder."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.var, self.url = folder, url
        (folder / "static").mkdir(parents=True, exist_ok=True)

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
        """Run a piece of code with Django set up; return what it printed."""
        result = self.run("-c", f"import django\ndjango.setup()\n{code}")
        assert result.returncode == 0, result.stderr
        return result.stdout

    def killed(self, code: str, waits_for: str = "ready") -> None:
        """Run code with Django set up until it prints `waits_for`, then kill it with SIGKILL."""
        script = f"import django\ndjango.setup()\n{code}"
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", script], cwd=ROOT, env=self.env, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        for line in process.stdout:
            if line.strip() == waits_for:
                break
        else:
            raise AssertionError(f"ended by itself: {process.stderr.read()}")
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=WITHIN) == -signal.SIGKILL
        process.stdout.close()
        process.stderr.close()


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """An installation with an empty database, which is dropped again."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield Installation(folder)
        return
    import psycopg

    name = f"beside_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield Installation(folder, urlunsplit(urlsplit(url)._replace(path=f"/{name}")))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
