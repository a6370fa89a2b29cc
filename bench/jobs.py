"""Jobs that are not pages: only reported, but for the pack, which has its target."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.measure import City, build
from bench.report import NAMES, table
from bench.servers import ROOT, environment

LONGEST_PACK = 10
KINDS = ("pdf", "pptx", "xlsx")


def of_meeting(folder: Path, url: str) -> dict[str, Any]:
    """Seconds of `bench.meeting` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.meeting"], cwd=ROOT, env=environment(folder, url), check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return json.loads(done.stdout)


def told(base: Path, cities: Sequence[City]) -> str:
    """The first start of the demonstration on a database that is not there yet, what meetings need, and workbooks."""
    folder = base / "first"
    seconds = build(folder, f"sqlite:///{folder / 'portal.sqlite3'}", 0)
    rows = [("first start of `make demo` after install, SQLite", f"{seconds:.0f} s", "")]
    rows += [row for city in cities for row in _meeting(city)]
    return "## Jobs\n\n" + table(("job", "took", "target"), rows) + workbooks()


def _meeting(city: City) -> Iterator[tuple[str, str, str]]:
    where, found = f"{city.size:,} actions, {NAMES[city.database]}", city.meeting
    if not found:
        return
    yield f"freeze a snapshot, {where}", f"{found['freeze']:.2f} s", ""
    yield f"compare two snapshots, {where}", f"{found['compare']:.2f} s", ""
    if all(kind in found for kind in KINDS):
        took = sum(found[kind] for kind in KINDS)
        parts = "、".join(f"{kind} {found[kind]:.1f}" for kind in KINDS)
        held = "✓" if took < LONGEST_PACK else "✗"
        yield f"pack in all three formats（{parts}）, {where}", f"{took:.1f} s", f"< {LONGEST_PACK} s {held}"


def workbooks() -> str:
    """`bench.exchange` in a process of its own: seconds of the processor, and ratios to the bare libraries."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.exchange"], capture_output=True, text=True, check=True
    )
    return f"\n\n## Workbooks\n\n```text\n{done.stdout}```\n"
