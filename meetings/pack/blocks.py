"""What a page of the pack consists of: words, figures, tables and charts with their values, before any drawing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, TypeAlias

from lib import charts
from lib.charts import Heat, HeatRow, Legend, Radar, RadarSeries, Schedule, ScheduleRow, StackedBar
from lib.fiscal import Period
from lib.states import STATES
from lib.wareki import format_date

SHEET_WIDTH = 1460  # of an A3 sheet between its margins, in CSS pixels

Value: TypeAlias = str | int | float | Decimal | dt.date | None


def cut(total: int, shown: int) -> str:
    """Says how many rows are missing on a page, and where they are."""
    return f"全{total:,}件のうち{shown:,}件。残りの{total - shown:,}件はExcelのデータのシートにあります。"


@dataclass(frozen=True)
class Cell:
    """One cell: `value` is what is true, `text` how it is printed; `state` is a key of STATES drawn as its badge."""

    value: Value
    text: str
    state: str = ""


def cell(value: Value, *, state: str = "", suffix: str = "", empty: str = "—") -> Cell:
    """A cell with the usual way of printing: dates in 和暦, a dash for what is unknown."""
    if value is None or value == "":
        return Cell(None, empty, state)
    if isinstance(value, dt.date):
        return Cell(value, format_date(value, "short"), state)
    return Cell(value, f"{value}{suffix}", state)


@dataclass(frozen=True)
class Head:
    """A column: `width` is its share of the table, `numeric` aligns to the right."""

    label: str
    width: int = 10
    numeric: bool = False


@dataclass(frozen=True)
class Lead:
    """A sentence in large type."""

    kind: ClassVar[str] = "lead"
    text: str


@dataclass(frozen=True)
class Prose:
    """Small print."""

    kind: ClassVar[str] = "prose"
    text: str


@dataclass(frozen=True)
class Empty:
    """Says that there is nothing, which is itself a statement."""

    kind: ClassVar[str] = "empty"
    text: str


@dataclass(frozen=True)
class Facts:
    """Names with their values, e.g. of the cover."""

    kind: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figures:
    """Counts by state in large type: (key of STATES, count, count before or None)."""

    kind: ClassVar[str] = "figures"
    title: str
    items: tuple[tuple[str, int, int | None], ...]

    @property
    def labelled(self) -> list[tuple[str, str, int, int | None]]:
        return [(key, STATES[key].label, now, before) for key, now, before in self.items]


@dataclass(frozen=True)
class Table:
    """Rows under heads. `left_out` rows did not fit the page; the note says so."""

    kind: ClassVar[str] = "table"
    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0

    @property
    def total(self) -> int:
        return len(self.rows) + self.left_out

    @property
    def cut_note(self) -> str:
        """Says how many rows are missing here and where they are; empty if all are shown."""
        if not self.left_out:
            return ""
        return cut(self.total, len(self.rows))

    @property
    def lines(self) -> list[list[tuple[Cell, bool]]]:
        """Rows as they are printed: each cell with the alignment of its column."""
        return [[(c, h.numeric) for c, h in zip(row, self.heads, strict=True)] for row in self.rows]

    @property
    def shares(self) -> tuple[float, ...]:
        """Widths of the columns in percent."""
        full = sum(h.width for h in self.heads)
        return tuple(round(100 * h.width / full, 2) for h in self.heads)


def table(title: str, heads: Sequence[Head], rows: Iterable[Sequence[Cell]], most: int) -> Table:
    """Keep at most `most` rows, counting the rest."""
    every = [tuple(row) for row in rows]
    return Table(title, tuple(heads), tuple(every[:most]), max(len(every) - most, 0))


@dataclass(frozen=True)
class StateBars:
    """Counts by state for each row, as stacked bars on one scale."""

    kind: ClassVar[str] = "bars"
    title: str
    rows: tuple[tuple[str, Mapping[str, int]], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """States that occur, in the order of the bars."""
        return tuple(k for k in charts.STATE_STYLES if any(counts.get(k) for _, counts in self.rows))

    @property
    def bars(self) -> list[tuple[str, int, StackedBar]]:
        scale = charts.stack_scale(counts for _, counts in self.rows)
        drawn = [(label, charts.stacked_bar(counts, 420, 20, scale=scale)) for label, counts in self.rows]
        return [(label, bar.total, bar) for label, bar in drawn]

    @property
    def legend(self) -> Legend:
        return charts.legend(present=self.keys)


@dataclass(frozen=True)
class RadarBlock:
    """Levels by axis; None where nothing was answered."""

    kind: ClassVar[str] = "radar"
    title: str
    axes: tuple[str, ...]
    series: tuple[tuple[str, str, tuple[float | None, ...]], ...]
    maximum: float = 5

    @property
    def chart(self) -> Radar | None:
        """None for fewer than three axes; the table beside it says the same."""
        series = [RadarSeries(key, label, values) for key, label, values in self.series]
        return charts.radar(self.axes, series, self.maximum)

    @property
    def values(self) -> Table:
        heads = (Head("軸", 24), *(Head(label, 10, True) for _, label, _ in self.series))
        rows = [(cell(axis), *(cell(v[i]) for _, _, v in self.series)) for i, axis in enumerate(self.axes)]
        return Table("", heads, tuple(rows))


@dataclass(frozen=True)
class HeatBlock:
    """Levels by department and axis; None is unanswered, `charts.NOT_APPLICABLE` out of scope."""

    kind: ClassVar[str] = "heat"
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Any, ...]], ...]
    maximum: float = 5
    left_out: int = 0

    @property
    def cut_note(self) -> str:
        if not self.left_out:
            return ""
        return f"ほかに{self.left_out:,}の所属があります。Excelのデータのシートにすべてあります。"

    @property
    def chart(self) -> Heat:
        rows = [HeatRow(label, values) for label, values in self.rows]
        return charts.heat(rows, self.columns, self.maximum, places=0)


@dataclass(frozen=True)
class ScheduleBlock:
    """Phases over half-years; `today` is the day that the snapshot speaks for."""

    kind: ClassVar[str] = "schedule"
    title: str
    rows: tuple[ScheduleRow, ...]
    today: dt.date
    halves: tuple[Period, ...]

    @property
    def chart(self) -> Schedule | None:
        return self.drawn()

    def drawn(self, width: float = SHEET_WIDTH) -> Schedule | None:
        return charts.schedule(self.rows, self.halves, self.today, width=width)


Block: TypeAlias = (
    Lead | Prose | Empty | Facts | Figures | Table | StateBars | RadarBlock | HeatBlock | ScheduleBlock
)


@dataclass(frozen=True)
class Page:
    """One page of the pack (more on paper when its table is long). `wide` is A3 landscape, else A4 portrait."""

    section: str
    title: str
    blocks: tuple[Block, ...]
    note: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Pack:
    """The whole: where it comes from, and its pages in order."""

    title: str
    city: str
    as_of: dt.date
    source: str
    sha256: str
    warning: str
    pages: tuple[Page, ...]
