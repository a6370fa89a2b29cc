"""`python -m bench`: build, serve, measure, and store bench/results.md and bench/plans.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

HERE = Path(__file__).resolve().parent


def main() -> None:
    options = _options()
    # Only addresses and the demonstration's password are read from the settings of this process.
    os.environ |= {"DJANGO_SETTINGS_MODULE": "dxportal.settings", "DXPORTAL_MODE": "demo"}
    import django

    django.setup()
    from bench import jobs, measure
    from bench.databases import DATABASES

    measure.ALONE = options.requests

    kept = Kept(f"{_machine()}; {options.requests} requests a page", options.store)
    with tempfile.TemporaryDirectory(prefix="dxportal-bench-") as made:
        base = Path(options.folder or made)
        for name in options.databases:
            folder = base / name
            folder.mkdir(parents=True, exist_ok=True)
            with kept.trying(name), DATABASES[name](folder) as addresses:
                for size in options.sizes:
                    print(f"{name}, {size} actions", file=sys.stderr, flush=True)
                    crowd = size == options.sizes[-1]
                    with kept.trying(f"{name}, {size} actions"):
                        city = measure.city(folder / f"var-{size}", name, size, addresses[size], crowd=crowd)
                        kept.add(city)
                        if options.jobs:
                            city.meeting = jobs.of_meeting(folder / f"var-{size}", addresses[size])
        if options.jobs:
            with kept.trying("jobs"):
                kept.jobs = jobs.told(base, kept.cities)
    print(kept.write())
    sys.exit(1 if kept.failed else 0)


class Kept:
    """What was measured so far, written after every city: a run that is cut short, or of which a part fails, leaves
    what it has, and says what is missing."""

    def __init__(self, machine: str, store: bool) -> None:
        self.machine, self.store = machine, store
        self.cities: list[Any] = []
        self.failed: list[str] = []
        self.jobs = ""

    def add(self, city: Any) -> None:
        self.cities.append(city)
        self.failed += city.failed
        self.write()

    @contextmanager
    def trying(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            traceback.print_exc()
            self.failed.append(f"{what}: {type(error).__name__}: {str(error)[:300]}")

    def write(self) -> str:
        from bench import report

        text = report.report(self.cities, self.machine, self.jobs, self.failed)
        if self.store:
            (HERE / "results.md").write_text(text, encoding="utf-8")
            (HERE / "plans.md").write_text(report.plans(self.cities), encoding="utf-8")
        return text


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=[150, 1000, 10000], help="150,1000,10000")
    parser.add_argument("--databases", type=lambda t: t.split(","), default=["sqlite", "postgresql"])
    parser.add_argument("--requests", type=int, default=25, help="of one client to each page")
    parser.add_argument("--folder", help="keep the cities here, and use those that stand there already")
    parser.add_argument("--no-store", dest="store", action="store_false", help="print only")
    parser.add_argument("--no-jobs", dest="jobs", action="store_false", help="pages only")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return sorted(int(n) for n in text.split(","))


def _machine() -> str:
    memory = psutil.virtual_memory().total / 1e9
    python = f"Python {platform.python_version()}"
    busy = f"load {os.getloadavg()[0]:.1f} when it began"
    return f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GB, {python}, {busy}"


if __name__ == "__main__":
    main()
