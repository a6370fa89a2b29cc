"""Where a sheet may go: the workbooks that a reader may fill in, their columns, and the rows that are there already."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import Department, Succession
from exchange import sheets
from exchange.cells import text_of
from exchange.sheets import Book, Column, Sheet
from exchange.widgets import Amount, Choice, Day, FiscalYear, Many, Number, One, Whole
from exchange.wizard import figures, likeness, places
from exchange.wizard.cleaning import squeezed
from exchange.wizard.transform import Spec, Spread, Table
from exchange.wizard.words import VALUES
from lib.http import number_of

KINDS = (
    (Many, "many"), (One, "one"), (Choice, "choice"), (Day, "day"),
    (Amount, "amount"), (FiscalYear, "year"), (Whole, "number"), (Number, "number"),
)  # fmt: skip
# Cells that stay out of any city's sheet.
NEVER = ("password", "date_reason")
# Sheets of what was aimed at, and of what was measured.
GOAL, MEASURED = ("fiscal_year", "value", "text"), ("as_of", "value", "text", "reason")
PHASE = ("label", "owner", "starts_on", "ends_on")


@dataclass(frozen=True)
class Target:
    """One workbook with its object, as it is chosen on the first page."""

    book: Book
    scope: Any

    @property
    def value(self) -> str:
        return f"{self.book.key}:{self.scope.pk if self.scope else 0}"

    @property
    def label(self) -> str:
        return self.book.name(self.scope)


def targets(user: Any) -> Iterator[Target]:
    for book in sheets.books():
        if not book.allows(user):
            continue
        for scope in book.offers(user) if book.offers else (None,):
            yield Target(book, scope)


def find(value: str, user: Any) -> Target | None:
    """The target of `key:scope`, for a reader who may fill it in."""
    key, _, number = value.partition(":")
    book = sheets.find(key)
    wanted = number_of(number)
    if book is None or not book.allows(user) or wanted is None:
        return None
    if book.scope is None:
        return Target(book, None) if wanted == 0 else None
    scope = book.scope(wanted, user)
    return Target(book, scope) if scope is not None else None


class Opened:
    """A target with its sheets loaded for one reader."""

    def __init__(self, target: Target, user: Any) -> None:
        self.target = target
        self.sheets = target.book.open(target.scope, user)
        self.main = self.sheets[0]
        self.specs = {c.name: _spec(c) for c in self.main.columns if c.name not in NEVER}
        self.phases = self._below(PHASE)
        self.goals, self.measured = self._below(GOAL), self._below(MEASURED)

    def _below(self, names: Sequence[str]) -> Sheet | None:
        """The sheet of rows that hang on those of the first one and have these columns."""
        return next((s for s in self.sheets[1:] if set(names) <= set(s.fields) and s.follows[0]), None)

    @property
    def spread(self) -> Spread:
        """What columns of periods become here."""
        owners = None
        if self.phases is not None:
            owners = {word: VALUES.get(word, ()) for word in self.phases.fields["owner"].widget.options}
        return Spread(owners, self.has_figures, self.main.named)

    @property
    def has_figures(self) -> bool:
        return self.goals is not None and self.measured is not None

    def unfolded(self, table: Table) -> set[int]:
        """The columns that are no field of the row but become rows of another sheet."""
        if self.has_figures:
            return set(table.years)
        return set(table.spans) if self.phases is not None else set()

    def telling(self, table: Table) -> set[int]:
        """The columns that say 目標 or 実績 of the figures beside them: 区分 is then not the kind of the indicator."""
        if not self.has_figures or not table.years:
            return set()
        return {at for at in range(len(table.labels)) if figures.tells(table.column(at))}

    def fields(self) -> list[Spec]:
        """What a column may be: fields that are read, and those by which rows are known."""
        return [s for s in self.specs.values() if not s.locked or s.name in self.main.named]

    def missing(self, columns: Mapping[int, str]) -> list[Spec]:
        """Required fields that no column fills; rows that are there already do not need them."""
        return [s for s in self.specs.values() if s.required and not s.locked and s.name not in columns.values()]

    def proposed(self, labels: Sequence[str], taken: Collection[int] = ()) -> dict[int, str]:
        free = ["" if at in taken else label for at, label in enumerate(labels)]
        names = {s.label: s.name for s in self.fields()}
        return {at: names[label] for at, label in likeness.assign(free, list(names)).items()}

    def guess(self, spec: Spec, word: str, known: Sequence[places.Place]) -> places.Guess:
        """The option that a word means; departments know their own past."""
        if spec.kind in ("one", "many") and known and _is_department(self.main.fields[spec.name]):
            found = places.guess(word, [p for p in known if not p.option or p.option in spec.options])
            return found if not found.option or found.option in spec.options else places.Guess("", found.note)
        return places.Guess(likeness.value_of(word, spec.options, _short_names(spec)))


def _spec(column: Column) -> Spec:
    kind = next((kind for cls, kind in KINDS if isinstance(column.widget, cls)), "text")
    offered = column.widget.offered if isinstance(column.widget, One) else column.widget.options
    return Spec(column.name, column.label, kind, column.required, column.locked, tuple(offered))


def _short_names(spec: Spec) -> dict[str, tuple[str, ...]]:
    """What follows the code in a label: 「0204 税務課」 is 税務課 too."""
    pairs = ((o, o.partition(" ")) for o in spec.options)
    return {o: (rest, head) for o, (head, _, rest) in pairs if rest and spec.kind != "choice"}


def _is_department(column: Column) -> bool:
    return "department" in column.name or column.name in ("supporting", "parent", "owner_department")


def known_places() -> list[places.Place]:
    """All departments with the options that stand for each today: itself, what a reorganisation made of it, or the
    one that bears its code (2 queries)."""
    today = timezone.localdate()
    live: dict[int, places.Place] = {}
    old: list[tuple[int, str, str, str]] = []
    for pk, code, name, short, last in Department.objects.values_list("pk", "code", "name", "short_name", "valid_to"):
        if last is not None and last < today:
            old.append((pk, code, name, short))
        else:
            live[pk] = places.Place(f"{code} {name}", code, name, short)
    codes = {p.code: p.option for p in live.values()}
    after: dict[int, list[int]] = {}
    for before, heir in Succession.objects.values_list("old", "new"):
        after.setdefault(before, []).append(heir)
    return [*live.values()] + [
        places.Place(
            "", code, name, short, heir=codes.get(code, ""),
            heirs=tuple(live[heir].option for heir in _heirs(pk, after) if heir in live),
        )
        for pk, code, name, short in old
    ]  # fmt: skip


def _heirs(pk: int, after: Mapping[int, Sequence[int]]) -> list[int]:
    """Everything that followed a department, over several reorganisations; each once."""
    found: dict[int, None] = {}
    waiting = [pk]
    while waiting:
        waiting = [heir for before in waiting for heir in after.get(before, ()) if heir not in found]
        found.update(dict.fromkeys(waiting))
    return list(found)


# ---- rows that are there already


class Known:
    """Finds the stored row that a row of the sheet speaks of: all its names agree, or the last (its title) alone; a
    year alone names nothing."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.names = [n for n in sheet.named if n in sheet.fields]
        objects = list(sheet.rows())
        sheet.sets = (
            sheet.load_sets([o.pk for o in objects]) if any(sheet.fields[n].is_many for n in self.names) else {}
        )
        self.keyed: dict[tuple[str, ...], list[Any]] = {}
        self.single: dict[tuple[str, str], list[Any]] = {}
        for obj in objects:
            words = tuple(self._word(obj, name) for name in self.names)
            self.keyed.setdefault(words, []).append(obj)
            for name, word in zip(self.names, words, strict=True):
                self.single.setdefault((name, word), []).append(obj)

    def _word(self, obj: Any, name: str) -> str:
        column = self.sheet.fields[name]
        return squeezed(text_of(column.widget.render(self.sheet.read_value(obj, column))))

    def find(self, cells: Mapping[str, Any]) -> Any | None:
        """The one row that fits; None when there is none or more than one."""
        given = {n: squeezed(text_of(cells[n])) for n in self.names if text_of(cells.get(n))}
        if not given:
            return None
        if len(given) == len(self.names) and (found := self._only(self.keyed.get(tuple(given[n] for n in self.names)))):
            return found
        last = self.names[-1]
        if isinstance(self.sheet.fields[last].widget, FiscalYear):
            return None
        if last in given:
            return self._only(self.single.get((last, given[last])))
        return self._only(self.single.get(next(iter(given.items()))))

    @staticmethod
    def _only(found: list[Any] | None) -> Any | None:
        return found[0] if found and len(found) == 1 else None
