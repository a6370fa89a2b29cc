"""Registers that count the national targets: 20業務 and 31手続."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from accounts.models import Department
from lib.models import Versioned
from strategy import querysets
from strategy.models.national import PriorityItem


def applicable_choices() -> list[tuple[str, str]]:
    return [("yes", "対象"), ("no", "対象外"), ("unknown", "未確認")]


def state_choices() -> list[tuple[str, str]]:
    return [
        ("unknown", "未確認"), ("planned", "着手前"), ("working", "作業中"),
        ("deferred", "特定移行支援"), ("done", "済"),
    ]  # fmt: skip


def channel_choices() -> list[tuple[str, str]]:
    return [
        ("unknown", "未確認"), ("mynaportal", "マイナポータル"), ("generic", "汎用電子申請"),
        ("own", "独自"), ("counter", "窓口のみ"), ("none", "制度なし"),
    ]  # fmt: skip


class Register(models.Model):
    """A list whose done entries are the city's progress on one national item."""

    key = models.SlugField("識別子", max_length=30, unique=True)
    name = models.CharField("名称", max_length=80)
    unit = models.CharField("単位", max_length=10)
    item = models.ForeignKey(PriorityItem, verbose_name="国の項目", on_delete=models.PROTECT, related_name="registers")
    source = models.CharField("出典", max_length=300)
    as_of = models.DateField("出典を確かめた日")

    class Meta:
        verbose_name = "登録簿"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class RegisterEntry(Versioned):
    """One business system or procedure. Unknown and not applicable are states, never 0."""

    register = models.ForeignKey(Register, verbose_name="登録簿", on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveSmallIntegerField("番号")
    group = models.CharField("分野", max_length=20, blank=True)
    name = models.CharField("名称", max_length=100)
    verified = models.BooleanField("名称を出典で確認済み", default=True)
    prefectural = models.BooleanField("県の事務", default=False)
    applicable = models.CharField("該当", max_length=10, choices=applicable_choices, default="unknown")
    reason = models.CharField("対象外の理由", max_length=200, blank=True)
    channel = models.CharField("受付の方法", max_length=12, choices=channel_choices, default="unknown")
    state = models.CharField("状態", max_length=10, choices=state_choices, default="unknown")
    due_on = models.DateField("完了の見込み", null=True, blank=True)
    done_on = models.DateField("完了日", null=True, blank=True)
    department = models.ForeignKey(
        Department, verbose_name="所管", null=True, blank=True,
        on_delete=models.PROTECT, related_name="register_entries",
    )  # fmt: skip
    system_name = models.CharField("システム・事業者", max_length=100, blank=True)
    volume = models.PositiveIntegerField("年間件数", null=True, blank=True)
    online_volume = models.PositiveIntegerField("うちオンライン", null=True, blank=True)
    volume_year = models.PositiveSmallIntegerField("件数の年度", null=True, blank=True)

    objects = querysets.RegisterEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "登録簿の行"
        ordering = ("register", "number", "pk")
        constraints = (
            models.UniqueConstraint(fields=("register", "number"), name="register_entry_number"),
            models.CheckConstraint(
                condition=Q(online_volume__isnull=True)
                | Q(volume__isnull=True)
                | Q(online_volume__lte=F("volume")),
                name="register_entry_volume",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        errors = {}
        if self.applicable == "no" and not self.reason:
            errors["reason"] = "対象外とする理由を入力してください。"
        if None not in (self.volume, self.online_volume) and self.online_volume > self.volume:
            errors["online_volume"] = "オンライン件数は年間件数以下にしてください。"
        if self.state == "done" and self.done_on is None:
            errors["done_on"] = "「済」の行には完了日を入力してください。"
        if errors:
            raise ValidationError(errors)
