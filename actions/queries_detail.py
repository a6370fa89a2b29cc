"""What the page of one action shows beside its figures: moves of its dates, grades, hurdles, where it went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.models import Action, DateChange, Milestone
from actions.phasing import pairs


@dataclass(frozen=True)
class Stone:
    """A milestone with the moves of its date."""

    milestone: Milestone
    changes: list[DateChange] = field(default_factory=list)

    @property
    def pushes(self) -> int:
        return sum(c.is_later for c in self.changes)

    @property
    def anchor(self) -> str:
        return f"stone-{self.milestone.pk}"


def dates_of(action: Action) -> dict[str, Any]:
    """Moves of every date of the action, its milestones with theirs, planned and actual bars (3 queries at most)."""
    changes = list(action.date_changes.select_related("changed_by", "report__reply__round"))
    return {
        "changes": changes[::-1], "end_changes": [c for c in changes if c.kind == "end"],
        "stones": stones_of(action.milestones.all(), changes), "pairs": pairs(action.phases.all()),
    }  # fmt: skip


def stones_of(milestones: Iterable[Milestone], changes: Sequence[DateChange]) -> list[Stone]:
    return [Stone(m, [c for c in changes if c.milestone_id == m.pk]) for m in milestones]


def stone_of(milestone: Milestone) -> Stone:
    return Stone(milestone, list(milestone.date_changes.all()))
