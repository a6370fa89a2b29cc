"""A process with the portal read in, which forks a child for every command and every piece of code of the tests.

Reading it in takes more than a second, a child some hundredths. A child reads the settings anew, from an environment of
its own, and then is what `python <arguments>` would be: it has its own connections, its own end, and can be killed.
What is about the start itself (settings that are refused, the server) takes a real process.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from tests.roomy import roomy

ROOT = Path(__file__).resolve().parent.parent
# Generous: a busy machine is slow, and nothing here is about time.
WITHIN = 600
PIECE = 1 << 16


def bare() -> dict[str, str]:
    """The environment without anything that concerns the portal."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("DXPORTAL_", "DJANGO_", "DATABASE_"))}


# ---- on the side of the tests


@cache
def _warm() -> socket.socket:
    """The one of this process of the suite; it ends when nobody can ask it any more."""
    ours, theirs = socket.socketpair()
    # No folder can lie there: what forgot to read its settings anew fails.
    own = {"DXPORTAL_MODE": "demo", "DXPORTAL_VAR": os.devnull, "DJANGO_SETTINGS_MODULE": "dxportal.settings"}
    asked = {k: os.environ[k] for k in ("DATABASE_URL",) if k in os.environ}
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", str(theirs.fileno())], cwd=ROOT, env=bare() | own | asked,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
        )  # fmt: skip
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


class Child:
    """What `python <arguments>` would be; `stdout` can be read while it runs."""

    def __init__(self, *arguments: str, env: dict[str, str]) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in `ended`)
        (out, into), (told, tells) = os.pipe(), os.pipe()
        job = json.dumps({"argv": arguments, "env": env}) + "\n"
        socket.send_fds(_warm(), [job.encode()], [into, self._errors.fileno(), tells])
        os.close(into)
        os.close(tells)
        self.stdout, self._told = os.fdopen(out), os.fdopen(told, "rb", buffering=0)
        self.pid = int(self._told.readline())

    @property
    def runs(self) -> bool:
        return not select.select([self._told], [], [], 0)[0]

    def kill(self) -> None:
        if self.runs:
            os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> subprocess.CompletedProcess[str]:
        """Wait for its end; what of its words was not read yet, and its errors."""
        with self.stdout, self._told, self._errors:
            words, status = self.stdout.read(), int(self._told.readline())
            self._errors.seek(0)
            return subprocess.CompletedProcess([], status, words, self._errors.read())


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Like `python <arguments>` with nothing of the suite's environment."""
    return Child(*arguments, env=bare() | {"DJANGO_SETTINGS_MODULE": "dxportal.settings"} | env).ended()


# ---- the process itself


def main(asked: socket.socket) -> None:
    import django

    django.setup()
    import dxportal.urls  # noqa: F401
    import tests.world  # noqa: F401

    gc.freeze()  # children do not look through what is read in, and so share it
    while job := _job(asked):
        said, files = job
        if not os.fork():
            asked.close()
            _attend(*files)
            _end(roomy(_status_of)(json.loads(said)))
        for file in files:
            os.close(file)
        _bury(os.WNOHANG)
    _bury(0)


def _bury(how: int) -> None:
    """Those that have ended count as work of the suite only if somebody asks for their end."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, how)[0]:
            pass


def _job(asked: socket.socket) -> tuple[bytes, list[int]] | None:
    said, files = b"", []
    while not said.endswith(b"\n"):
        piece, more, _, _ = socket.recv_fds(asked, PIECE, 3)
        if not piece:
            return None
        said, files = said + piece, files + more
    return said, files


def _attend(out: int, errors: int, tells: int) -> None:
    """Fork once more: one stays to tell how the other ended, which goes on with these as its outputs."""
    if child := os.fork():
        os.write(tells, b"%d\n" % child)
        os.write(tells, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os._exit(0)
    for file, place in ((out, 1), (errors, 2)):
        os.dup2(file, place)
    for file in (out, errors, tells):
        os.close(file)


def _status_of(job: dict[str, Any]) -> int:
    """What the interpreter would end with, after the words that it would print."""
    try:
        _begin(**job)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """Without taking down all that was read in, which takes longer than most of the pieces."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _begin(argv: list[str], env: dict[str, str]) -> None:
    """As the interpreter begins: `-c code` or a file, and what follows."""
    signal.alarm(WITHIN)
    os.environ.clear()
    os.environ.update(env)
    _read_settings()
    if argv[0] == "-c":
        sys.argv = ["-c", *argv[2:]]
        exec(compile(argv[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = argv
        runpy.run_path(argv[0], run_name="__main__")


def _read_settings() -> None:
    """From the environment of the child; those that packages have added stay."""
    from django.conf import settings
    from django.db import connections

    told = importlib.reload(sys.modules["dxportal.settings"])
    for name in filter(str.isupper, dir(told)):
        setattr(settings, name, getattr(told, name))
    connections.settings = connections.configure_settings(settings.DATABASES)
    if connections.all(initialized_only=True):
        del connections["default"]


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
