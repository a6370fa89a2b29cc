"""Reads of indicators as chainable verbs."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import Count, Q

from lib.fold import fold


class IndicatorQuerySet(models.QuerySet):
    def live(self) -> IndicatorQuerySet:
        return self.filter(archived_at__isnull=True)

    def archived(self) -> IndicatorQuerySet:
        return self.filter(archived_at__isnull=False)

    def serving_lineages(self, lineages: Iterable[UUID]) -> IndicatorQuerySet:
        """Indicators of elements by lineage, so that a new edition keeps them without re-linking."""
        return self.filter(elements__lineage__in=lineages).distinct()

    def serving_items(self, item_ids: Iterable[int]) -> IndicatorQuerySet:
        return self.filter(items__in=item_ids).distinct()

    def found(self, text: str) -> IndicatorQuerySet:
        wanted = fold(text)
        return self.filter(
            Q(name__folded__contains=wanted)
            | Q(unit__folded__contains=wanted)
            | Q(note__folded__contains=wanted)
            | Q(source__folded__contains=wanted)
        )


class ActualQuerySet(models.QuerySet):
    def marked(self) -> ActualQuerySet:
        """Annotate how often each actual was corrected: the mark stands wherever the figure does."""
        return self.annotate(times_corrected=Count("corrections"))
