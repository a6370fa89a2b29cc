"""Kinds of columns: how a value is written into a cell, and what a cell may say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from import_export.widgets import Widget

from exchange import cells
from lib.forms import plain_text

LISTED = 12
# Letters of a cell repeated in a message: enough to find it.
QUOTED = 40


# No column holds a whole number that is longer.
MOST_DIGITS = 18


class CellWidget(Widget):
    """`render` gives the cell of a value, `clean` the value of a cell (ValueError says what is allowed)."""

    number_format = "@"
    # What takes the place of a value that is cleared.
    empty: Any = ""
    numeric = False

    def key(self, cell: Any) -> Any:
        """What two cells are compared by."""
        return cells.text_of(cell)

    def same(self, cell: Any, rendered: Any) -> bool:
        """Whether the cell still says what was exported."""
        if cell == rendered:
            return True
        try:
            return self.key(cell) == self.key(rendered)
        except ValueError:
            return False

    def shown(self, cell: Any) -> str:
        return cells.shown(cell)

    @property
    def options(self) -> Sequence[str]:
        """Labels of the drop-down list; none for free cells."""
        return ()

    @property
    def allowed(self) -> str:
        return ""


class Text(CellWidget):
    def __init__(self, max_length: int | None = None) -> None:
        super().__init__()
        self.max_length = max_length

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = plain_text(cells.text_of(value))
        if self.max_length and len(text) > self.max_length:
            raise ValueError(f"{self.max_length}字以内で入力してください（いま{len(text)}字）。")
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return cells.neutral(cells.legal(str(value))) if value not in (None, "") else None

    @property
    def allowed(self) -> str:
        return f"{self.max_length}字以内の文字" if self.max_length else "文字"


class Inward(Text):
    """Text that goes in and never out, e.g. why a date moves; alone it changes nothing."""

    # Whether the dry run may repeat it.
    spoken = True

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return None


class Whole(CellWidget):
    """An integer, shown as a number."""

    number_format, empty, numeric = "0", None, True

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        super().__init__()
        self.least, self.most = least, most

    def number(self, cell: Any) -> Decimal:
        return Decimal(cells.number_text(cell))

    def key(self, cell: Any) -> Any:
        return self.number(cell) if not cells.is_blank(cell) else None

    def same(self, cell: Any, rendered: Any) -> bool:
        try:
            return super().same(cell, rendered)
        except InvalidOperation:
            return False

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        try:
            number = self.number(value)
        except InvalidOperation as error:
            raise ValueError(f"整数ではありません。{self.allowed}を入力してください。") from error
        if not number.is_finite() or number != number.to_integral_value():
            raise ValueError(f"整数ではありません。{self.allowed}を入力してください。")
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            raise ValueError(f"{self.allowed}を入力してください。")
        # 1e99999999 is eleven characters, and as a whole number forty megabytes.
        if number.adjusted() > MOST_DIGITS:
            raise ValueError(f"数が大きすぎます。{self.allowed}を入力してください。")
        return int(number)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value

    @property
    def allowed(self) -> str:
        if self.least is None and self.most is None:
            return "整数"
        return f"{'' if self.least is None else self.least}〜{'' if self.most is None else self.most}の整数"


class Amount(Whole):
    """An amount in 千円, also typed with its unit."""

    def number(self, cell: Any) -> Decimal:
        return cells.thousands(cell)

    @property
    def allowed(self) -> str:
        return "千円単位の整数"


class FiscalYear(Whole):
    """A fiscal year by its western year, also typed in 和暦."""

    def number(self, cell: Any) -> Decimal:
        return cells.fiscal_year_of(cell)

    @property
    def allowed(self) -> str:
        return "令和8年度、R8、2026 のような年度"


class Number(CellWidget):
    """A decimal number; blank is unknown, never 0."""

    number_format, empty, numeric = "General", None, True

    def key(self, cell: Any) -> Any:
        try:
            return Decimal(cells.number_text(cell)).normalize() if not cells.is_blank(cell) else None
        except InvalidOperation as error:
            raise ValueError from error

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal:
        try:
            number = Decimal(cells.number_text(value))
        except InvalidOperation as error:
            raise ValueError("数ではありません。12 や 3.5 のような数を入力してください。") from error
        if not number.is_finite():
            raise ValueError("数ではありません。12 や 3.5 のような数を入力してください。")
        return number

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None:
            return None
        plain = Decimal(value).normalize()
        return int(plain) if plain == plain.to_integral_value() and abs(plain) < 10**15 else float(plain)

    @property
    def allowed(self) -> str:
        return "数"


class Day(CellWidget):
    """A date: a real date of the spreadsheet shown in 和暦; typed text may be 和暦 or ISO."""

    number_format, empty = '[$-ja-JP]ggge"年"m"月"d"日"', None

    def key(self, cell: Any) -> Any:
        return cells.date_of(cell)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> dt.date:
        try:
            return cells.date_of(value)
        except ValueError as error:
            raise ValueError(str(error) or "日付として読めません。") from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value

    @property
    def allowed(self) -> str:
        return "日付（令和8年11月1日、R8.11.1、2026-11-01）"


class Choice(CellWidget):
    """One of a few values, written by their words."""

    def __init__(self, choices: Callable[[], Iterable[tuple[Any, str]]], empty: Any = "") -> None:
        super().__init__()
        self.labels: dict[Any, str] = dict(choices())
        self.values = {label: value for value, label in self.labels.items()}
        self.empty = empty

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = cells.text_of(value)
        if text in self.values:
            return self.values[text]
        raise ValueError(f"{self.allowed}のどれかを入力してください。")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return self.labels.get(value, value) if value not in (None, "") else None

    @property
    def options(self) -> Sequence[str]:
        return list(self.values)

    @property
    def allowed(self) -> str:
        return "、".join(self.values)


def yes_no() -> list[tuple[bool, str]]:
    return [(True, "はい"), (False, "いいえ")]


# A row by its key, its label, and other words that stand for it where they are unique.
Pair = tuple[int, str, Collection[str]]


class Labels:
    """Rows that a relation may point to, by what people call them: each label stands for one row."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self.labels: dict[int, str] = {}
        self.keys: dict[str, int] = {}
        names: dict[str, list[int]] = {}
        for pk, label, others in pairs:
            label = " ".join(cells.legal(label).split())
            unique = label if label not in self.keys else f"{label}（ID {pk}）"
            self.labels[pk] = unique
            self.keys[unique] = pk
            for name in others:
                names.setdefault(name, []).append(pk)
        for name, found in names.items():
            if len(found) == 1:
                self.keys.setdefault(name, found[0])

    def find(self, text: str) -> int | None:
        return self.keys.get(" ".join(text.split()))

    def hint(self, offered: Sequence[str]) -> str:
        names = "、".join(offered[:LISTED])
        return (
            f"{names}など{len(offered)}件から選んでください。"
            if len(offered) > LISTED
            else f"{names}から選んでください。"
        )


