"""`python -m bench`: build, serve, measure, and store bench/results.md and bench/plans.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parent


def main() -> None:
    options = _options()
    # Only addresses and the demonstration's password are read from the settings of this process.
    os.environ |= {"DJANGO_SETTINGS_MODULE": "dxportal.settings", "DXPORTAL_MODE": "demo"}
    import django

    django.setup()
    from bench import jobs, measure, report
    from bench.databases import DATABASES

    measure.ALONE = options.requests

    cities = []
    with tempfile.TemporaryDirectory(prefix="dxportal-bench-") as made:
        base = Path(options.folder or made)
        for name in options.databases:
            folder = base / name
            folder.mkdir(parents=True, exist_ok=True)
            with DATABASES[name](folder) as addresses:
                for size in options.sizes:
                    print(f"{name}, {size} actions", file=sys.stderr, flush=True)
                    crowd = size == options.sizes[-1]
                    cities.append(measure.city(folder / f"var-{size}", name, size, addresses[size], crowd=crowd))
        told = jobs.told(base) if options.jobs else ""
    text = report.report(cities, f"{_machine()}; {options.requests} requests a page", told)
    print(text)
    if options.store:
        (HERE / "results.md").write_text(text, encoding="utf-8")
        (HERE / "plans.md").write_text(report.plans(cities), encoding="utf-8")


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
    return f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GB, {python}"


if __name__ == "__main__":
    main()
