"""What the wizard's pages show beside their forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from exchange.cells import shown
from exchange.wizard import heading
from exchange.wizard.cleaning import plain
from exchange.wizard.figures import fitting
from exchange.wizard.models import Draft
from exchange.wizard.targets import Known, Opened
from exchange.wizard.transform import LEFT_OUT, Choices, Table, distinct, make

STEPS = (("sheet", "シートと見出し"), ("columns", "列の対応"), ("values", "値の対応"), ("preview", "確認"))
ROWS = 50
NUMBERS = 15


@dataclass(frozen=True)
class StepLink:
    number: int
    label: str
    url: str
    current: bool


def step_links(draft: Draft, here: str) -> list[StepLink]:
    """The steps with links to those that may be opened again."""
    keys = [key for key, _ in STEPS]
    reached = max(keys.index(draft.step), keys.index(here))
    return [
        StepLink(n + 1, label, reverse(f"wizard:{key}", args=[draft.pk]) if n <= reached else "", key == here)
        for n, (key, label) in enumerate(STEPS)
    ]


class Preview:
    """The rows as they would be handed over, with what a person should check."""

    def __init__(self, table: Table, choices: Choices, opened: Opened) -> None:
        self.made = make(table, choices, opened.specs, opened.spread)
        used = {name for row in self.made for name in row.cells}
        self.specs = [s for s in opened.specs.values() if s.name in used]
        known = Known(opened.main)
        found = [known.find(row.cells) for row in self.made]
        self.known = sum(obj is not None for obj in found)
        self.bars = sum(len(row.bars) for row in self.made)
        today = timezone.localdate()
        parted = [fitting(row.figures, today) for row in self.made]
        self.figures = sum(len(kept) for kept, _ in parted)
        self.unfit = _counted(f.label for _, left in parted for f in left)
        self.rows = [
            (row.number, obj is not None, [shown(row.cells.get(s.name)) for s in self.specs], row.bars, kept)
            for row, obj, (kept, _) in zip(self.made[:ROWS], found[:ROWS], parted[:ROWS], strict=True)
        ]
        self.more = max(0, len(self.made) - ROWS)
        self.left_out = _left_out(table, choices)
        self.unknown = _unknown(table, choices, opened)
        self.lacking = [s.label for s in opened.missing(choices.columns) if not choices.fixed.get(s.name)]

    @property
    def new(self) -> int:
        return len(self.made) - self.known


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    return list(Counter(words).items())


def _left_out(table: Table, choices: Choices) -> list[dict[str, Any]]:
    found = []
    for kind in LEFT_OUT:
        lines = [line for line in table.lines if line.kind == kind and kind not in choices.kept]
        if lines:
            words = [(line.number, next(filter(None, map(plain, line.raw)), "")[:40]) for line in lines[:NUMBERS]]
            found.append({"label": heading.KIND_WORDS[kind], "count": len(lines), "rows": words})
    return found


def _unknown(table: Table, choices: Choices, opened: Opened) -> list[tuple[str, list[str]]]:
    """Words that stay blank because nobody chose a value for them."""
    found = []
    for at, name in choices.columns.items():
        spec = opened.specs.get(name)
        if spec is not None and spec.has_options:
            chosen = choices.values.get(name, {})
            words = [w for w in distinct(table.wanted(choices), at, spec) if not chosen.get(w)]
            if words:
                found.append((spec.label, words[:NUMBERS]))
    return found
