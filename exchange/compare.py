"""A file against what is stored: one read a sheet, compared in memory cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from exchange import cells
from exchange.ordering import circles
from exchange.sheets import ACT, FIXED, ID, VERSION, Cell, Column, Row, Sheet, model_field, offer
from exchange.widgets import QUOTED, Inward
from lib.http import number_of

HEADER_WITHIN = 10
GONE = "この行は見つかりません。なくなったか、あなたが変更できる行ではありません。書き出し直してください。"
MOVED = "書き出したあとに、ほかの人がこの行を変更しました。書き出し直して、いまの内容に入力してください。"
NO_VERSION = "版数が消えています。書き出したファイルの版数の列をそのままにして、選び直してください。"
ITSELF = "この行自身は選べません。"
CIRCLE = "{}と、上へたどると同じ行に戻ります。どれかの行のこの列を直してください。"
# As many rows of a circle as a message names.
SHOWN_AROUND = 6
DOUBLED = "同じ値の行がすでに登録されています。ほかの行と違う値にしてください。"
ALIKE = "「{}」がすでに登録されています（大文字と小文字、全角と半角は区別しません）。"
UNDELETED = "この表の行は削除できません。"
LEFT = "「{}」は取り込みません。この列は見るだけの列です。"
FIX = "書き出したファイルの1行目の見出しを変えずに、選び直してください。"
# Above this many rows all rows are read: a list of thousands of keys costs more than the rows it leaves out.
NAMED_KEYS = 900


@dataclass
class Table:
    """The rows of one sheet of a file, with their numbers as the spreadsheet shows them."""

    sheet: str
    heads: list[str]
    rows: list[tuple[int, list[Any]]]

    def at(self, label: str) -> int | None:
        return self.heads.index(label) if label in self.heads else None


def table_of(sheet: Sheet, raw: Sequence[Sequence[Any]]) -> Table:
    """Find the heads of the sheet and cut its rows. Raises ValidationError when they are not there."""
    for number, cells_ in enumerate(raw[:HEADER_WITHIN]):
        heads = [cells.text_of(c) for c in cells_]
        if ID in heads and VERSION in heads:
            _check_heads(sheet, heads)
            rows = [
                (n, list(r)) for n, r in enumerate(raw[number + 1 :], number + 2) if not all(map(cells.is_blank, r))
            ]
            return Table(sheet.slug, heads, rows)
    raise ValidationError(f"シート「{sheet.caption}」に、見出し「{ID}」「{VERSION}」の行がありません。{FIX}")


def _check_heads(sheet: Sheet, heads: list[str]) -> None:
    known = [*FIXED, *sheet.by_label]
    twice = [h for h in dict.fromkeys(heads) if h in known and heads.count(h) > 1]
    if twice:
        raise ValidationError(f"シート「{sheet.caption}」に、見出し「{twice[0]}」が2つあります。{FIX}")
    unknown = [h for h in heads if h and h not in known]
    if unknown:
        raise ValidationError(f"シート「{sheet.caption}」の見出し「{unknown[0]}」は、この表にありません。{FIX}")


def new_rows(sheet: Sheet, table: Table) -> list[tuple[int, list[str]]]:
    """The rows that the file adds, by the negative of their number, with their names: all words, or one alone.

    A word alone that two of them bear stands for neither.
    """
    place = table.at(ID)
    at = [i for name in sheet.named if (i := table.at(sheet.fields[name].label)) is not None]
    alone = table.at(sheet.fields[sheet.alone].label) if sheet.alone else next(iter(at), None)
    found = []
    for number, row in table.rows:
        if cells.is_blank(row[place] if place < len(row) else None):
            words = " ".join(cells.text_of(row[i]) for i in at if i < len(row))
            found.append((-number, words, cells.text_of(row[alone]) if alone is not None and alone < len(row) else ""))
    counts = Counter(short for _, _, short in found)
    return [(key, [words, *([short] if counts[short] == 1 else [])]) for key, words, short in found]


class Comparison:
    """Compares the rows of one table; `others` are the rows that earlier sheets of the file add."""

    def __init__(self, sheet: Sheet, table: Table, parents: Iterable[tuple[int, list[str]]] = ()) -> None:
        self.sheet, self.table = sheet, table
        if sheet.follows[0]:
            offer(sheet.fields[sheet.follows[0]].widget, parents)
        self.id_at, self.version_at, self.act_at = (table.at(label) for label in FIXED)
        self.places = [(c, table.at(c.label)) for c in sheet.columns if table.at(c.label) is not None]
        self.circles = self._circles() if sheet.follows_itself else {}
        self.double_ids = _doubles(self._cell(row, self.id_at) for _, row in table.rows)
        self.taken: dict[tuple[str, ...], dict[Any, tuple[int, Any]]] = {}
        self.checks = {
            c.name: f for c in sheet.columns if not c.is_many and (f := model_field(sheet.model, c.name)) is not None
        }

    def rows(self, start: int = 0, stop: int | None = None) -> list[Row]:
        """The rows from `start` to `stop`, compared."""
        wanted = self.table.rows[start:stop]
        pks = [pk for _, row in wanted if (pk := _pk(self._cell(row, self.id_at)))]
        few = pks if len(pks) <= NAMED_KEYS else None
        query = self.sheet.rows()
        stored = {o.pk: o for o in (query if few is None else query.filter(pk__in=few))} if pks else {}
        self.sheet.sets = self.sheet.load_sets(few) if pks else {c.name: {} for c in self.sheet.columns if c.is_many}
        self.seen: dict[tuple[tuple[str, ...], Any], int] = {}
        rows = [self._row(number, row, stored) for number, row in wanted]
        self.sheet.check_together(rows)
        return rows

    @staticmethod
    def _cell(row: list[Any], at: int | None) -> Any:
        return row[at] if at is not None and at < len(row) else None

    def _row(self, number: int, cells_: list[Any], stored: dict[int, Any]) -> Row:
        row = Row(number)
        given = self._cell(cells_, self.id_at)
        if cells.is_blank(given):
            self._new(row, cells_)
        elif (obj := stored.get(_pk(given) or 0)) is None:
            self._name(row, cells_)
            row.refuse(GONE, ID, cells.text_of(given))
        else:
            row.obj, row.label = obj, self.sheet.label_of(obj)
            if self.double_ids.get(_pk(given), 0) > 1:
                row.refuse("同じIDの行が2つあります。1つだけ残してください。", ID, cells.text_of(given))
            else:
                self._known(row, cells_)
        return row

    # ---- a row that is stored

    def _known(self, row: Row, cells_: list[Any]) -> None:
        sheet, obj = self.sheet, row.obj
        now = sheet.version_of(obj)
        removed = self._is_removed(row, cells_)
        for column, at in self.places:
            if at >= len(cells_):
                continue
            cell = cells_[at]
            # Blank cells are by far the most common ones that say nothing.
            if cell is None or cell == "":
                continue
            was = column.widget.render(sheet.read_value(obj, column))
            if cell != was and not cells.is_blank(cell) and not column.widget.same(cell, was):
                (self._left if column.locked else self._changed)(row, column, cell, was)
        if row.kind == "same" and (row.before or removed):
            row.kind = "removed" if removed else "changed"
        if row.kind in ("changed", "removed", "error"):
            self._guard(row, cells_, now)
        if row.kind == "changed":
            self._refuse_circle(row, row.obj.pk)
        if row.kind == "changed":
            self._validate(row)

    def _is_removed(self, row: Row, cells_: list[Any]) -> bool:
        cell = self._cell(cells_, self.act_at)
        if cells.is_blank(cell):
            return False
        if cells.deletes(cell) and self.sheet.deletes:
            return True
        allowed = (
            f"「{cells.DELETE}」か空欄だけを入力できます。" if self.sheet.deletes else "この表の行は削除できません。"
        )
        row.refuse(allowed, ACT, cells.text_of(cell))
        return False

    def _guard(self, row: Row, cells_: list[Any], now: int) -> None:
        """A row whose version moved on is refused, whatever it wants to change."""
        seen = _pk(self._cell(cells_, self.version_at))
        if seen is None:
            row.refuse(NO_VERSION, VERSION)
        elif seen != now:
            row.kind = "conflict"
            row.cells.append(Cell("", message=MOVED))
        row.version = now

    def _changed(self, row: Row, column: Column, cell: Any, was: Any) -> None:
        if column.once:
            row.refuse("この列は、新しい行でだけ入力できます。", column.name, cells.text_of(cell))
            return
        old = column.widget.shown(was)
        if (value := self._parsed(row, column, cell, old)) is not _WRONG:
            if not isinstance(column.widget, Inward):
                row.before[column.name] = self.sheet.read_value(row.obj, column)
            new = "" if cells.clears(cell) else self._words(column, value)
            row.values[column.name] = value
            row.cells.append(Cell(column.name, old, new))

    @staticmethod
    def _left(row: Row, column: Column, cell: Any, was: Any) -> None:
        """Say what is not taken; the row is none the worse for it."""
        words = " ".join(column.widget.shown(cell).split())[:QUOTED]
        row.cells.append(Cell(column.name, message=LEFT.format(words)))

    @staticmethod
    def _words(column: Column, value: Any) -> str:
        """What the dry run and the ledger say of a value; a password is not said."""
        if isinstance(column.widget, Inward):
            return value if column.widget.spoken else "（入力あり）"
        return column.widget.shown(column.widget.render(value))

    def _parsed(self, row: Row, column: Column, cell: Any, old: str = "") -> Any:
        if cells.clears(cell):
            if column.required:
                row.refuse("必ず入力する列なので、空欄にはできません。", column.name, cells.text_of(cell))
                return _WRONG
            return column.widget.empty
        try:
            return column.widget.clean(cell)
        except ValueError as error:
            row.kind = "error"
            row.cells.append(Cell(column.name, old, cells.text_of(cell), str(error)))
            return _WRONG

    # ---- a row that is not

    def _new(self, row: Row, cells_: list[Any]) -> None:
        self._name(row, cells_)
        if not self.sheet.creates:
            row.refuse("この表に行は足せません。IDの列を変えないでください。", ID)
            return
        row.kind, row.obj = "new", self.sheet.new()
        for column, at in self.places:
            cell = cells_[at] if at < len(cells_) else None
            if column.locked or cells.is_blank(cell):
                continue
            if (value := self._parsed(row, column, cell)) is not _WRONG:
                row.values[column.name] = value
                row.cells.append(Cell(column.name, "", self._words(column, value)))
        if self.sheet.prefilled and row.kind == "new" and set(row.values) <= set(self.sheet.prefilled):
            row.kind, row.values, row.cells = "same", {}, []
            return
        for column in self.sheet.columns:
            wrong = column.name in row.values or any(c.column == column.name for c in row.cells)
            if column.required and not wrong:
                row.refuse(f"入力してください（{column.widget.allowed}）。", column.name)
        if row.kind == "new":
            self._refuse_circle(row, -row.number)
        if row.kind == "new":
            self._validate(row)

    def _name(self, row: Row, cells_: list[Any]) -> None:
        at = [self.table.at(self.sheet.fields[name].label) for name in self.sheet.named]
        row.label = " ".join(t for i in at if (t := cells.shown(self._cell(cells_, i))))

    # ---- rows that hang on each other

    def _circles(self) -> dict[int, tuple[int, ...]]:
        """Rows of the file that stand above themselves, by key (the negative number of a new row).

        Asked of the whole file: a step of the check sees only some of its rows.
        """
        column = self.sheet.fields[self.sheet.follows[0]]
        at, above, numbers = self.table.at(column.label), {}, {}
        for number, row in self.table.rows:
            key = _pk(self._cell(row, self.id_at)) or -number
            numbers[key] = number
            parent = column.widget.table.find(cells.text_of(self._cell(row, at)))
            if parent is not None:
                above[key] = parent
        found: dict[int, tuple[int, ...]] = {}
        for ring in circles(above):
            found |= dict.fromkeys(ring, tuple(numbers[key] for key in ring))
        return found

    def _refuse_circle(self, row: Row, key: int) -> None:
        name = self.sheet.follows[0]
        if name not in row.values or key not in self.circles:
            return
        ring = self.circles[key]
        at = ring.index(row.number)
        around = [f"{n}行目" for n in [*ring[at:], *ring[: at + 1]]]
        if len(around) > SHOWN_AROUND:
            around[SHOWN_AROUND - 1 : -1] = ["…"]
        row.refuse(CIRCLE.format("→".join(around)) if len(ring) > 1 else ITSELF, name)

    # ---- what the model says

    def _validate(self, row: Row) -> None:
        """Fields that changed, the row as a whole, and that no other row has the same key."""
        if not self.sheet.checked_here:
            self.sheet.foretell(row)
            return
        for name, value in row.values.items():
            self._put(row, name, value)
        if row.kind != "error":
            try:
                row.obj.clean()
            except ValidationError as error:
                self.sheet.explain(row, error)
        if row.kind != "error":
            self.sheet.check(row)
        for names in self.sheet.unique:
            if row.kind != "error" and (row.kind == "new" or any(n in row.values for n in names)):
                self._check_once(row, names)

    def _put(self, row: Row, name: str, value: Any) -> None:
        found = self.checks.get(name)
        if found is None:
            return
        if not found.is_relation:
            try:
                value = found.clean(value, row.obj)
            except ValidationError as error:
                row.refuse(" ".join(error.messages), name)
                return
        if not (found.is_relation and isinstance(value, int) and value < 0):
            setattr(row.obj, found.attname, value)

    def _check_once(self, row: Row, names: tuple[str, ...]) -> None:
        key = self.sheet.key_of(row, names)
        if key is None:
            return
        mine = self.sheet.told_apart(key)
        if names not in self.taken:
            columns = [model_field(self.sheet.model, n).attname for n in names]
            every = self.sheet.unique_rows().order_by().values_list("pk", *columns)
            self.taken[names] = {self.sheet.told_apart(tuple(rest)): (pk, rest[-1]) for pk, *rest in every}
        owner, there = self.taken[names].get(mine, (None, None))
        first = self.seen.setdefault((names, mine), row.number)
        if first != row.number:
            row.refuse(f"{first}行目と同じです。ほかの行と違う値にしてください。", names[-1])
        elif owner is not None and owner != row.obj.pk:
            row.refuse(DOUBLED if there == key[-1] else ALIKE.format(there), names[-1])


_WRONG = object()


def _pk(cell: Any) -> int | None:
    if type(cell) is int:
        return cell if 0 <= cell < 10**17 else None
    return number_of(cells.number_text(cell))


def _doubles(given: Iterable[Any]) -> dict[int | None, int]:
    counts: dict[int | None, int] = {}
    for cell in given:
        pk = _pk(cell) if cell is not None else None
        counts[pk] = counts.get(pk, 0) + 1
    return counts
