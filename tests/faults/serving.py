"""A server that stands on an installation, to be killed or cut off from its database."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from pathlib import Path

from tests.installation import ROOT, Installation

WITHIN = 300


class Server:
    """granian; `with Server(place) as server: server.get("/")`."""

    def __init__(self, place: Installation, application: str = "dxportal.wsgi:application", workers: int = 1) -> None:
        self.place, self.application, self.workers = place, application, workers
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def __enter__(self) -> Server:
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", str(self.workers), "--blocking-threads", "2", "--log-level", "warning", self.application,
        ]  # fmt: skip
        self.log = (self.place.var / "server.log").open("a")
        # A process group of its own: SIGKILL takes the worker along, as a machine that stops would.
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.place.env, stdout=self.log, stderr=self.log, start_new_session=True
        )
        self.wait_for("/healthz", 200)
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        self.log.close()

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=WITHIN)

    def get(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str, Message]:
        """Status, text and headers of an answer; redirects are followed."""
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        try:
            with self.opener.open(self.url + path, body, timeout=WITHIN) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def post(self, path: str, **data: str) -> tuple[int, str, Message]:
        """Send the form of a page with its token."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path)[1])[1]
        return self.get(path, {"csrfmiddlewaretoken": token, **data})

    def sign_in(self, login_id: str, password: str) -> None:
        status, text, _ = self.post("/accounts/sign-in/", username=login_id, password=password)
        assert status == 200, text

    def wait_for(self, path: str, status: int) -> str:
        """Ask until the page has this status; return its text."""
        until = time.monotonic() + WITHIN
        while True:
            try:
                found, text, _ = self.get(path)
            except (OSError, urllib.error.URLError):
                found, text = 0, ""
            if found == status:
                return text
            if time.monotonic() > until:
                raise TimeoutError(f"{path}: {found}, not {status}")
            time.sleep(0.2)


def seen(path: Path) -> bool:
    """Wait until a file appears."""
    until = time.monotonic() + WITHIN
    while not path.exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True
