"""A sheet on its way in, and the layouts that the portal remembers."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from accounts.models import User
from exchange.models import Import, unpack
from exchange.wizard.transform import Choices
from lib.models import Versioned


class Draft(Versioned):
    """One uploaded file between its pages: its cells, and what was chosen so far. Only its maker sees it."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.CharField("表", max_length=40)
    scope = models.PositiveBigIntegerField("対象", default=0)
    file_name = models.CharField("ファイル名", max_length=200)
    content = models.BinaryField("内容", default=bytes)
    notes = models.JSONField("読み取りの注意", default=list)
    choices = models.JSONField("選んだこと", default=dict)
    # How far it has come: the page that is next.
    step = models.CharField("次の画面", max_length=10, default="sheet")
    remembered = models.BooleanField("覚えた対応を使用", default=False)
    handed = models.ForeignKey(
        Import, verbose_name="取り込み", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_by = models.ForeignKey(User, verbose_name="受け付けた人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "取り込みウィザード"
        ordering = ("-created_at", "pk")

    def __str__(self) -> str:
        return self.file_name

    @property
    def target(self) -> str:
        return f"{self.book}:{self.scope}"

    def sheets(self) -> list[dict[str, Any]]:
        return unpack(self.content) or []

    def chosen(self) -> Choices:
        return Choices.of(self.choices)


class Layout(Versioned):
    """How a sheet with certain heads is read into a certain workbook, for the next time."""

    book = models.CharField("表", max_length=40)
    fingerprint = models.CharField("見出しの要約値", max_length=64)
    title = models.CharField("名称", max_length=200)
    heads = models.JSONField("見出し", default=list)
    choices = models.JSONField("対応", default=dict)
    used = models.PositiveIntegerField("使った回数", default=1)
    changed_by = models.ForeignKey(User, verbose_name="最後に使った人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "覚えた対応"
        ordering = ("-updated_at", "pk")
        constraints = (models.UniqueConstraint(fields=("book", "fingerprint"), name="layout_once"),)

    def __str__(self) -> str:
        return self.title
