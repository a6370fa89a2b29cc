"""What the page before publishing warns of, without refusing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from strategy.models import Edition, Element


def doubled(elements: Iterable[Element]) -> list[tuple[str, str, list[Element]]]:
    """Layer, number and elements of each number that a layer prints more than once."""
    found: dict[tuple[str, str], list[Element]] = {}
    for element in elements:
        if element.label:
            found.setdefault((element.layer.name, element.label), []).append(element)
    return [(layer, label, rows) for (layer, label), rows in found.items() if len(rows) > 1]


def is_early(day: dt.date | None, former: Edition | None) -> bool:
    """Whether an edition that begins on `day` would begin before the one that it follows."""
    return bool(day and former and former.effective_on and day < former.effective_on)
