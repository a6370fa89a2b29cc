"""The ledger: append-only, each entry bound to the one before by a hash."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from audit import acts
from audit.querysets import EntryQuerySet, ReadQuerySet
from audit.reading import KINDS, kind_choices


def origin_choices() -> list[tuple[str, str]]:
    return [("web", "画面"), ("import", "取り込み"), ("command", "コマンド")]


class Entry(models.Model):
    """One act. Holds labels, not foreign keys, so that it reads the same for ever."""

    seq = models.BigIntegerField("番号", primary_key=True)
    at = models.DateTimeField("日時", db_index=True)
    actor_id = models.BigIntegerField("利用者", null=True, db_index=True)
    actor = models.CharField("だれが", max_length=120)
    act = models.CharField("操作", max_length=20)
    object_type = models.CharField("対象の種類", max_length=60)
    object_id = models.CharField("対象の番号", max_length=60)
    object_label = models.CharField("対象", max_length=200)
    changes = models.JSONField("変更", default=dict)
    note = models.TextField("備考", blank=True)
    origin = models.CharField("経路", max_length=10, choices=origin_choices)
    previous_hash = models.CharField("前の記録のハッシュ", max_length=64)
    hash = models.CharField("ハッシュ", max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "操作の記録"
        ordering = ("-seq",)
        indexes = (models.Index(fields=("object_type", "object_id"), name="entry_object"),)

    def __str__(self) -> str:
        return f"{self.seq} {self.act_label} {self.object_label}"

    @property
    def act_label(self) -> str:
        return acts.label(self.act)

    @property
    def pairs(self) -> list[tuple[str, list[Any]]]:
        """Changed fields with both values. A template's `changes.items` would find a field named `items`."""
        return list(self.changes.items())

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("the ledger is written by audit.services.append only")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("the ledger is never deleted from")


class ChainHead(models.Model):
    """The one row that writers lock: number and hash of the last entry."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="chain_head_single"),)

    def __str__(self) -> str:
        return f"{self.seq}"


class Read(models.Model):
    """One person was shown one restricted thing. Append-only; only the retention time removes rows."""

    at = models.DateTimeField("日時", db_index=True)
    user_id = models.BigIntegerField("利用者", db_index=True)
    user = models.CharField("だれが", max_length=120)
    kind = models.CharField("種類", max_length=10, choices=kind_choices)
    label = models.CharField("見たもの", max_length=200)
    path = models.CharField("アドレス", max_length=500)

    objects = ReadQuerySet.as_manager()

    class Meta:
        verbose_name = "読み取りの記録"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.user} {self.label}"

    @property
    def kind_label(self) -> str:
        return KINDS.get(self.kind, self.kind)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("the read log is written once")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("the read log is pruned by audit.services.prune only")
