"""The static export of an approved snapshot: pages, data, dictionary and proofs, naming nothing outside."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from lib import charts
from lib.states import STATES
from lib.wareki import format_date
from meetings.content import Content
from meetings.pack import public
from meetings.pack.public import PublicTable, Release

STYLE = "css/site.css"
MOST_ROWS = 2000
PAGES = (
    ("index", "全体の状況"), ("actions", "取組"), ("indicators", "指標"), ("maturity", "成熟度"),
    ("dictionary", "データと項目定義"),
)  # fmt: skip
DOWNLOADS = (("dictionary", "項目定義"), ("history", "更新履歴"))
WORDS = {s.label: key for key, s in STATES.items()}


def files(content: Content, release: Release) -> dict[str, bytes]:
    """Every file of the site by its name."""
    content = coded(content)
    found = {t.key: t for t in public.tables(content)}
    shown = public.data_files(content, release)
    shown["style.css"] = (Path(settings.BASE_DIR) / "static" / STYLE).read_bytes()
    common = {
        "city": content["city"]["name"], "plan": content["city"]["plan"], "release": release, "pages": PAGES,
        "as_of": dt.date.fromisoformat(content["as_of"]),
    }  # fmt: skip
    for key, title in PAGES:
        context = common | {"key": key, "title": title} | CONTEXTS[key](found)
        shown[f"{key}.html"] = render_to_string("meetings/site/_page.html", context).encode()
    sums = "".join(f"{hashlib.sha256(shown[name]).hexdigest()}  {name}\n" for name in sorted(shown))
    return shown | {"SHA256SUMS": sums.encode()}


def coded(content: Content) -> Content:
    """The content with the code of the municipality, which an older plan may lack."""
    city = content["city"]
    return {**content, "city": {**city, "code": city["code"] or settings.SITE_MUNICIPALITY_CODE}}


def archive(content: Content, release: Release) -> bytes:
    """The site as a zip; the same snapshot and approval always give the same bytes."""
    out = io.BytesIO()
    day = release.approved_on
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in sorted(files(content, release).items()):
            info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            packed.writestr(info, body)
    return out.getvalue()


def _index(found: dict[str, PublicTable]) -> dict[str, Any]:
    groups: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in _named(found["counts"]):
        groups[row["group"]][row["name"]][WORDS.get(row["state"], row["state"])] = row["count"]
    totals = groups.pop("全体", {}).get("全体", {})
    shown = [(name, _bars(name, rows.items())) for name, rows in groups.items()]
    return {"totals": [(STATES[k], n) for k, n in totals.items() if k in STATES], "sum": sum(totals.values()),
            "groups": [(name, bars) for name, bars in shown if bars], "legend": charts.legend()}  # fmt: skip


def _bars(group: str, rows: Iterable[tuple[str, dict[str, int]]]) -> list[tuple[str, str, int, Any]]:
    kept = [(name, {k: n for k, n in counts.items() if n and k in STATES}) for name, counts in rows]
    kept = [(name, counts) for name, counts in kept if counts]
    scale = charts.stack_scale(counts for _, counts in kept)
    bars = [(name, charts.stacked_bar(counts, 420, 20, scale=scale)) for name, counts in kept]
    return [(f"{group}-{n}", name, bar.total, bar) for n, (name, bar) in enumerate(bars)]


def _one(key: str) -> Any:
    """A page with the table of one dataset."""

    def context(found: dict[str, PublicTable]) -> dict[str, Any]:
        return {"tables": [_shown(found[key])]}

    return context


def _shown(table: PublicTable) -> dict[str, Any]:
    """The table without the columns that say the same in every row."""
    own = range(len(public.PLACE), len(table.columns))
    rows = [[_cell(row[n], table.columns[n].unit) for n in own] for row in table.rows[:MOST_ROWS]]
    missing = max(len(table.rows) - MOST_ROWS, 0)
    return {"table": table, "heads": [table.columns[n] for n in own], "rows": rows, "missing": missing}


def _cell(value: Any, unit: str) -> str:
    if value is None:
        return "—"
    if isinstance(value, dt.date):
        return format_date(value)
    return f"{value}{unit if unit == '%' else ''}"


def _dictionary(found: dict[str, PublicTable]) -> dict[str, Any]:
    every = list(found.values())
    return {"datasets": every, "words": public.dictionary(every), "word_heads": public.DICTIONARY,
            "downloads": DOWNLOADS}  # fmt: skip


def _named(table: PublicTable) -> list[dict[str, Any]]:
    keys = [c.key for c in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


CONTEXTS = {
    "index": _index, "actions": _one("actions"), "indicators": _one("indicators"), "maturity": _one("maturity"),
    "dictionary": _dictionary,
}  # fmt: skip
