"""From the rows of a city's sheet to cells under the portal's columns (pure)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exchange.cells import fiscal_year_of
from exchange.wizard import cleaning, figures, grid, heading, periods
from exchange.wizard.heading import Head, Merged, Rows

LEFT_OUT = ("total", "note", "section")
ALWAYS_OUT = ("blank", "heads")
NUMBERED = "{番号}"
_PARTS = re.compile(r"[、，,／/;；\n]+")
_UNITS = re.compile(
    r"^(?:約|およそ)?([-△▲]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*(?:人|件|%|回|台|箇所|か所|ヶ所|日|時間|社|団体|名)?$"
)
_LAST_DAY = ("end", "due", "until", "done", "_to")


@dataclass(frozen=True)
class Spec:
    """One column of the portal: `kind` is text, number, amount, year, day, choice, one or many."""

    name: str
    label: str
    kind: str
    required: bool = False
    locked: bool = False
    options: tuple[str, ...] = ()

    @property
    def has_options(self) -> bool:
        return self.kind in ("choice", "one", "many") and not self.locked

    @property
    def edge(self) -> cleaning.Edge:
        return "end" if any(part in self.name for part in _LAST_DAY) else "start"


@dataclass
class Choices:
    """What a person has chosen, as it is kept between the pages."""

    sheet: str = ""
    first: int = 0
    depth: int = 1
    columns: dict[int, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    grid: bool = True
    owner: str = ""
    # What year columns hold whose heads do not say it, and why stored actuals are corrected.
    figures: str = ""
    reason: str = ""
    # What columns of periods hold; None as long as nobody chose it: then their heads say it.
    periods: dict[int, str] | None = None
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def head(self) -> Head:
        return Head(self.first, self.depth)

    def plain(self) -> dict[str, Any]:
        return {**self.__dict__, "columns": _worded(self.columns), "periods": _worded(self.periods)}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Choices:
        known = {k: v for k, v in stored.items() if k in cls.__dataclass_fields__}
        return cls(**{**known, **{n: _numbered(known[n]) for n in ("columns", "periods") if n in known}})


def _worded(places: Mapping[int, str] | None) -> dict[str, str] | None:
    """JSON has no numbers for keys."""
    return None if places is None else {str(at): name for at, name in places.items()}


def _numbered(places: Mapping[str, str] | None) -> dict[int, str] | None:
    return None if places is None else {int(at): name for at, name in places.items()}


@dataclass
class Line:
    """One row of the sheet: its number as the spreadsheet shows it, what it is, and its cells made plain."""

    number: int
    kind: str
    cells: list[Any]
    raw: list[Any]


@dataclass
class Made:
    """One row for the portal: cells by field, bars of the schedule, and the number of the row it comes from."""

    number: int
    cells: dict[str, Any] = field(default_factory=dict)
    bars: list[grid.Bar] = field(default_factory=list)
    figures: list[figures.Figure] = field(default_factory=list)


@dataclass(frozen=True)
class Spread:
    """What columns of periods become: bars (with the words of their owners), or figures of the row of a name."""

    owners: Mapping[str, Sequence[str]] | None = None
    figures: bool = False
    named: Sequence[str] = ()


class Table:
    """A sheet read under the chosen heads."""

    def __init__(self, rows: Rows, merged: Merged, head: Head) -> None:
        self.rows, self.merged, self.head = rows, merged, head
        self.labels = heading.labels(rows, merged, head)
        self.spans = grid.columns(self.labels)
        self.years = periods.columns(self.labels)
        self.lines = self._lines()

    def _lines(self) -> list[Line]:
        down = heading.filled(self.rows, self.merged, down_only=True)
        widths = {(m[0], m[1]): m[3] - m[1] + 1 for m in self.merged}
        made = []
        for at in range(self.head.body, len(self.rows)):
            raw = self.rows[at]
            first = next((n for n, v in enumerate(raw) if cleaning.plain(v)), 0)
            kind = heading.kind_of(raw, self.labels, merged_width=widths.get((at, first), 1))
            made.append(Line(at + 1, kind, down[at], raw))
        cleaning.fill_ditto([line.cells for line in made if line.kind == "data"])
        return made

    def counts(self) -> dict[str, int]:
        kinds = [line.kind for line in self.lines]
        return {kind: kinds.count(kind) for kind in heading.KIND_WORDS if kind in kinds}

    def wanted(self, choices: Choices) -> list[Line]:
        out = {*ALWAYS_OUT, *(k for k in LEFT_OUT if k not in choices.kept)}
        return [line for line in self.lines if line.kind not in out]

    def samples(self, at: int, most: int = 3) -> list[str]:
        return list(dict.fromkeys(text for text in self.column(at) if text))[:most]

    def column(self, at: int) -> list[str]:
        """The words of a column in the rows of data."""
        return [cleaning.plain(line.cells[at]) for line in self.lines if line.kind == "data" and at < len(line.cells)]

    def bars(self, line: Line, owners: Mapping[str, Sequence[str]]) -> list[grid.Bar]:
        at = line.number - 1
        mine = [m for m in self.merged if m[0] <= at <= m[2]]
        cells = list(line.raw)
        for top, left, _, _ in mine:
            cells[left] = self.rows[top][left]
        return grid.bars(cells, self.spans, mine, owners)

    def apart(self, choices: Choices) -> dict[int, periods.Column]:
        """The columns that hold figures: as they were chosen, else as their heads say."""
        if choices.periods is None:
            return self.years
        chosen = ((at, periods.Column.of(key)) for at, key in choices.periods.items())
        return {at: column for at, column in chosen if column is not None}


def parts(value: Any, spec: Spec) -> list[str]:
    """The words of a cell: several for a column that takes several."""
    text = cleaning.without_note_mark(cleaning.plain(value))
    if spec.kind != "many":
        return [text] if text else []
    return [p.strip() for p in _PARTS.split(text) if p.strip()]


def distinct(lines: Sequence[Line], at: int, spec: Spec) -> dict[str, int]:
    """The different words of a column with their counts, the most frequent first."""
    counts: dict[str, int] = {}
    for line in lines:
        for word in parts(line.cells[at] if at < len(line.cells) else None, spec):
            counts[word] = counts.get(word, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def converted(value: Any, spec: Spec, values: Mapping[str, str]) -> Any:
    """The cell under a column of the portal; what cannot be read stays as it is, so that the dry run says why."""
    if cleaning.plain(value) == "":
        return None
    if spec.has_options:
        words = [values.get(p, "") for p in parts(value, spec)]
        return "\n".join(dict.fromkeys(w for w in words if w)) or None
    return _BY_KIND.get(spec.kind, _text)(value, spec)


def _text(value: Any, spec: Spec) -> Any:
    if spec.name in ("code", "number", "login_id"):
        return cleaning.code_of(value)
    return cleaning.without_note_mark(cleaning.plain(value)) if not spec.locked else cleaning.plain(value)


def _day(value: Any, spec: Spec) -> Any:
    try:
        return cleaning.loose_date(value, spec.edge)
    except ValueError:
        return cleaning.plain(value)


def _number(value: Any, spec: Spec) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool | dt.date):
        return value
    text = unicodedata.normalize("NFKC", cleaning.code_of(value)).strip()
    match = _UNITS.fullmatch(text)
    return match[1].replace(",", "") if match else text


def _amount(value: Any, spec: Spec) -> Any:
    """With its unit: whether 540万円 is 5,400千円 is for the column to say."""
    if isinstance(value, int | float) and not isinstance(value, bool | dt.date):
        return value
    text = unicodedata.normalize("NFKC", cleaning.code_of(value)).strip()
    return text.removeprefix("約").removeprefix("およそ")


def _year(value: Any, spec: Spec) -> Any:
    """By the western year, as the rows are known that are there already."""
    try:
        return int(fiscal_year_of(cleaning.code_of(value)))
    except (ArithmeticError, ValueError):
        return cleaning.plain(value)


_BY_KIND: dict[str, Callable[[Any, Spec], Any]] = {
    "day": _day, "number": _number, "amount": _amount, "year": _year, "text": _text,
}  # fmt: skip


def make(table: Table, choices: Choices, specs: Mapping[str, Spec], spread: Spread | None = None) -> list[Made]:
    """All rows for the portal; `spread` says what columns of periods become."""
    spread = spread or Spread()
    made: list[Made] = []
    apart = table.apart(choices) if spread.figures and choices.grid else {}
    for count, line in enumerate(table.wanted(choices), 1):
        row = Made(line.number, _cells(line, count, choices, specs))
        if spread.owners is not None and choices.grid:
            row.bars = table.bars(line, spread.owners)
        if apart:
            row.figures = figures.of_row(line.raw, line.cells, apart, choices.figures)
            if made and _goes_on(made[-1], row, spread.named):
                made[-1].figures += row.figures
                made[-1].cells = row.cells | made[-1].cells
                continue
        if row.cells or row.bars:
            made.append(row)
    return made


def _cells(line: Line, count: int, choices: Choices, specs: Mapping[str, Spec]) -> dict[str, Any]:
    cells = {}
    for at, name in choices.columns.items():
        if name in specs and at < len(line.cells):
            cell = converted(line.cells[at], specs[name], choices.values.get(name, {}))
            if cell is not None:
                cells[name] = cell
    for name, word in choices.fixed.items():
        if name in specs and word and name not in cells:
            said = word.replace(NUMBERED, f"{count:03}")
            cells[name] = _year(said, specs[name]) if specs[name].kind == "year" else said
    return cells


def _goes_on(before: Made, row: Made, named: Sequence[str]) -> bool:
    """Whether a row is another line of the one above: 目標 over 実績 under one name."""
    return bool(row.figures) and all(row.cells.get(n) in (None, before.cells.get(n)) for n in named)
