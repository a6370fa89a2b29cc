"""One city measured: every page beside the floor, request by request, so that both meet the same machine."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.client import Browser, together
from bench.databases import settle, writer
from bench.pages import PAGES, Measured
from bench.servers import FLOOR, PORTAL, ROOT, Served, environment, manage

WARM, ALONE, CLIENTS, EACH = 2, 25, 8, 2
FLOOR_LOGIN = "executive"


@dataclass
class Times:
    """Seconds of one page and of the floor between its requests."""

    page: list[float]
    floor: list[float]

    @property
    def ratio(self) -> float:
        return median(self.page) / median(self.floor)

    @staticmethod
    def p95(times: list[float]) -> float:
        return quantiles(times, n=20)[-1]


@dataclass
class City:
    """What was measured in one city on one database."""

    database: str
    size: int
    built_in: float
    pages: dict[str, dict[str, Any]]
    plans: list[dict[str, Any]]
    alone: dict[str, Times] = field(default_factory=dict)
    crowd: dict[str, Times] = field(default_factory=dict)
    meeting: dict[str, Any] = field(default_factory=dict)
    megabytes: float = 0
    failed: list[str] = field(default_factory=list)


def build(folder: Path, url: str, size: int) -> float:
    """Build the city where there is none; seconds that the command took."""
    start = time.perf_counter()
    (folder / "static").mkdir(parents=True, exist_ok=True)
    manage(folder, url, "migrate", "--verbosity", "0")
    manage(folder, url, "demo", *(["--scale", str(size)] if size else []))
    return time.perf_counter() - start


def look_inside(folder: Path, url: str) -> dict[str, Any]:
    """Queries, bytes and plans, from a process of the portal itself."""
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=ROOT, env=environment(folder, url), check=True,
    )  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-m", "bench.inside"], cwd=ROOT, env=environment(folder, url), check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return json.loads(told.stdout)


def city(folder: Path, database: str, size: int, url: str, *, crowd: bool) -> City:
    built_in = build(folder, url, size)
    look_inside(folder, url)  # adds what the pages need; its plans are of tables without statistics
    settle(url)
    inside = look_inside(folder, url)
    found = City(database, size, built_in, inside["pages"], inside["plans"])
    found.failed = [f"{database}, {size} actions, {k}: {p['error']}" for k, p in found.pages.items() if "error" in p]
    with Served(PORTAL, folder, url) as portal, Served(FLOOR, folder, url) as floor:
        visitors = {p.login: Browser(portal.port).sign_in(p.login) for p in PAGES}
        bare = Browser(floor.port, dict(visitors[FLOOR_LOGIN].cookies))
        for page in (p for p in PAGES if "path" in found.pages[p.key]):
            visitor, path = visitors[page.login], found.pages[page.key]["path"]
            print(f"  {page.key}", file=sys.stderr, flush=True)
            try:
                found.alone[page.key] = _alone(visitor, bare, page, path, writer(url) if page.written else _nothing)
                if crowd and not page.written:
                    found.crowd[page.key] = _crowd(visitor, bare, page, path)
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                found.failed.append(f"{database}, {size} actions, {page.label}: {type(error).__name__}: {error}")
        found.megabytes = portal.worker_megabytes
    return found


def _nothing() -> None:
    """Most pages are asked for as they are."""


def _alone(visitor: Browser, bare: Browser, page: Measured, path: str, before: Callable[[], object]) -> Times:
    times = Times([], [])
    for n in range(WARM + ALONE):
        floor = bare.get("/")[0]
        before()
        page_took = visitor.get(path, page.headers)[0]
        if n >= WARM:
            times.floor.append(floor)
            times.page.append(page_took)
    return times


def _crowd(visitor: Browser, bare: Browser, page: Measured, path: str) -> Times:
    floor = together(bare, "/", {}, clients=CLIENTS, each=EACH)
    times = together(visitor, path, page.headers, clients=CLIENTS, each=EACH)
    return Times(times, floor + together(bare, "/", {}, clients=CLIENTS, each=EACH))
