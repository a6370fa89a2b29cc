"""指摘: what 事務局 wants corrected, item by item, in a reply that it sends back."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from rounds import querysets
from rounds.models.rounds import Reply


class ReplyRemark(models.Model):
    """One comment on one item; `anchor` is the item's id on the reply's page."""

    reply = models.ForeignKey(Reply, verbose_name="回答", on_delete=models.PROTECT, related_name="remarks")
    section = models.CharField(max_length=30)
    anchor = models.CharField(max_length=60)
    label = models.CharField("項目", max_length=200)
    text = models.CharField("指摘", max_length=300)
    created_at = models.DateTimeField("指摘日時")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField("対応日時", null=True, blank=True)
    resolved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = querysets.RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = "指摘"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.label}：{self.text}"[:200]
