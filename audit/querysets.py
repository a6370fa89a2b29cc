"""Reads of the ledger."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q


class EntryQuerySet(models.QuerySet):
    def about(self, obj: models.Model) -> EntryQuerySet:
        """Entries on one object, newest first."""
        return self.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))

    def length(self) -> int:
        """How many the whole book has, by its two ends: the numbers of a book that holds have no gap, and counting
        a hundred thousand entries takes longer than a page of them."""
        first = models.Subquery(self.model.objects.order_by("seq").values("seq")[:1])
        ends = self.order_by("-seq").values_list("seq", first).first()
        return ends[0] - ends[1] + 1 if ends else 0

    def between(self, start: dt.date | None, end: dt.date | None) -> EntryQuerySet:
        rows = self
        if start:
            rows = rows.filter(at__date__gte=start)
        if end:
            rows = rows.filter(at__date__lte=end)
        return rows

    def found(self, text: str) -> EntryQuerySet:
        return self.filter(Q(actor__icontains=text) | Q(object_label__icontains=text))


class ReadQuerySet(models.QuerySet):
    def found(self, text: str) -> ReadQuerySet:
        return self.filter(Q(user__icontains=text) | Q(label__icontains=text))

    def older_than(self, moment: dt.datetime) -> ReadQuerySet:
        return self.filter(at__lt=moment)
