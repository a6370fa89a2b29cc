"""The reader of uploaded files without a process of its own, which would take longer than most tests that bring one."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import IO

from exchange.parsing import child
from exchange.parsing.limits import Limits, Unreadable


def run_here(kind: str, path: Path, limits: Limits, out: IO[bytes]) -> None:
    """What `exchange.reading.reader._run` writes, but without its caps on memory and time."""
    said = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="\n")
    try:
        with redirect_stdout(said):
            (child.read_text if kind == "text" else child.read_book)(path, limits)
    except Unreadable as error:
        with redirect_stdout(said):
            child.say({"refused": str(error)})
    finally:
        said.detach()
