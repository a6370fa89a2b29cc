"""Abstract bases shared by every editable model."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models


class Versioned(models.Model):
    """A row that two people may edit: carries the optimistic lock and the dates of change."""

    version = models.PositiveIntegerField("版数", default=1, editable=False)
    created_at = models.DateTimeField("作成日時", auto_now_add=True)
    updated_at = models.DateTimeField("更新日時", auto_now=True)

    class Meta:
        abstract = True


def set_prefetched(owner: models.Model, name: str, rows: Sequence[models.Model]) -> None:
    """Give `owner.<name>.all()` rows that were read in the same statement as the owner, as `prefetch_related` does."""
    found = getattr(owner, name).all()
    found._result_cache, found._prefetch_done = list(rows), True
    if not hasattr(owner, "_prefetched_objects_cache"):
        owner._prefetched_objects_cache = {}
    owner._prefetched_objects_cache[name] = found
