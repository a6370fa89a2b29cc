"""Jobs that are not pages: only reported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.measure import build
from bench.report import table


def told(base: Path) -> str:
    """The first start of the demonstration on a database that is not there yet, and workbooks in and out."""
    folder = base / "first"
    seconds = build(folder, f"sqlite:///{folder / 'portal.sqlite3'}", 0)
    rows = [("first start of `make demo` after install, SQLite", f"{seconds:.0f} s")]
    return "## Jobs\n\n" + table(("job", "took"), rows) + workbooks()


def workbooks() -> str:
    """`bench.exchange` in a process of its own: seconds of the processor, and ratios to the bare libraries."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.exchange"], capture_output=True, text=True, check=True
    )
    return f"\n\n## Workbooks\n\n```text\n{done.stdout}```\n"
