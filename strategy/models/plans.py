"""Plan → edition → layer → element: any shape of municipal DX strategy."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from lib import fiscal
from lib.models import Versioned
from strategy import querysets


def status_choices() -> list[tuple[str, str]]:
    return [("draft", "下書き"), ("published", "公開中"), ("archived", "保管")]


def role_choices() -> list[tuple[str, str]]:
    return [
        ("mission", "ミッション"), ("vision", "ビジョン"), ("value", "バリュー"),
        ("purpose", "目的"), ("definition", "定義"), ("future", "将来像"),
        ("guideline", "行動指針"), ("principle", "基本理念"), ("pillar", "柱"),
        ("measure", "施策"), ("skill", "能力"), ("other", "その他"),
    ]  # fmt: skip


def numbering_choices() -> list[tuple[str, str]]:
    return [
        ("none", "なし"), ("number", "1, 2, 3"), ("circled", "①②③"), ("decimal", "1-1, 1-2"),
    ]  # fmt: skip


class Plan(Versioned):
    """A strategy of a municipality. `is_main` marks the one whose elements actions serve."""

    name = models.CharField("名称", max_length=100)
    municipality = models.CharField("団体名", max_length=40)
    municipality_code = models.CharField("団体コード", max_length=6, blank=True)
    fiscal_from = models.PositiveSmallIntegerField("計画期間の最初の年度", null=True, blank=True)
    fiscal_to = models.PositiveSmallIntegerField("計画期間の最後の年度", null=True, blank=True)
    source = models.CharField("出典", max_length=200, blank=True)
    is_main = models.BooleanField("取組を結び付ける計画", default=False)
    order = models.PositiveIntegerField("並び順", default=0)

    class Meta:
        verbose_name = "計画"
        ordering = ("-is_main", "order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("is_main",), condition=Q(is_main=True), name="plan_one_main"
            ),
            models.CheckConstraint(
                condition=Q(fiscal_from__isnull=True)
                | Q(fiscal_to__isnull=True)
                | Q(fiscal_to__gte=F("fiscal_from")),
                name="plan_years",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def period_label(self) -> str:
        if not self.fiscal_from or not self.fiscal_to:
            return ""
        first, last = (fiscal.parse(str(y)).label for y in (self.fiscal_from, self.fiscal_to))
        return f"{first}〜{last}"


class Edition(Versioned):
    """One 版 of a plan. Published editions are followed by the next draft, never edited."""

    plan = models.ForeignKey(Plan, verbose_name="計画", on_delete=models.PROTECT, related_name="editions")
    label = models.CharField("版", max_length=30)
    status = models.CharField("状態", max_length=10, choices=status_choices, default="draft")
    effective_on = models.DateField("施行日", null=True, blank=True)
    summary = models.TextField("改定の要点", blank=True)
    order = models.PositiveIntegerField("並び順", default=0)

    objects = querysets.EditionQuerySet.as_manager()

    class Meta:
        verbose_name = "版"
        ordering = ("plan", "order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("plan", "label"), name="edition_label"),
            models.UniqueConstraint(
                fields=("plan",), condition=Q(status="published"), name="edition_one_published"
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} {self.label}"

    @property
    def is_draft(self) -> bool:
        return self.status == "draft"


class Layer(Versioned):
    """A level of the hierarchy with its own name, e.g. サブビジョン under ビジョン."""

    edition = models.ForeignKey(Edition, verbose_name="版", on_delete=models.CASCADE, related_name="layers")
    name = models.CharField("名称", max_length=40)
    role = models.CharField("役割", max_length=12, choices=role_choices, default="other")
    numbering = models.CharField("番号の付け方", max_length=10, choices=numbering_choices, default="none")
    parent = models.ForeignKey(
        "self", verbose_name="上位の階層", null=True, blank=True,
        on_delete=models.PROTECT, related_name="children",
    )  # fmt: skip
    note = models.CharField("説明", max_length=200, blank=True)
    order = models.PositiveIntegerField("並び順", default=0)

    class Meta:
        verbose_name = "階層"
        ordering = ("order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("edition", "name"), name="layer_name"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="layer_not_own_parent"),
        )

    def __str__(self) -> str:
        return self.name


class Element(Versioned):
    """One statement of a layer. `label` is what is printed, never a key: documents disagree on it."""

    edition = models.ForeignKey(Edition, verbose_name="版", on_delete=models.CASCADE, related_name="elements")
    layer = models.ForeignKey(Layer, verbose_name="階層", on_delete=models.PROTECT, related_name="elements")
    parent = models.ForeignKey(
        "self", verbose_name="上位の要素", null=True, blank=True,
        on_delete=models.PROTECT, related_name="children",
    )  # fmt: skip
    label = models.CharField("番号", max_length=20, blank=True)
    title = models.CharField("表題", max_length=200)
    body = models.TextField("説明", max_length=4000, blank=True)
    order = models.PositiveIntegerField("並び順", default=0)
    lineage = models.UUIDField("系譜番号", default=uuid.uuid4, editable=False, db_index=True)

    linked = models.ManyToManyField(
        "self", through="ElementLink", symmetrical=False, related_name="linked_from",
    )  # fmt: skip

    objects = querysets.ElementQuerySet.as_manager()

    class Meta:
        verbose_name = "要素"
        ordering = ("order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("edition", "lineage"), name="element_lineage"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="element_not_own_parent"),
        )

    def __str__(self) -> str:
        return f"{self.label} {self.title}".strip()

    @property
    def layer_name(self) -> str:
        return self.layer.name


class ElementLink(models.Model):
    """A link across the tree, e.g. サブビジョン 1-1 to 施策 ②."""

    source = models.ForeignKey(Element, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Element, on_delete=models.CASCADE, related_name="links_in")

    class Meta:
        verbose_name = "要素の関連"
        ordering = ("source__order", "target__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("source", "target"), name="element_link_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="element_link_other"),
        )

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
