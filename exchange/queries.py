"""What sheets of all apps ask for: departments by the words that people write."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import Department
from exchange.widgets import One, Pair
from lib.wareki import format_date


@dataclass(frozen=True)
class Departments:
    """All departments with their labels, and those that may be chosen today (1 query)."""

    pairs: list[Pair]
    current: set[int]


def departments() -> Departments:
    """A dissolved department stays readable under a label of its own; bare names mean those of today."""
    today = timezone.localdate()
    pairs: list[Pair] = []
    current = set()
    for pk, code, name, short, first, last in Department.objects.values_list(
        "pk", "code", "name", "short_name", "valid_from", "valid_to"
    ):
        if last is not None and last < today:
            pairs.append((pk, f"{code} {name}（{format_date(last)}廃止）", ()))
            continue
        pairs.append((pk, f"{code} {name}", {name, short, code}))
        if first <= today:
            current.add(pk)
    return Departments(pairs, current)


def load_departments(*widgets: One, known: Departments | None = None, only: Collection[int] | None = None) -> None:
    """Let the widgets name any department and offer those of today (of `only`, where given)."""
    found = known or departments()
    for widget in widgets:
        widget.load(found.pairs, found.current if only is None else found.current & set(only))


def load_rows(widget: One, rows: models.QuerySet, label: Any, *others: Any) -> None:
    """Let a relation name the given rows; `label` and `others` tell the words from a row."""
    widget.load([(row.pk, label(row), {o(row) for o in others}) for row in rows])