class One(CellWidget):
    """A relation, written by the label of its row. `offered` names those that may be newly chosen."""

    empty = None

    def __init__(self) -> None:
        super().__init__()
        self._table = Labels(())
        self._offered: Sequence[str] = ()
        self._free: set[int] | None = None
        self._later: Callable[[], Iterable[Pair]] | None = None

    @property
    def table(self) -> Labels:
        self._arrive()
        return self._table

    @property
    def offered(self) -> Sequence[str]:
        self._arrive()
        return self._offered

    def allow(self, pk: int) -> None:
        """Let one more row be chosen."""
        if self._free is not None:
            self._free.add(pk)

    def load(self, pairs: Iterable[Pair], offered: Collection[int] | None = None) -> None:
        self._later, self._table = None, Labels(pairs)
        labels = self._table.labels
        self._offered = [labels[pk] for pk in labels if offered is None or pk in offered]
        self._free = None if offered is None else set(offered)

    def load_later(self, pairs: Callable[[], Iterable[Pair]]) -> None:
        """Read the rows when the first cell asks for them: a sheet that a file leaves empty asks for nothing."""
        self._later = pairs

    def _arrive(self) -> None:
        if self._later is not None:
            self.load(self._later())

    def key(self, cell: Any) -> Any:
        return cells.text_of(" ".join(str(cell).split())) if isinstance(cell, str) else cells.text_of(cell)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        return self._find(cells.text_of(value))

    def _find(self, text: str) -> int:
        pk = self.table.find(text)
        if pk is None or (self._free is not None and pk not in self._free):
            known = self.table.hint(self.offered) if self.offered else "選べるものがありません。"
            raise ValueError(f"「{text[:QUOTED]}」は一覧にありません。{known}")
        return pk

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return cells.neutral(self.table.labels.get(value)) if value is not None else None

    @property
    def options(self) -> Sequence[str]:
        return self.offered

    @property
    def allowed(self) -> str:
        return "一覧にある名称"


class Many(One):
    """Several relations in one cell, a line each; the order says nothing."""

    def key(self, cell: Any) -> Any:
        return frozenset(_lines(cell))

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> frozenset[int]:  # type: ignore[override]
        return frozenset(self._find(line) for line in _lines(value))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if not value:
            return None
        order: Mapping[int, str] = self.table.labels
        return cells.neutral("\n".join(order[pk] for pk in order if pk in value)) or None

    @property
    def options(self) -> Sequence[str]:
        return ()

    @property
    def allowed(self) -> str:
        return "一覧にある名称（いくつかあるときはセルの中で改行）"


def _lines(cell: Any) -> list[str]:
    text = cells.text_of(cell).replace("；", "\n").replace(";", "\n")
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]
