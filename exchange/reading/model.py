"""A workbook as the portal sees it (pure): values only, with what a person should know about them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

Cell = str | int | float | bool | dt.date | dt.datetime | None


@dataclass
class Sheet:
    """Rows start at row 1, column A; all have the same length. Numbers in the lists are those that Excel shows."""

    name: str
    hidden: bool = False
    rows: list[list[Cell]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # First row, first column, last row, last column; from 0, as indexes of `rows`.
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    valueless: list[str] = field(default_factory=list)


@dataclass
class Workbook:
    filename: str
    kind: str
    sheets: list[Sheet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    encoding: str = ""

    def sheet(self, name: str) -> Sheet | None:
        return next((s for s in self.sheets if s.name == name), None)

    @property
    def visible(self) -> list[Sheet]:
        return [s for s in self.sheets if not s.hidden]
