"""What the pages are made of: the frozen content, the one before it, and the meeting that they serve."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lib.charts.schedule import STATE_WORDS
from lib.states import STATES
from meetings.compare import Comparison, compare
from meetings.content import ActionRow, Content, Counts, Maturity
from meetings.pack.blocks import Cell, cell

BEHIND = ("over", "late")
STATE_ORDER = {key: n for n, key in enumerate(("over", "late", "todo", "run", "done", "stop"))}


@dataclass(frozen=True)
class AgendaLine:
    kind: str
    title: str
    note: str = ""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeetingFacts:
    """What the cover and the 次第 say of the meeting."""

    title: str
    body: str
    when: str
    place: str
    held_on: dt.date
    agenda: tuple[AgendaLine, ...] = ()


@dataclass(frozen=True)
class Origin:
    """The snapshot that a pack is made from; `corrected` says what became of it since."""

    title: str
    sha256: str
    taken_at: str
    taken_by: str
    corrected: str = ""


@dataclass(frozen=True)
class Limits:
    """How many rows a page shows before it says how many it leaves out."""

    item: int = 20
    late: int = 120
    changes: int = 120
    lines: int = 40
    schedule: int = 160
    departments: int = 120
    decisions: int = 120


@dataclass(frozen=True)
class Source:
    """Read side of a snapshot for the sections."""

    content: Content
    origin: Origin
    meeting: MeetingFacts
    previous: Content | None = None
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.content["as_of"])

    @cached_property
    def actions(self) -> list[ActionRow]:
        return self.content["actions"]

    @cached_property
    def late(self) -> list[ActionRow]:
        """Newly late first, then overdue, then by code."""
        found = [a for a in self.actions if a["state"] in BEHIND]
        return sorted(found, key=lambda a: (not a["newly"], STATE_ORDER[a["state"]], a["code"]))

    @property
    def maturity(self) -> Maturity | None:
        return self.content["maturity"]

    @cached_property
    def moved(self) -> Comparison | None:
        """What moved since the snapshot before; None without one."""
        return compare(self.previous, self.content) if self.previous else None

    @property
    def previous_day(self) -> dt.date | None:
        return day(self.previous["as_of"]) if self.previous else None

    def previous_item(self, key: str) -> dict[str, Any] | None:
        rows: Sequence[Any] = self.previous["items"] if self.previous else ()
        return next((row for row in rows if row["key"] == key), None)

    @cached_property
    def by_item(self) -> dict[str, list[ActionRow]]:
        """Actions behind each national item, what is late first."""
        found: dict[str, list[ActionRow]] = {}
        for action in self.actions:
            for item in action["items"]:
                found.setdefault(item["key"], []).append(action)
        for rows in found.values():
            rows.sort(key=lambda a: (STATE_ORDER.get(a["state"], 9), a["code"]))
        return found


def day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def filled(counts: Counts) -> Counts:
    """Counts without the states that do not occur, in the order of the legend."""
    return {key: counts[key] for key in STATES if counts.get(key)}


def behind(counts: Counts) -> int:
    return sum(counts.get(key, 0) for key in BEHIND)


def total(counts: Counts) -> int:
    return sum(counts.values())


def counted(actions: Sequence[ActionRow]) -> Counts:
    return dict(Counter(a["state"] for a in actions))


# ---- cells that several sections print alike


def state_cell(action: ActionRow) -> Cell:
    """Mark and word, so that the state can be told without its colour."""
    words = f"{STATE_WORDS[action['state']].mark}{action['state_label']}"
    return Cell(action["state_label"], words + ("（新）" if action["newly"] else ""), action["state"])


def percent_cell(action: ActionRow) -> Cell:
    """The reported percent; nothing was reported, nothing is known."""
    return cell(action["percent"] if action["reported_as_of"] else None, suffix="%")


def reason_cell(action: ActionRow) -> Cell:
    words = "：".join(filter(None, (action["reason_kind_label"], action["reason"])))
    return cell(words, empty="理由の報告なし")


def day_cell(text: str | None) -> Cell:
    return cell(day(text))
