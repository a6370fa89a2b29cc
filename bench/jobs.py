"""Jobs that are not pages: only reported."""

from __future__ import annotations

from pathlib import Path

from bench.measure import build
from bench.report import table


def told(base: Path) -> str:
    """The first start of the demonstration on a database that is not there yet."""
    folder = base / "first"
    seconds = build(folder, f"sqlite:///{folder / 'portal.sqlite3'}", 0)
    rows = [("first start of `make demo` after install, SQLite", f"{seconds:.0f} s")]
    return "## Jobs\n\n" + table(("job", "took"), rows)
