"""Reads of imports as chainable verbs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class ImportQuerySet(models.QuerySet):
    def of_book(self, book: str, scope: int) -> ImportQuerySet:
        return self.filter(book=book, scope=scope)

    def expired(self) -> ImportQuerySet:
        """Files that nobody confirmed in time."""
        limit = timezone.now() - dt.timedelta(hours=settings.IMPORT_KEEP_HOURS)
        return self.filter(applied_at__isnull=True, created_at__lt=limit)

    def applied(self) -> ImportQuerySet:
        return self.filter(applied_at__isnull=False)

    def light(self) -> ImportQuerySet:
        """Without the cells."""
        return self.defer("content", "outcome")

    def made_by(self, user: Any) -> ImportQuerySet:
        return self.filter(made_by=user)
