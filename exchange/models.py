"""A file that waits for its confirmation, and what became of it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
import zlib
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from exchange import querysets

# Sizes matter more than speed here: ten thousand rows are three megabytes of text.
PACKING = 1


def pack(value: Any) -> bytes:
    """JSON of cells, compressed; days are marked, because JSON has none."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, default=_marked).encode(), PACKING)


def unpack(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed), object_hook=_unmarked) if packed else None


def _marked(value: Any) -> Any:
    if isinstance(value, dt.date):
        return {"$day": value.isoformat()}
    raise TypeError(f"no cell holds {type(value).__name__}")


def _unmarked(value: dict[str, Any]) -> Any:
    if "$day" not in value:
        return value
    text = value["$day"]
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)


class Import(models.Model):
    """One uploaded workbook: its cells, what the dry run found, and who confirmed it when.

    `content` and `outcome` are dropped once it is applied; the row stays as the object of the ledger's entry.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.CharField("表", max_length=40)
    scope = models.PositiveBigIntegerField("対象", default=0)
    title = models.CharField("取り込み先", max_length=200)
    file_name = models.CharField("ファイル名", max_length=200)
    digest = models.CharField("ファイルの要約値", max_length=64)
    content = models.BinaryField("内容", default=bytes)
    outcome = models.BinaryField("確かめた結果", default=bytes)
    notes = models.JSONField("読み取りの注意", default=list)
    counts = models.JSONField("件数", default=dict)
    total = models.PositiveIntegerField("行数", default=0)
    checked = models.PositiveIntegerField("確かめた行数", default=0)
    seen = models.CharField("結果の要約値", max_length=64, blank=True)
    made_by = models.ForeignKey(User, verbose_name="受け付けた人", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("受付日時", auto_now_add=True)
    applied_at = models.DateTimeField("取込日時", null=True, blank=True)
    applied_by = models.ForeignKey(
        User, verbose_name="取り込んだ人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = querysets.ImportQuerySet.as_manager()

    class Meta:
        verbose_name = "取り込み"
        ordering = ("-created_at", "pk")
        constraints = (
            # Two people may upload the same file; it counts once.
            models.UniqueConstraint(
                fields=("book", "scope", "digest"), condition=Q(applied_at__isnull=False), name="import_file_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}：{self.file_name}"[:200]

    @property
    def expires_at(self) -> dt.datetime:
        return self.created_at + dt.timedelta(hours=settings.IMPORT_KEEP_HOURS)

    @property
    def is_expired(self) -> bool:
        return self.expires_at < timezone.now()

    @property
    def is_checked(self) -> bool:
        return bool(self.seen)

    @property
    def stops(self) -> int:
        """How many rows keep the file from being applied."""
        return self.counts.get("error", 0) + self.counts.get("conflict", 0)

    @property
    def writes(self) -> int:
        return sum(self.counts.get(kind, 0) for kind in ("new", "changed", "removed"))

    @property
    def may_apply(self) -> bool:
        return bool(self.is_checked and not self.applied_at and not self.is_expired and self.writes and not self.stops)

    @property
    def percent(self) -> int:
        return 100 * self.checked // self.total if self.total else 0
