"""Reads of budgets and funding programmes as chainable verbs."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q


class ProgrammeQuerySet(models.QuerySet):
    def valid_in(self, year: int) -> ProgrammeQuerySet:
        """Programmes that can be used in a fiscal year; an open end is still running."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=year)
        return self.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gte=year))

    def with_uses(self) -> ProgrammeQuerySet:
        """Annotate `uses`: how many rows of budgets name the programme."""
        return self.annotate(uses=Count("budgets"))


class BudgetQuerySet(models.QuerySet):
    def of_year(self, year: int) -> BudgetQuerySet:
        return self.filter(fiscal_year=year)

    def of_live(self) -> BudgetQuerySet:
        return self.filter(action__archived_at__isnull=True)

    def initial(self) -> BudgetQuerySet:
        return self.filter(kind="initial")

    def with_counted(self) -> BudgetQuerySet:
        """Annotate `counted`: whether the breakdown of a row counts (that of a 補正 not beside a 決算)."""
        settled = self.model.objects.filter(
            action=OuterRef("action"), fiscal_year=OuterRef("fiscal_year"), kind="initial", executed__isnull=False
        )
        return self.annotate(counted=Q(kind="initial") | ~Q(Exists(settled)))
