"""What an app declares: the columns of a sheet, the sheets of a workbook, and how rows are stored.

A sheet is a django-import-export `Resource` whose fields are `Column`s. The library's own import loop is not used:
it costs a query or two a row. `exchange.compare` reads all rows once and compares them in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction
from import_export.fields import Field
from import_export.resources import Resource

from accounts.access import can
from accounts.roles import Permission
from exchange.ordering import parents_first
from exchange.widgets import CellWidget, Many, One, Text
from lib.unions import kind
from lib.writes import StaleError

ID, VERSION, ACT = "ID", "版数", "操作"
FIXED = (ID, VERSION, ACT)
PARENT_LEFT = "この行が指す{}行目の新しい行を、先に登録できません。その行を直してください。"


class Column(Field):
    """One column. `locked` ones are shown and never read; `once` ones are read for new rows only."""

    def __init__(
        self, label: str, widget: CellWidget | None = None, *, attribute: str = "", required: bool = False,
        locked: bool = False, once: bool = False, width: int = 0, note: str = "",
    ) -> None:  # fmt: skip
        super().__init__(attribute or None, label, widget or Text(), readonly=locked)
        self.label, self.required, self.locked, self.once = label, required, locked, once
        self.width, self.note = width, note
        self.name = ""
        # Asked for every cell of a file.
        self.is_many = isinstance(self.widget, Many)
        self.read: Callable[[Any], Any] = attrgetter("pk")

    def bind(self, name: str, model: type[models.Model]) -> None:
        """Learn the declared name, and the length of a text from its model field."""
        self.name = name
        self.attribute = self.attribute or name
        self.read = attrgetter(self.attribute)
        if isinstance(self.widget, Text) and self.widget.max_length is None:
            self.widget.max_length = getattr(model_field(model, name), "max_length", None)


def model_field(model: type[models.Model], name: str) -> models.Field | None:
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.Field) else None


@dataclass(slots=True)
class Cell:
    """One cell of the dry run; `column` is '' for what concerns the whole row."""

    column: str
    old: str = ""
    new: str = ""
    message: str = ""


@dataclass(slots=True)
class Row:
    """One row of a file against what is stored: new, changed, same, removed, conflict or error."""

    number: int
    kind: str = "same"
    obj: Any = None
    version: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    label: str = ""

    def refuse(self, message: str, column: str = "", cell: str = "") -> None:
        """Make the row wrong; the cell keeps what was typed."""
        self.kind = "error"
        for shown in self.cells:
            if column and shown.column == column:
                shown.message = f"{shown.message}{message}"
                return
        self.cells.append(Cell(column, new=cell, message=message))

    @property
    def writes(self) -> bool:
        return self.kind in ("new", "changed", "removed")

    def plain(self) -> list[Any]:
        """The row as JSON keeps it."""
        return [self.number, self.kind, self.label, [[c.column, c.old, c.new, c.message] for c in self.cells]]

    def changes(self) -> dict[str, list[Any]]:
        """Before and after by column, as the ledger keeps them."""
        return {c.column: [c.old or None, c.new or None] for c in self.cells if c.column in self.values}


class Refused(ValidationError):
    """At least one row could not be stored; each says why in its cells."""

    def __init__(self) -> None:
        super().__init__("取り込めない行があります。まだ何も取り込んでいません。", code="rows")


class Sheet(Resource):
    """Declaration of one sheet. Made anew for each run, with the reader who may see and change its rows."""

    slug = ""
    caption = ""
    model: type[models.Model]
    note = ""
    creates = True
    # What 「（削除）」 does here, in words; '' where rows are never taken away.
    deletes = ""
    # Field names that together stand for one row only.
    unique: tuple[tuple[str, ...], ...] = ()
    # Columns by which people know a row.
    named: tuple[str, ...] = ()
    # The one of them that is enough to name a new row; the first where none is said.
    alone = ""
    # Columns that an exported row without an ID carries already; alone they ask for nothing.
    prefilled: tuple[str, ...] = ()
    # Whether a row is checked in memory; else its service says what is wrong when the row is tried.
    checked_here = False
    # The column of the relation to a row of an earlier sheet of the workbook, or of this one, and that sheet's key.
    follows: tuple[str, str] = ("", "")

    def __init__(self, scope: Any, user: Any, shared: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.scope, self.user = scope, user
        # What several sheets of one workbook read once.
        self.shared: dict[str, Any] = {} if shared is None else shared
        self.columns: list[Column] = list(self.fields.values())
        for name, column in self.fields.items():
            column.bind(name, self.model)
        self.by_label = {c.label: c for c in self.columns}
        self.sets: dict[str, Mapping[int, Collection[int]]] = {}
        # Rows of earlier sheets that do not exist yet, by the negative of their row number; and those sheets.
        self.parents: dict[int, Row] = {}
        self.earlier: dict[str, Sheet] = {}
        self.prepare()

    # ---- what an app overrides

    def prepare(self) -> None:
        """Load the labels of relations."""

    def rows(self) -> models.QuerySet:
        """The rows that this reader may change, in the order of the sheet."""
        raise TypeError(f"{type(self).__name__}.rows")

    def spare(self) -> Iterable[dict[str, Any]]:
        """Rows that are not stored yet but can be filled in: the values of `prefilled`."""
        return ()

    def load_sets(self, pks: Collection[int] | None) -> dict[str, Mapping[int, Collection[int]]]:
        """Related keys of every column that holds several, by name and row (1 query)."""
        names = [c.name for c in self.columns if c.is_many]
        found: list[dict[int, set[int]]] = [{} for _ in names]
        parts = [self._links(name, place, pks) for place, name in enumerate(names)]
        for place, row, related in parts[0].union(*parts[1:], all=True) if parts else ():
            found[place].setdefault(row, set()).add(related)
        return dict(zip(names, found, strict=True))

    def new(self) -> Any:
        """An object that is not stored yet."""
        return self.model()

    def check(self, row: Row) -> None:
        """Refuse what the columns cannot know, e.g. a department that is not the reader's."""

    def foretell(self, row: Row) -> None:
        """Show what storing a changed row does beside its cells, or refuse it; for rows that are tried."""

    def check_together(self, rows: Sequence[Row]) -> None:
        """Refuse what only shows once all rows are compared."""

    def store(self, row: Row, by: Any) -> Any:
        """Store one row through the app's service."""
        raise TypeError(f"{type(self).__name__}.store")

    # ---- what is done with it

    def write(self, rows: Sequence[Row], by: Any) -> None:
        """Store every row, each through its service; a refusal stays with its row. Raises Refused at the end."""
        for row in self.in_order(rows):
            if not row.writes:
                continue
            try:
                with transaction.atomic():
                    row.obj = self.store(row, by) or row.obj
            except StaleError:
                row.kind = "conflict"
            except ValidationError as error:
                self.explain(row, error)
        if any(row.kind in ("error", "conflict") for row in rows):
            raise Refused

    @property
    def follows_itself(self) -> bool:
        """Whether rows hang on other rows of this sheet."""
        return self.follows[1] == self.slug

    def in_order(self, rows: Sequence[Row]) -> list[Row]:
        """The rows as they are stored: a new row may stand below the rows that hang on it."""
        if not self.follows_itself:
            return list(rows)
        places = {-row.number: at for at, row in enumerate(rows) if row.kind == "new"}
        above = [places.get(row.values.get(self.follows[0])) for row in rows]  # type: ignore[arg-type]
        return [rows[at] for at in parents_first(above)]

    def explain(self, row: Row, error: ValidationError) -> None:
        """Put a refusal on the cells it names."""
        named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in named.items():
            row.refuse(" ".join(messages), name if name in self.fields else "")

    def version_of(self, obj: Any) -> int:
        return obj.version

    def unique_rows(self) -> models.QuerySet:
        """The rows among which a key may stand once."""
        return self.model._default_manager.all()

    def key_of(self, row: Row, names: tuple[str, ...]) -> tuple[Any, ...] | None:
        """The key of a row under one of `unique`; None where it need not differ from others."""
        found = []
        for name in names:
            given = row.values.get(name)
            # A relation to a row that the same file adds.
            new = isinstance(given, int) and given < 0
            found.append(given if new else getattr(row.obj, self.model._meta.get_field(name).attname))
        return tuple(found)

    def told_apart(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        """What must differ between two keys."""
        return key

    def read_value(self, obj: Any, column: Column) -> Any:
        if column.is_many:
            return self.sets[column.name].get(obj.pk, frozenset())
        return column.read(obj)

    def label_of(self, obj: Any) -> str:
        return str(obj)

    def rendered(self, obj: Any) -> list[Any]:
        """The cells of one row under `columns`."""
        return [c.widget.render(self.read_value(obj, c)) for c in self.columns]

    def spare_line(self, values: Mapping[str, Any]) -> list[Any]:
        return [None, None, None, *(c.widget.render(values.get(c.name)) for c in self.columns)]

    def line(self, obj: Any) -> list[Any]:
        return [obj.pk, self.version_of(obj), None, *self.rendered(obj)]

    def lines(self, rows: Iterable[Any]) -> Iterator[list[Any]]:
        """Every row as it goes out; `rows` are all of the sheet."""
        return map(self.line, rows)

    @property
    def heads(self) -> list[str]:
        return [*FIXED, *(c.label for c in self.columns)]

    def parent_of(self, key: int) -> Any:
        """The stored row behind a relation: an earlier row may have made it just now.

        Raises ValidationError on the column of the relation when that row could not be stored.
        """
        if key >= 0:
            return key
        parent = self.parents.get(key)
        if parent is None or parent.obj.pk is None:
            raise ValidationError({self.follows[0]: PARENT_LEFT.format(-key)})
        return parent.obj.pk

    def _links(self, name: str, place: int, pks: Collection[int] | None) -> models.QuerySet:
        relation = self.model._meta.get_field(name)
        through = relation.remote_field.through._default_manager.order_by()
        own, other = relation.m2m_column_name(), relation.m2m_reverse_name()
        if pks is not None:
            through = through.filter(**{f"{own}__in": pks})
        return through.values_list(kind(place), own, other)


@dataclass(frozen=True)
class Book:
    """A workbook that goes out and comes back: its sheets in the order in which they are stored."""

    key: str
    title: str
    permission: Permission
    sheets: tuple[type[Sheet], ...]
    note: str = ""
    icon: str = "table"
    # Finds the object that the workbook is about (a round, an edition); None where there is no such object.
    scope: Callable[[int, Any], Any] | None = None
    # The objects that `scope` accepts today, for the page that lists the workbooks.
    offers: Callable[[Any], Iterable[Any]] | None = None
    # Why there may be none of them and what can be done, and the page (words, route) to do it on.
    unoffered: str = ""
    turn_to: tuple[str, str] = ("", "")
    # Rows are tried through their services and rolled back, instead of being checked in memory.
    tried: bool = True

    def allows(self, user: Any) -> bool:
        return can(user, self.permission)

    def open(self, scope: Any, user: Any) -> list[Sheet]:
        shared: dict[str, Any] = {}
        return [sheet(scope, user, shared) for sheet in self.sheets]

    def name(self, scope: Any) -> str:
        return f"{self.title}（{scope}）" if scope is not None else self.title


_books: dict[str, Book] = {}


def register(book: Book) -> None:
    _books[book.key] = book


def books() -> list[Book]:
    return list(_books.values())


def find(key: str) -> Book | None:
    return _books.get(key)


def offer(widget: One, added: Iterable[tuple[int, list[str]]]) -> None:
    """Let a relation point to rows that the same file adds."""
    for key, names in added:
        free = [
            n for n in dict.fromkeys(" ".join(name.split()) for name in names) if n and widget.table.find(n) is None
        ]
        if free:
            widget.table.labels[key] = free[0]
            widget.table.keys.update(dict.fromkeys(free, key))
            widget.allow(key)
