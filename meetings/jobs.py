"""Starting the worker of packs: a process of its own, so a page never waits and a crash of a renderer harms nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

COMMAND = "make_pack"


def launch(keys: Sequence[int]) -> None:
    """Let a worker make these files, one after the other."""
    if settings.PACK_WORKER == "inline":
        call_command(COMMAND, *keys)
        return
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    subprocess.Popen(  # noqa: S603 (our own command with whole numbers)
        [sys.executable, manage, COMMAND, *map(str, keys)], cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, start_new_session=os.name == "posix", close_fds=True,
    )  # fmt: skip
