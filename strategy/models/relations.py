"""How a plan stands to other plans of the city and of the country."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lib.models import Versioned
from strategy.models.plans import Plan


def relation_choices() -> list[tuple[str, str]]:
    return [("upper", "上位"), ("related", "関連"), ("serves", "兼ねる")]


class PlanRelation(Versioned):
    """One other plan, named in words or, where the portal keeps it, as a row of its own."""

    plan = models.ForeignKey(Plan, verbose_name="計画", on_delete=models.CASCADE, related_name="relations")
    name = models.CharField("ほかの計画の名称", max_length=100, blank=True)
    other = models.ForeignKey(
        Plan, verbose_name="ポータルにある計画", null=True, blank=True,
        on_delete=models.PROTECT, related_name="related_from",
    )  # fmt: skip
    kind = models.CharField("関係", max_length=10, choices=relation_choices)
    basis = models.CharField("根拠", max_length=200, blank=True)
    note = models.CharField("説明", max_length=300, blank=True)
    order = models.PositiveIntegerField("並び順", default=0)

    class Meta:
        verbose_name = "ほかの計画との関係"
        ordering = ("plan", "order", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(name="", other__isnull=False) | (~Q(name="") & Q(other__isnull=True)),
                name="plan_relation_one_name",
            ),
            models.CheckConstraint(condition=~Q(other=F("plan")), name="plan_relation_other"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}"

    @property
    def title(self) -> str:
        """The name of the other plan, wherever it is kept."""
        return self.other.name if self.other else self.name
