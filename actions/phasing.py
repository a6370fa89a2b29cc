"""Planned and actual bars of one schedule side by side (pure)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class Step(Protocol):
    label: str
    starts_on: dt.date
    ends_on: dt.date
    actual: bool


@dataclass(frozen=True)
class Pair:
    """One phase: as planned, and what became of it; either may be missing."""

    label: str
    planned: Step | None
    actual: Step | None

    @property
    def days_later(self) -> int | None:
        """Days that the actual bar ends after the planned one; negative when earlier, None without both."""
        if self.planned is None or self.actual is None:
            return None
        return (self.actual.ends_on - self.planned.ends_on).days


def pairs(steps: Iterable[Step]) -> list[Pair]:
    """Join bars of the same label, the first planned with the first actual; the plan gives the order."""
    planned, actual = [], []
    for step in steps:
        (actual if step.actual else planned).append(step)
    found = []
    for step in planned:
        match = next((a for a in actual if a.label == step.label), None)
        if match:
            actual.remove(match)
        found.append(Pair(step.label, step, match))
    return [*found, *(Pair(a.label, None, a) for a in actual)]
