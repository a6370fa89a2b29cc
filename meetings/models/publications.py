"""公開: the approval under which a snapshot may leave the portal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from meetings.models.snapshots import Snapshot


class Publication(models.Model):
    """One approval of one snapshot. Withdrawing ends it; approving again is a new row, so both stay on record."""

    snapshot = models.ForeignKey(
        Snapshot, verbose_name="確定資料", on_delete=models.PROTECT, related_name="publications"
    )
    snapshot_sha256 = models.CharField("確定資料のSHA-256", max_length=64)
    note = models.CharField(
        "承認の根拠", max_length=200, help_text="決裁の番号や、公開を決めた会議など（公開されます）。"
    )
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_label = models.CharField("承認した人", max_length=120)
    approved_at = models.DateTimeField("承認日時")
    withdrawn_label = models.CharField("取り消した人", max_length=120, blank=True)
    withdrawn_at = models.DateTimeField("取消日時", null=True, blank=True)
    withdrawn_reason = models.CharField("取消の理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "公開の承認"
        ordering = ("-approved_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("snapshot",), condition=Q(withdrawn_at__isnull=True), name="publication_approved_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""),
                name="publication_withdrawn",
            ),
        )

    def __str__(self) -> str:
        return f"{self.snapshot}の公開"
