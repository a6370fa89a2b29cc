"""添付: files that a department hands in with its reply."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from rounds import querysets
from rounds.models.rounds import Reply


class Attachment(models.Model):
    """One file of a reply; its bytes lie under `settings.ATTACHMENTS_ROOT` by `stored_name`.

    `accepted_at` is set when a reply that lists it is accepted: from then on every reader may fetch it, and
    taking it off the reply keeps the bytes, because the accepted content names them.
    """

    reply = models.ForeignKey(Reply, verbose_name="回答", on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField("ファイル名", max_length=150)
    stored_name = models.CharField(max_length=40, unique=True, editable=False)
    size = models.PositiveIntegerField("大きさ（バイト）")
    content_type = models.CharField("種類", max_length=100)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("添付日時")
    accepted_at = models.DateTimeField("受理日時", null=True, blank=True)
    removed_at = models.DateTimeField("削除日時", null=True, blank=True)
    removed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = querysets.AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "添付"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    def owning_department_ids(self) -> set[int]:
        return self.reply.owning_department_ids()
