"""What of a snapshot may be published: a list of what goes out. Whatever is not named here stays inside."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from meetings.content import Content
from meetings.pack.data import DATASETS, DICTIONARY, KINDS, PLACE, Column, Value
from meetings.pack.neutral import neutral

# Reasons, problems, what was done, grades, hurdles, decisions, single departments' levels and every name of a person
# are working material of the administration and are left out.
PUBLIC: dict[str, tuple[str, ...]] = {
    "actions": ("code", "title", "department", "lifecycle", "state", "percent", "reported_as_of", "starts_on",
                "ends_on", "items"),
    "phases": ("code", "label", "owner", "actual", "starts_on", "ends_on"),
    "milestones": ("code", "milestone", "due_on", "done_on"),
    "counts": ("group", "name", "state", "count"),
    "maturity": ("period", "axis", "kind", "value", "answered"),
    "indicators": ("indicator", "department", "value", "measure_unit", "value_on", "grade"),
}  # fmt: skip
BOM = "\ufeff"


@dataclass(frozen=True)
class Release:
    """Under which approval the files go out; nobody is named."""

    snapshot: str
    sha256: str
    approved_on: dt.date
    basis: str
    corrects: str = ""
    correction_reason: str = ""


@dataclass(frozen=True)
class PublicTable:
    """A dataset cut down to its public columns."""

    key: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def heads(self) -> list[str]:
        return [c.name for c in self.columns]

    @property
    def csv(self) -> bytes:
        """UTF-8 with its mark, so that Excel reads it too; a unit has a column of its own in the dictionary."""
        return _csv([self.heads, *([_text(v) for v in row] for row in self.rows)])

    def json(self, content: Content) -> bytes:
        """Keys in English, figures as numbers, unknown as null."""
        keys = [c.key for c in self.columns]
        found = {
            "dataset": self.key, "title": self.title, "as_of": content["as_of"],
            "columns": [_said(c) for c in self.columns],
            "rows": [dict(zip(keys, map(_plain, row), strict=True)) for row in self.rows],
        }  # fmt: skip
        return json.dumps(found, ensure_ascii=False, indent=1).encode()


def tables(content: Content) -> Iterator[PublicTable]:
    """Every public dataset of a snapshot."""
    place = tuple(c.key for c in PLACE)
    for key, names in PUBLIC.items():
        dataset = DATASETS[key]
        wanted = [n for n, c in enumerate(dataset.columns) if c.key in (*place, *names)]
        rows = tuple(tuple(row[n] for n in wanted) for row in dataset.rows(content))
        yield PublicTable(key, dataset.title, dataset.about, tuple(dataset.columns[n] for n in wanted), rows)


def dictionary(found: list[PublicTable]) -> list[list[str]]:
    """The data dictionary of what is published, under `DICTIONARY`."""
    return [[t.title, c.name, c.key, KINDS[c.kind], c.unit, c.note] for t in found for c in t.columns]


def data_files(content: Content, release: Release) -> dict[str, bytes]:
    """Name and bytes of each data file."""
    found = list(tables(content))
    files = {f"data/{t.key}.csv": t.csv for t in found}
    files |= {f"data/{t.key}.json": t.json(content) for t in found}
    words = dictionary(found)
    files["data/dictionary.csv"] = _csv([list(DICTIONARY), *words])
    keys = ("dataset", "name", "key", "type", "unit", "note")
    said = [dict(zip(keys, row, strict=True)) for row in words]
    files["data/dictionary.json"] = json.dumps(said, ensure_ascii=False, indent=1).encode()
    files["data/history.csv"] = _csv([list(HISTORY), *history(content, release)])
    return files


HISTORY = ("基準日", "公開の承認日", "承認の根拠", "確定資料", "訂正前の確定資料", "訂正の理由", "確定資料のSHA-256")


def history(content: Content, release: Release) -> list[list[str]]:
    approved = release.approved_on.isoformat()
    return [[content["as_of"], approved, release.basis, release.snapshot, release.corrects, release.correction_reason,
             release.sha256]]  # fmt: skip


def _said(column: Column) -> dict[str, str]:
    return {"key": column.key, "name": column.name, "type": column.kind, "unit": column.unit, "note": column.note}


def _csv(rows: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([[neutral(value) for value in row] for row in rows])
    return (BOM + out.getvalue()).encode()


def _text(value: Value) -> Any:
    """ISO days, figures without the zeros of their column, blank where nothing is known."""
    if value is None:
        return ""
    if isinstance(value, Decimal):  # stays a number, or its minus would be taken for the beginning of a formula
        return int(value) if value == value.to_integral_value() else value.normalize()
    return _plain(value)


def _plain(value: Value) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
