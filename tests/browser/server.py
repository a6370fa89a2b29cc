"""The portal as it is really served: granian, its own database file, the demonstration city in it."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

from tests.warm import ROOT, bare

PASSWORD = "dxportal-demo"
SIGN_IN = "/accounts/sign-in/"
DATABASE = "portal.sqlite3"
FILES = ("attachments", "packs")
# The demonstration in tables that come from the models: that they are migrated is the matter of other tests.
BUILD = """
import django
django.setup()
import tests.browser.served
from tests.tables import from_models
from_models()
import manage
manage.main()
"""
# The first answer imports the whole portal; a busy machine takes its time over that.
STARTS_WITHIN = 300


def environment(var: Path) -> dict[str, str]:
    return bare() | {"DXPORTAL_MODE": "demo", "DXPORTAL_VAR": str(var), "DJANGO_SETTINGS_MODULE": "dxportal.settings"}


def build_city(var: Path) -> None:
    """Create the database with the demonstration city under `var`."""
    (var / "static").mkdir(parents=True)
    told = {"cwd": ROOT, "env": environment(var), "stdout": subprocess.DEVNULL}
    subprocess.run([sys.executable, "-c", BUILD, "demo"], check=True, **told)


def built_once(folder: Path) -> Path:
    """Build the city in `folder` in one of the test processes; the others wait for it."""
    city, ready, failed = (folder / name for name in ("city", "city.ready", "city.failed"))
    try:
        (folder / "city.lock").mkdir()
    except FileExistsError:
        _wait_for(lambda: ready.exists() or failed.exists(), seconds=300)
        if failed.exists():
            raise RuntimeError("the city could not be built; another test process tells why") from None
        return city
    try:
        build_city(city)
    except BaseException:
        failed.touch()
        raise
    ready.touch()
    return city


class Portal:
    """A server on its own copy of a city; `with Portal(city, folder) as portal: portal.url`."""

    def __init__(self, city: Path, folder: Path) -> None:
        self.city, self.var = city, folder
        if city != folder:
            shutil.copytree(city, folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._looked_at = 0

    def __enter__(self) -> Portal:
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
            "--blocking-threads", "4", "--log-level", "warning", "tests.browser.served:application",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(self.var), stdout=self.log.open("w"), stderr=subprocess.STDOUT
        )
        try:
            _wait_for(self._answers, seconds=STARTS_WITHIN)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"the server ended: {self.log.read_text()}")
        try:
            urllib.request.urlopen(self.url + SIGN_IN, timeout=STARTS_WITHIN)
        except OSError:
            return False
        return True

    def begin_anew(self) -> None:
        """Put the city back as it was, beneath the running server: starting one takes longer than most journeys."""
        kept = sqlite3.connect(f"file:{self.city / DATABASE}?immutable=1", uri=True)
        with closing(kept), closing(sqlite3.connect(self.var / DATABASE)) as live:
            kept.backup(live)
        for name in FILES:
            shutil.rmtree(self.var / name, ignore_errors=True)
            if (self.city / name).exists():
                shutil.copytree(self.city / name, self.var / name)
        self._looked_at = self.log.stat().st_size

    def errors(self) -> list[str]:
        """Lines of the log that tell of an error inside, since the city began anew."""
        said = self.log.read_bytes()[self._looked_at :].decode("utf-8", "replace")
        return [line for line in said.splitlines() if "Traceback" in line or "Internal Server" in line]


def _wait_for(condition: object, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > until:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.1)
