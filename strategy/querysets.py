"""Reads of the strategy as chainable verbs."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Q

from lib.fold import fold


class EditionQuerySet(models.QuerySet):
    def visible(self, *, drafts: bool) -> EditionQuerySet:
        """Editions a reader may see; drafts only for those who edit."""
        return self if drafts else self.exclude(status="draft")

    def main_published(self) -> EditionQuerySet:
        """The edition in force of the plan that actions serve."""
        return self.filter(plan__is_main=True, status="published")


class ElementQuerySet(models.QuerySet):
    def in_force(self) -> ElementQuerySet:
        """Elements of the published edition of the main plan."""
        return self.filter(edition__plan__is_main=True, edition__status="published")

    def found(self, text: str) -> ElementQuerySet:
        return self.filter(Q(title__folded__contains=fold(text)) | Q(body__folded__contains=fold(text)))


class NationalPlanQuerySet(models.QuerySet):
    def current(self) -> NationalPlanQuerySet:
        return self.filter(is_current=True)


class PriorityItemQuerySet(models.QuerySet):
    def current(self) -> PriorityItemQuerySet:
        """Items of the version that the city follows."""
        return self.filter(plan__is_current=True)


class RegisterEntryQuerySet(models.QuerySet):
    def counted(self) -> RegisterEntryQuerySet:
        """Rows that belong in a denominator: known to apply to the city."""
        return self.filter(applicable="yes", prefectural=False)

    def tallied(self) -> dict[str, int]:
        """Counts for `n / m`: done, applicable, unknown, not applicable (never as 0)."""
        own = Q(prefectural=False)
        return self.aggregate(
            done=Count("pk", filter=own & Q(applicable="yes", state="done")),
            unknown=Count("pk", filter=own & Q(applicable="unknown")),
            excluded=Count("pk", filter=~own | Q(applicable="no")),
            # Last: a filter after it would read the count of this name instead of the field.
            applicable=Count("pk", filter=own & Q(applicable="yes")),
        )
