"""What belongs to the making of an edition: reasons of its changes, re-links, removed elements."""

from __future__ import annotations

from django.db import models

from lib.models import Versioned
from strategy.models.plans import Edition, Element


class ChangeNote(Versioned):
    """Why an element differs from the edition before: the last column of the 新旧対照表."""

    edition = models.ForeignKey(Edition, verbose_name="版", on_delete=models.CASCADE, related_name="change_notes")
    lineage = models.UUIDField("系譜番号")
    text = models.CharField("理由", max_length=200)

    class Meta:
        verbose_name = "変更の理由"
        ordering = ("edition", "pk")
        constraints = (models.UniqueConstraint(fields=("edition", "lineage"), name="change_note_once"),)

    def __str__(self) -> str:
        return self.text


class PlannedRelink(Versioned):
    """Where something that loses its element with this edition goes; without a target it stays without one.

    `key` names the thing among all followers (strategy.relink). In a draft this is a plan, carried out when
    the edition is published; in a published edition it is done.
    """

    edition = models.ForeignKey(Edition, verbose_name="版", on_delete=models.CASCADE, related_name="planned_relinks")
    key = models.CharField("付け替えるもの", max_length=60)
    label = models.CharField("名称", max_length=250)
    target = models.ForeignKey(
        Element, verbose_name="付け替え先", null=True, blank=True,
        on_delete=models.CASCADE, related_name="planned_relinks",
    )  # fmt: skip

    class Meta:
        verbose_name = "取組の付け替え"
        ordering = ("edition", "pk")
        constraints = (models.UniqueConstraint(fields=("edition", "key"), name="planned_relink_once"),)

    def __str__(self) -> str:
        return f"{self.label} → {self.target or '上位なし'}"


class DeletedElement(models.Model):
    """An element removed from a draft, with all that is needed to put it back; goes with its edition."""

    edition = models.ForeignKey(Edition, verbose_name="版", on_delete=models.CASCADE, related_name="deleted_elements")
    label = models.CharField("要素", max_length=250)
    content = models.JSONField("内容")
    deleted_at = models.DateTimeField("削除日時", auto_now_add=True)

    class Meta:
        verbose_name = "削除した要素"
        ordering = ("-deleted_at", "-pk")

    def __str__(self) -> str:
        return self.label
