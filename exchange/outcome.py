"""The dry run as its page shows it (pure): counts, and the rows of one kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Order of the page: what stops the import first.
KINDS: dict[str, tuple[str, str, str]] = {
    "error": ("エラー", "over", "circle-alert"),
    "conflict": ("競合", "late", "git-compare"),
    "new": ("追加", "run", "plus"),
    "changed": ("変更", "done", "pencil"),
    "removed": ("削除", "over", "trash-2"),
    "same": ("変更なし", "todo", "equal"),
}

STOPS = ("error", "conflict")
# As many values left out as are named above the rows.
NAMED = 10


@dataclass(frozen=True)
class ShownCell:
    label: str
    old: str
    new: str
    message: str


@dataclass(frozen=True)
class ShownRow:
    sheet: str
    number: int
    kind: str
    label: str
    cells: Sequence[ShownCell]

    @property
    def word(self) -> str:
        return KINDS[self.kind][0]

    @property
    def stops(self) -> bool:
        return self.kind in STOPS

    @property
    def has_before(self) -> bool:
        """Whether there is anything that the values replace: a wrong new row has nothing."""
        return self.kind not in ("new", "error") or any(c.old for c in self.cells)

    @property
    def css(self) -> str:
        return KINDS[self.kind][1]

    @property
    def icon(self) -> str:
        return KINDS[self.kind][2]


@dataclass(frozen=True)
class Count:
    kind: str
    word: str
    css: str
    icon: str
    number: int


def counts(found: Mapping[str, int]) -> list[Count]:
    """One figure a kind, in the order of the page; kinds without a row say 0."""
    return [Count(kind, *words, found.get(kind, 0)) for kind, words in KINDS.items()]


def default_kind(found: Mapping[str, int]) -> str:
    """What the page shows first: whatever has to be looked at."""
    return next((kind for kind in KINDS if found.get(kind)), "same")


def rows(outcome: Mapping[str, list[Any]], labels: Mapping[str, Mapping[str, str]], titles: Mapping[str, str],
         kind: str) -> list[ShownRow]:  # fmt: skip
    """The rows of one kind over all sheets ('' for all)."""
    found = []
    for sheet, lines in outcome.items():
        names = labels.get(sheet, {})
        for number, its_kind, label, cells in lines:
            if kind in ("", its_kind):
                shown = [ShownCell(names.get(c, c), old, new, message) for c, old, new, message in cells]
                found.append(ShownRow(titles.get(sheet, sheet), number, its_kind, label, shown))
    return found


def left_out(
    outcome: Mapping[str, list[Any]], labels: Mapping[str, Mapping[str, str]], titles: Mapping[str, str]
) -> list[str]:
    """What rows hold that is not taken and does not stop them: they may be of a kind that nobody looks at."""
    found = [
        f"{titles.get(sheet, sheet)}の{number}行目「{labels.get(sheet, {}).get(column, column)}」：{message}"
        for sheet, lines in outcome.items()
        for number, kind, _, cells in lines
        for column, _, _, message in cells
        if message and kind not in STOPS
    ]
    more = len(found) - NAMED
    return found if more <= 0 else [*found[:NAMED], f"ほかに{more:,}か所あります。行ごとの表で確かめてください。"]
