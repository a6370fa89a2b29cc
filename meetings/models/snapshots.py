"""確定資料: everything shown on a day, frozen with its labels; see `meetings.content` for what is inside."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from lib.wareki import format_date
from meetings import content, querysets
from meetings.models.meetings import Meeting
from rounds.models import Round


def kind_choices() -> list[tuple[str, str]]:
    return [("round", "照会"), ("meeting", "会議"), ("correction", "訂正")]


class Snapshot(models.Model):
    """One frozen state of the city. A row never changes; a correction is a new row that names the old one.

    Round and meeting are only where it came from: they may go, the content stays.
    """

    kind = models.CharField("種類", max_length=10, choices=kind_choices)
    title = models.CharField("名称", max_length=120)
    as_of = models.DateField("基準日")
    round = models.ForeignKey(
        Round, verbose_name="照会", null=True, blank=True, on_delete=models.SET_NULL, related_name="snapshots"
    )
    meeting = models.ForeignKey(
        Meeting, verbose_name="会議", null=True, blank=True, on_delete=models.SET_NULL, related_name="snapshots"
    )
    corrects = models.OneToOneField(
        "self", verbose_name="訂正前", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    reason = models.CharField("訂正の理由", max_length=300, blank=True)
    taken_by = models.CharField("確定した人", max_length=120)
    taken_at = models.DateTimeField("確定日時")
    schema = models.PositiveSmallIntegerField("形式の版", default=content.SCHEMA)
    content = models.TextField("内容")
    # The few figures that trends need, repeated so that a chart over many snapshots reads no content.
    summary = models.JSONField("集計", default=dict, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("大きさ（バイト）")

    objects = querysets.SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = "確定資料"
        ordering = ("-as_of", "-taken_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("round",), condition=Q(kind="round"), name="snapshot_round_once"),
            models.UniqueConstraint(fields=("meeting",), condition=Q(kind="meeting"), name="snapshot_meeting_once"),
            models.CheckConstraint(
                condition=Q(kind="correction", corrects__isnull=False) & ~Q(reason="")
                | ~Q(kind="correction") & Q(corrects__isnull=True, reason=""),
                name="snapshot_correction",
            ),
            models.CheckConstraint(condition=~Q(corrects=F("id")), name="snapshot_not_itself"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def day(self) -> str:
        return format_date(self.as_of)

    def read(self) -> content.Content:
        """The frozen content; raises `content.CorruptError` when the row is not what was frozen."""
        return content.load(self.content, self.sha256)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new row; a stored one is never written again."""
        if self.pk is not None:
            raise TypeError("a snapshot never changes")
        super().save(*args, **kwargs)
