"""The same figures as a table, for those who do not see the chart or want the numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TableRow:
    """A row head and its cells; a line break in a cell is kept."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Heads (the first one over the row heads) and rows. `numeric` aligns the cells to the right."""

    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]
    numeric: bool = True
