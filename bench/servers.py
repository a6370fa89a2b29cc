"""The production server on one database: the portal, and the floor beside it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4
STARTS_WITHIN = 60
SECRET = secrets.token_urlsafe(60)
PORTAL, FLOOR = "dxportal.wsgi:application", "bench.floor.wsgi:application"


def environment(var: Path, url: str, mode: str = "production") -> dict[str, str]:
    """The portal as it is set up, without what the shell says of another one."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DXPORTAL_", "DJANGO_", "DATABASE_"))}
    return kept | {
        "DXPORTAL_MODE": mode, "DXPORTAL_VAR": str(var), "DATABASE_URL": url, "DXPORTAL_SECRET_KEY": SECRET,
        "DXPORTAL_HOSTS": "127.0.0.1", "DXPORTAL_HTTPS": "0", "DJANGO_SETTINGS_MODULE": "dxportal.settings",
    }  # fmt: skip


def manage(var: Path, url: str, *command: str) -> None:
    """Run a command of the portal on the database; its own mode, so that the demonstration city may be built."""
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment(var, url, "demo"), check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


class Served:
    """`with Served(PORTAL, var, url) as server: server.port`; ends with the block."""

    def __init__(self, application: str, var: Path, url: str, workers: int = WORKERS) -> None:
        self.application, self.var, self.url, self.workers = application, var, url, workers
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = var / f"{application.split('.')[0]}.log"

    def __enter__(self) -> Served:
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", str(self.workers), "--blocking-threads", str(THREADS), "--log-level", "warning",
            self.application,
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(self.var, self.url), stdout=self.log.open("w"), stderr=subprocess.STDOUT
        )
        self._wait()
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def _wait(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(self.log.read_text())
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise TimeoutError(f"{self.application} does not answer")

    @property
    def worker_megabytes(self) -> float:
        """Resident memory of the largest worker."""
        return max(p.memory_info().rss for p in psutil.Process(self.process.pid).children(recursive=True)) / 1e6
