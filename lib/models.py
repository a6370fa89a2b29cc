"""Abstract bases shared by every editable model."""

from django.db import models


class Versioned(models.Model):
    """A row that two people may edit: carries the optimistic lock and the dates of change."""

    version = models.PositiveIntegerField("版数", default=1, editable=False)
    created_at = models.DateTimeField("作成日時", auto_now_add=True)
    updated_at = models.DateTimeField("更新日時", auto_now=True)

    class Meta:
        abstract = True
