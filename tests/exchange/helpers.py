"""Workbooks in tests: export, change a cell as a person would, bring back."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook

from exchange import services, sheets
from exchange.models import Import, unpack
from exchange.sheets import Book
from exchange.writing.workbook import workbook


class Taken:
    """An exported workbook in the hands of a person."""

    def __init__(self, key: str, user: Any, scope: Any = None, **kwargs: Any) -> None:
        self.book: Book = sheets.find(key)
        self.user, self.scope = user, scope
        self.excel = load_workbook(io.BytesIO(workbook(self.book, scope, self.book.open(scope, user), **kwargs)))

    def sheet(self, title: str | None = None) -> Any:
        return self.excel[title or self.book.sheets[0].caption]

    def column(self, label: str, title: str | None = None) -> int:
        return [c.value for c in self.sheet(title)[1]].index(label) + 1

    def row(self, pk: int, title: str | None = None) -> int:
        sheet = self.sheet(title)
        return next(n for n in range(2, sheet.max_row + 1) if sheet.cell(n, 1).value == pk)

    def get(self, pk: int, label: str, title: str | None = None) -> Any:
        return self.sheet(title).cell(self.row(pk, title), self.column(label, title)).value

    def put(self, pk: int, label: str, value: Any, title: str | None = None) -> Taken:
        self.sheet(title).cell(self.row(pk, title), self.column(label, title)).value = value
        return self

    def add(self, title: str | None = None, **values: Any) -> int:
        """Fill in the first free row; returns its number."""
        sheet = self.sheet(title)
        number = sheet.max_row + 1
        for label, value in values.items():
            sheet.cell(number, self.column(label, title)).value = value
        return number

    @property
    def data(self) -> bytes:
        out = io.BytesIO()
        self.excel.save(out)
        return out.getvalue()

    def stage(self, user: Any = None, name: str = "表.xlsx") -> Import:
        return services.stage(
            book=self.book, scope=self.scope, file_name=name, data=self.data, by=user or self.user
        )  # fmt: skip

    def apply(self, kept: Import, user: Any = None) -> Import:
        return services.apply(kept=kept, book=self.book, scope=self.scope, seen=kept.seen, by=user or self.user)

    def bring(self) -> Import:
        """Stage and apply."""
        return self.apply(self.stage())


def cells_of(kept: Import, kind: str = "") -> list[tuple[str, str, str, str]]:
    """Every cell that the dry run shows: column, old, new, message."""
    outcome = unpack(kept.outcome)
    return [tuple(c) for rows in outcome.values() for row in rows if kind in ("", row[1]) for c in row[3]]


def messages(kept: Import) -> list[str]:
    return [c[3] for c in cells_of(kept) if c[3]]
