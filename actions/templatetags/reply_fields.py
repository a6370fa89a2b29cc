"""The fields of a reply's rows as HTML, written here: a page has hundreds of them, and most are as they are stored.

A row that nobody has sent needs no form: `fresh` takes what is stored. A row that was sent and refused shows what
its form holds. A test holds the fields to those that `RowForm` would draw.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Any

from actions.forms.reports import DUE, SAID, STONE, RowForm, initial_of, open_stones
from actions.models import lifecycle_choices, reason_choices
from actions.queries import Row
from lib.templatetags.portal import icon
from lib.wareki import format_date

Choices = tuple[tuple[str, str], ...]
LIFECYCLES: Choices = tuple(lifecycle_choices())
REASONS: Choices = (("", "選んでください"), *reason_choices())
NO_GRADE = ("", "評価なし")
DAY = "例 R8.11.1"
REASON_HINT = "例：事業者の要員が足りず、切替を半年延ばす"


@dataclass(frozen=True)
class Told:
    """What the fields of a row hold, what is wrong with them by name, and with the row as a whole."""

    values: Mapping[str, Any]
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    conflicts: Mapping[str, str] = field(default_factory=dict)
    general: Sequence[str] = ()

    def shown(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else format_date(value) if isinstance(value, dt.date) else str(value)

    def is_wrong(self, name: str) -> bool:
        return name in self.errors or name in self.conflicts


def names_of(row: Row) -> list[str]:
    """The fields of a row in their order, the version aside."""
    days = [name for stone in open_stones(row) for name in (f"{DUE}{stone.pk}", f"{STONE}{stone.pk}")]
    return [name for name in SAID if name != "grade" or row.grades] + days


def told_by(row: Row, form: RowForm | None) -> Told:
    """The values of `form`, or of what is stored where nothing was sent."""
    if form is None:
        return Told(initial_of(row) | _days(row))
    values = {name: form[name].value() for name in form.fields}
    return Told(values, form.errors, form.conflicts, form.non_field_errors())


def _days(row: Row) -> dict[str, dt.date]:
    """Dates that the report gives to milestones, by the name of their field."""
    if row.report is None:
        return {}
    done, moved = row.report.milestones_done, row.report.milestones_moved
    days = {}
    for stone in open_stones(row) if done or moved else ():
        key = str(stone.pk)
        days |= {f"{STONE}{key}": done[key]["done_on"]} if key in done else {}
        days |= {f"{DUE}{key}": moved[key]["due_on"]} if key in moved else {}
    return {name: dt.date.fromisoformat(day) for name, day in days.items()}


@lru_cache(maxsize=256)
def options(choices: Choices, chosen: str) -> str:
    return "".join(
        f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{escape(label)}</option>'
        for key, label in choices
    )


@dataclass(frozen=True)
class Fields:
    """The fields of one row: `anchor` is the id of the row, from which all ids begin."""

    anchor: str
    told: Told
    unsaid: frozenset[str] = frozenset()  # what a report lacks, marked although nothing was sent

    def select(self, name: str, label: str, choices: Choices, *, demanded: bool = False, focus: bool = False) -> str:
        more = " data-focus" if focus else ""
        head = f'<select name="{name}" class="in"{self._told(name, label, demanded)}{more}{self._end(name)}'
        return f"{head}{options(choices, self.told.shown(name))}</select>{self.cell(name)}"

    def text(self, name: str, label: str, before: str, *, demanded: bool = False) -> str:
        """A field of one line; `before` holds its own attributes."""
        value = self.told.shown(name)
        given = f' value="{escape(value)}"' if value else ""
        return f'<input type="text" name="{name}"{given}{before}{self._told(name, label, demanded)}{self._end(name)}'

    def area(self, name: str, label: str) -> str:
        head = f'<textarea name="{name}" cols="40" rows="2" maxlength="1000" class="in"'
        text = escape(self.told.shown(name))
        return f"{head}{self._told(name, label)}{self._end(name)}\n{text}</textarea>{self.cell(name)}"

    def day(self, name: str, label: str, hint: str = DAY) -> str:
        return self.text(name, label, f' placeholder="{hint}" autocomplete="off" class="in"') + self.cell(name)

    def cell(self, name: str) -> str:
        """The place below a field where its errors stand."""
        return f'<div class="cell-errors" id="{self.anchor}-e-{name}">{self.wrong(name)}</div>'

    def wrong(self, name: str) -> str:
        if not self.told.is_wrong(name):
            return ""
        parts = [refused(e) for e in self.told.errors.get(name, ())]
        if now := self.told.conflicts.get(name):
            words = f"<span>いま保存されている値：{escape(now)}</span>"
            parts.append(f'<p class="err conflict">{icon("git-compare")}{words}</p>')
        return "".join(parts)

    def _told(self, name: str, label: str, demanded: bool = False) -> str:
        why = f" {self.anchor}-demand" if demanded else ""
        return f' aria-label="{label}" aria-describedby="{self.anchor}-e-{name}{why}"'

    def _end(self, name: str) -> str:
        bad = ' aria-invalid="true"' if name in self.unsaid or name in self.told.errors else ""
        return f'{bad} id="{self.anchor}-{name}">'


def refused(words: str, *, css: str = "") -> str:
    return f'<p class="err{css}">{icon("circle-alert")}<span>{escape(str(words))}</span></p>'
