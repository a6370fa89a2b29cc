"""自治体DX推進計画 (総務省) as data: versions, items, targets and the mapping between versions."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from lib.models import Versioned
from strategy import querysets

MOST_TEXT = 2000


def category_choices() -> list[tuple[str, str]]:
    return [
        ("priority", "重点取組事項"), ("accompanying", "併せて取り組む事項"),
        ("other", "その他の事項"), ("organisation", "推進体制"),
    ]  # fmt: skip


def relation_choices() -> list[tuple[str, str]]:
    return [
        ("equal", "同じ"), ("subset", "一部になった"), ("superset", "分かれた"),
        ("absorbed", "ほかの項目に含まれた"), ("new", "新設"),
    ]  # fmt: skip


class NationalPlan(Versioned):
    """One version of the national plan. At most one is the version the city follows."""

    name = models.CharField("名称", max_length=100)
    label = models.CharField("版", max_length=40, unique=True)
    published_on = models.DateField("公表日", null=True, blank=True)
    period_from = models.DateField("計画期間の始め", null=True, blank=True)
    period_to = models.DateField("計画期間の終わり", null=True, blank=True)
    source = models.CharField("出典", max_length=300)
    as_of = models.DateField("出典を確かめた日")
    note = models.TextField("備考", max_length=MOST_TEXT, blank=True)
    verified = models.BooleanField("出典で確認済み", default=True)
    is_current = models.BooleanField("本市が従う版", default=False)

    objects = querysets.NationalPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "国の計画"
        ordering = ("published_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("is_current",), condition=Q(is_current=True), name="national_one_current"
            ),
            models.CheckConstraint(
                condition=Q(period_to__isnull=True)
                | Q(period_from__isnull=True)
                | Q(period_to__gte=F("period_from")),
                name="national_period",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.label}"

    def clean(self) -> None:
        errors = {}
        if self.period_from and self.period_to and self.period_to < self.period_from:
            errors["period_to"] = "計画期間の終わりは、始め以後の日にしてください。"
        if NationalPlan.objects.filter(label=self.label).exclude(pk=self.pk).exists():
            errors["label"] = f"「{self.label}」という版がすでにあります。"
        if errors:
            raise ValidationError(errors)


TAGS = {"priority": "重点", "accompanying": "併せて", "other": "その他"}


def tag_of(category: str, number: int) -> str:
    """Short label of category and number, e.g. 重点3."""
    return f"{TAGS.get(category, '体制')}{number}"


class PriorityItem(Versioned):
    """An item of one version: 重点, 併せて取り組む事項, その他 or 推進体制."""

    plan = models.ForeignKey(NationalPlan, verbose_name="国の計画", on_delete=models.CASCADE, related_name="items")
    key = models.SlugField("識別子", max_length=20, unique=True)
    category = models.CharField("区分", max_length=15, choices=category_choices)
    order_key = models.PositiveSmallIntegerField("区分の順", default=0, editable=False)
    number = models.PositiveSmallIntegerField("番号")
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("略称", max_length=30)
    description = models.TextField("説明", max_length=MOST_TEXT, blank=True)
    verified = models.BooleanField("出典で確認済み", default=True)

    objects = querysets.PriorityItemQuerySet.as_manager()

    class Meta:
        verbose_name = "国の項目"
        ordering = ("plan", "order_key", "number", "pk")
        constraints = (
            models.UniqueConstraint(fields=("plan", "category", "number"), name="item_number"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def tag(self) -> str:
        return tag_of(self.category, self.number)

    def clean(self) -> None:
        same = PriorityItem.objects.filter(plan_id=self.plan_id, category=self.category, number=self.number)
        if other := same.exclude(pk=self.pk).first():
            raise ValidationError({"number": f"同じ区分の番号{self.number}は「{other.name}」が使っています。"})


class NationalTarget(Versioned):
    """A measurable aim of an item with the date by which the country expects it."""

    item = models.ForeignKey(PriorityItem, verbose_name="国の項目", on_delete=models.CASCADE, related_name="targets")
    statement = models.CharField("目標", max_length=300)
    due_on = models.DateField("期日", null=True, blank=True)
    due_label = models.CharField("期日の表記", max_length=60, blank=True)
    measure = models.CharField("数え方", max_length=300, blank=True)
    source = models.CharField("出典", max_length=300, blank=True)
    verified = models.BooleanField("出典で確認済み", default=True)
    order = models.PositiveIntegerField("並び順", default=0)

    class Meta:
        verbose_name = "国の目標"
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.statement


class ItemMapping(models.Model):
    """How an item of one version lives on in another; a new item has no `source`."""

    source = models.ForeignKey(
        PriorityItem, null=True, blank=True, on_delete=models.CASCADE, related_name="mapped_to"
    )
    target = models.ForeignKey(PriorityItem, on_delete=models.CASCADE, related_name="mapped_from")
    relation = models.CharField("関係", max_length=10, choices=relation_choices)
    note = models.CharField("備考", max_length=300, blank=True)

    class Meta:
        verbose_name = "項目の対応"
        ordering = ("target__number", "source__number", "pk")
        constraints = (
            models.UniqueConstraint(fields=("source", "target"), name="mapping_once"),
            models.UniqueConstraint(
                fields=("target",), condition=Q(source__isnull=True), name="mapping_new_once"
            ),
            models.CheckConstraint(
                condition=Q(relation="new", source__isnull=True)
                | (~Q(relation="new") & Q(source__isnull=False)),
                name="mapping_new_has_no_source",
            ),
        )

    def __str__(self) -> str:
        return f"{self.source or '（なし）'} → {self.target}"


class NationalMove(models.Model):
    """The city went from one version to another. `links` keeps what each re-linked thing held before and
    after (`{"action-12": [[old ids], [new ids]]}`), so that going back restores it exactly."""

    source = models.ForeignKey(NationalPlan, on_delete=models.CASCADE, related_name="moves_out")
    target = models.ForeignKey(NationalPlan, on_delete=models.CASCADE, related_name="moves_in")
    moved_at = models.DateTimeField("移行日時", auto_now_add=True)
    links = models.JSONField("付け替えの控え", default=dict)

    class Meta:
        verbose_name = "国の計画の移行"
        ordering = ("-moved_at", "-pk")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
