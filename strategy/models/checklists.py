"""Checklists that the city answers for itself: 手順書 steps 0–3, サービス設計12箇条."""

from __future__ import annotations

from django.db import models

from lib.models import Versioned


def check_choices() -> list[tuple[str, str]]:
    return [("open", "未着手"), ("working", "取組中"), ("done", "済")]


class Checklist(models.Model):
    key = models.SlugField("識別子", max_length=30, unique=True)
    title = models.CharField("名称", max_length=100)
    source = models.CharField("出典", max_length=300)
    as_of = models.DateField("出典を確かめた日")

    class Meta:
        verbose_name = "点検表"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.title


class ChecklistGroup(models.Model):
    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="groups")
    number = models.PositiveSmallIntegerField("番号")
    title = models.CharField("名称", max_length=100)

    class Meta:
        verbose_name = "点検表の区分"
        ordering = ("checklist", "number")
        constraints = (
            models.UniqueConstraint(fields=("checklist", "number"), name="check_group_number"),
        )

    def __str__(self) -> str:
        return self.title


class ChecklistItem(Versioned):
    group = models.ForeignKey(ChecklistGroup, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField("番号")
    text = models.CharField("内容", max_length=200)
    state = models.CharField("状態", max_length=10, choices=check_choices, default="open")
    evidence = models.CharField("根拠", max_length=300, blank=True)
    done_on = models.DateField("済んだ日", null=True, blank=True)

    class Meta:
        verbose_name = "点検項目"
        ordering = ("group", "number")
        constraints = (
            models.UniqueConstraint(fields=("group", "number"), name="check_item_number"),
        )

    def __str__(self) -> str:
        return self.text
