"""What a department reports in a round about a register's row or an indicator, before it is official."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from lib.models import Versioned
from rounds.models import Reply
from strategy.models.indicators import Indicator
from strategy.models.registers import RegisterEntry

ENTRY_VALUES = ("state", "channel", "due_on", "done_on", "volume", "online_volume", "volume_year")
FIGURE_VALUES = ("value", "numerator", "denominator", "text")
DATES = {"due_on", "done_on"}
DECIMALS = {"value", "numerator", "denominator"}


def answer_choices() -> list[tuple[str, str]]:
    return [("given", "報告あり"), ("no_change", "変更なし"), ("unknown", "今回は報告できない")]


class ReportedFigure(Versioned):
    """One row of a reply. `values` are the reported fields as plain JSON (dates ISO, decimals as text).

    Official once `accepted_at` is set: then the values stand on the entry, or as an actual of the indicator.
    `unknown` needs a comment, and neither it nor `no_change` ever becomes a 0.
    """

    reply = models.ForeignKey(Reply, verbose_name="回答", on_delete=models.PROTECT, related_name="figures")
    entry = models.ForeignKey(
        RegisterEntry, verbose_name="登録簿の行", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    indicator = models.ForeignKey(
        Indicator, verbose_name="指標", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField("答え", max_length=10, choices=answer_choices)
    values = models.JSONField("値", default=dict, blank=True)
    comment = models.CharField("補足", max_length=300, blank=True)
    accepted_at = models.DateTimeField("受理日時", null=True, blank=True)

    class Meta:
        verbose_name = "数値の報告"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(entry__isnull=False, indicator__isnull=True)
                | Q(entry__isnull=True, indicator__isnull=False),
                name="reported_one_target",
            ),
            models.UniqueConstraint(
                fields=("reply", "entry"), condition=Q(entry__isnull=False), name="reported_entry_once"
            ),
            models.UniqueConstraint(
                fields=("reply", "indicator"), condition=Q(indicator__isnull=False), name="reported_indicator_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry or self.indicator}の報告"


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The stored values with their types: dates and decimals out of text."""
    return {name: _typed(name, value) for name, value in values.items()}


def _typed(name: str, value: Any) -> Any:
    if value is None or value == "":
        return value
    if name in DATES:
        return dt.date.fromisoformat(value)
    return Decimal(value) if name in DECIMALS else value
