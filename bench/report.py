"""The table as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from bench.measure import CLIENTS, City, Times
from bench.pages import PAGES

WIDEST = 600
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(str(c) for c in line)} |" for line in lines)


def report(cities: Sequence[City], machine: str, jobs: str, failed: Sequence[str] = ()) -> str:
    databases = list(dict.fromkeys(c.database for c in cities))
    parts = [HEAD.format(machine=machine)]
    for database in databases:
        own = [c for c in cities if c.database == database]
        parts += [f"## {NAMES[database]}", _sizes(own), _alone(own), _crowd(own[-1])]
    missing = "\n".join(["## Not measured", "", *(f"- {line}" for line in failed)]) if failed else ""
    return "\n\n".join(p for p in [*parts, jobs, missing] if p) + "\n"


def _sizes(cities: Sequence[City]) -> str:
    rows = [
        (f"{c.size:,}", f"{c.built_in:.0f} s", f"{c.megabytes:.0f} MB", _ms(_floor(c))) for c in cities
    ]
    return table(("actions", "migrate and build", "largest worker", "floor p50"), rows)


def _floor(city: City) -> float:
    return median([t for times in city.alone.values() for t in times.floor])


def _alone(cities: Sequence[City]) -> str:
    """One client: p50 and p95 in the largest city, the ratio, and what growing cost."""
    small, large = cities[0], cities[-1]
    rows = []
    for page in (p for p in PAGES if p.key in large.alone):
        times, facts = large.alone[page.key], large.pages[page.key]
        before = small.alone.get(page.key) if small is not large else None
        growth = times.ratio / before.ratio if before else None
        rows.append((
            page.label, _ms(median(times.page)), _ms(Times.p95(times.page)), f"{times.ratio:.2f}×",
            _held(times.ratio, page.most), facts["queries"], f"{facts['bytes'] / 1000:.0f} kB",
            f"{growth:.2f}×" if growth else "", _held(growth, page.growth) if growth else "",
        ))  # fmt: skip
    heads = ("page, 1 client", "p50", "p95", "ratio", "target", "queries", "size",
             f"{small.size:,} → {large.size:,}", "target")  # fmt: skip
    shown = len(heads) if small is not large else len(heads) - 2
    return table(heads[:shown], [row[:shown] for row in rows])


def _held(value: float | None, most: float | None) -> str:
    if most is None or value is None:
        return ""
    return f"≤ {most}× {'✓' if value <= most else '✗'}"


def _crowd(city: City) -> str:
    if not city.crowd:
        return ""
    labels = {p.key: p.label for p in PAGES}
    rows = [
        (labels[key], _ms(median(t.page)), _ms(Times.p95(t.page)), f"{t.ratio:.2f}×") for key, t in city.crowd.items()
    ]
    return table((f"page, {CLIENTS} clients, {city.size:,} actions", "p50", "p95", "ratio"), rows)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def plans(cities: Sequence[City]) -> str:
    """The heaviest queries of the largest city on each database, with their plans."""
    parts = [f"# Plans of the heaviest queries\n\n{PLANS}"]
    for database in dict.fromkeys(c.database for c in cities):
        city = [c for c in cities if c.database == database][-1]
        parts.append(f"## {NAMES[database]}, {city.size:,} actions")
        for n, query in enumerate(city.plans, 1):
            parts.append(f"### {n}. {query['page']}, {query['seconds'] * 1000:.0f} ms")
            parts.append(f"```sql\n{_short(query['sql'])}\n```\n\n```\n{_cut(query['plan'])}\n```")
    return "\n\n".join(parts) + "\n"


def _cut(plan: str) -> str:
    """A condition on a thousand keys is told by its beginning."""
    return "\n".join(line if len(line) <= WIDEST else f"{line[:WIDEST]}…" for line in plan.split("\n"))


def _short(sql: str) -> str:
    """Without the list of columns."""
    head, _, rest = sql.partition(" FROM ")
    return f"{head[:200]}{'…' if len(head) > 200 else ''} FROM {rest[:900]}{'…' if len(rest) > 900 else ''}"


HEAD = """# Results of `make bench`

{machine}. Ratios are taken in one run: between two requests of a page stands one to the floor, a bare Django view with
a session, one query and fifty rows through one template, on the same server and database. Times include the client."""

PLANS = "From the same run as [results.md](results.md): the slowest statements of the largest cities."
