"""Rubrics and assessments. A blank level stays blank everywhere; it is never 0."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Department, User
from lib import wareki
from lib.models import Versioned
from maturity import models_evidence as models_evidence
from maturity import querysets
from rounds.models import Reply, Round

HIGHEST_NUMBER = 10


def confidence_choices() -> list[tuple[str, str]]:
    return [("a", "A　資料で確かめた"), ("b", "B　聞き取り"), ("c", "C　見立て")]


class Rubric(Versioned):
    """A version of the scale: a draft, the one in use (`is_current`), or an archived one.

    Only a draft may be changed. A round keeps the version that was in use when it was opened.
    """

    name = models.CharField("名称", max_length=100)
    label = models.CharField(
        "版", max_length=30, unique=True, error_messages={"unique": "同じ名前の版がすでにあります。"}
    )
    source = models.CharField("出典", max_length=300, blank=True)
    as_of = models.DateField("出典を確かめた日", null=True, blank=True)
    lowest = models.PositiveSmallIntegerField("最も低い段階", default=1, validators=[MaxValueValidator(HIGHEST_NUMBER)])
    highest = models.PositiveSmallIntegerField(
        "最も高い段階", default=5, validators=[MaxValueValidator(HIGHEST_NUMBER)]
    )
    target_level = models.PositiveSmallIntegerField("全庁の目標レベル", null=True, blank=True)
    uses_weights = models.BooleanField("軸に重みを付ける", default=False)
    note = models.TextField("説明", max_length=1000, blank=True)
    is_current = models.BooleanField("使用中", default=False)
    is_draft = models.BooleanField("下書き", default=False)
    published_at = models.DateTimeField("公開日時", null=True, blank=True)
    follows = models.ForeignKey(
        "self", verbose_name="前の版", null=True, blank=True, on_delete=models.PROTECT, related_name="followers"
    )

    objects = querysets.RubricQuerySet.as_manager()

    class Meta:
        verbose_name = "評価基準"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("is_current",), condition=Q(is_current=True), name="rubric_one_current"),
            models.UniqueConstraint(fields=("is_draft",), condition=Q(is_draft=True), name="rubric_one_draft"),
            models.CheckConstraint(condition=Q(is_draft=False) | Q(is_current=False), name="rubric_draft_not_current"),
            models.CheckConstraint(condition=Q(highest__gt=F("lowest")), name="rubric_range"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.label}"

    @property
    def status(self) -> str:
        """draft, published or archived."""
        if self.is_draft:
            return "draft"
        return "published" if self.is_current else "archived"

    @property
    def status_label(self) -> str:
        return {"draft": "下書き", "published": "使用中", "archived": "保管"}[self.status]

    @property
    def numbers(self) -> range:
        """The level numbers that every axis of this version has."""
        return range(self.lowest, self.highest + 1)

    def clean(self) -> None:
        errors = {}
        if self.highest is not None and self.lowest is not None and self.highest <= self.lowest:
            errors["highest"] = "最も高い段階は、最も低い段階より大きい数にしてください。"
        elif self.target_level is not None and self.target_level not in self.numbers:
            reach = f"{self.lowest}〜{self.highest}"
            errors["target_level"] = f"レベル{self.target_level}は段階の範囲（{reach}）にありません。"
        if errors:
            raise ValidationError(errors)


class Axis(Versioned):
    """One axis. `line` is shared with the axis that it continues in another version, so that trends survive;
    axes of the same key are the same line unless somebody says otherwise."""

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="axes")
    key = models.SlugField("識別子", max_length=30)
    line = models.CharField("系列", max_length=60, db_index=True, editable=False)
    name = models.CharField("軸", max_length=40)
    description = models.CharField("説明", max_length=200, blank=True)
    weight = models.DecimalField(
        "重み", max_digits=4, decimal_places=1, default=1,
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    order = models.PositiveIntegerField("並び順", default=0)

    class Meta:
        verbose_name = "評価の軸"
        ordering = ("order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("rubric", "key"), name="axis_key"),
            models.UniqueConstraint(fields=("rubric", "line"), name="axis_line_once"),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.line = self.line or self.key
        super().save(*args, **kwargs)


class Level(models.Model):
    axis = models.ForeignKey(Axis, on_delete=models.CASCADE, related_name="levels")
    number = models.PositiveSmallIntegerField("レベル", validators=[MaxValueValidator(HIGHEST_NUMBER)])
    # Blank only while its version is a draft.
    descriptor = models.CharField("到達した姿", max_length=300, blank=True)

    class Meta:
        verbose_name = "レベル"
        ordering = ("axis", "number")
        constraints = (models.UniqueConstraint(fields=("axis", "number"), name="level_number"),)

    def __str__(self) -> str:
        return f"レベル{self.number}"


class Assessment(Versioned):
    """One department's self-assessment in one round; official once the reply is accepted."""

    department = models.ForeignKey(
        Department, verbose_name="所属", on_delete=models.PROTECT, related_name="assessments"
    )
    reply = models.OneToOneField(Reply, verbose_name="回答", on_delete=models.PROTECT, related_name="assessment")
    rubric = models.ForeignKey(Rubric, verbose_name="評価基準", on_delete=models.PROTECT)
    as_of = models.DateField("基準日")
    accepted_at = models.DateTimeField("受理日時", null=True, blank=True)

    objects = querysets.AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = "成熟度の自己評価"
        ordering = ("-as_of", "department__order", "pk")

    def __str__(self) -> str:
        return f"{self.department} 成熟度 {wareki.format_date(self.as_of, 'short')}"

    def owning_department_ids(self) -> set[int]:
        return {self.department_id}

    def by_key(self) -> dict[str, Score]:
        """Scores by the line of their axis, which its counterparts in other versions share."""
        return {score.axis.line: score for score in self.scores.all()}


class Score(Versioned):
    """One axis of an assessment: a level, 該当なし with its reason, or nothing yet.

    `reviewed_level` is what 事務局 set after acceptance; it never replaces the department's own level.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="scores")
    axis = models.ForeignKey(Axis, on_delete=models.PROTECT, related_name="scores")
    level = models.PositiveSmallIntegerField("レベル", null=True, blank=True)
    not_applicable = models.BooleanField("該当しない", default=False)
    not_applicable_reason = models.CharField("該当しない理由", max_length=200, blank=True)
    evidence = models.CharField("根拠", max_length=500, blank=True)
    confidence = models.CharField("確からしさ", max_length=1, choices=confidence_choices, blank=True)
    target_level = models.PositiveSmallIntegerField("目標レベル", null=True, blank=True)
    target_on = models.DateField("目標の期日", null=True, blank=True)
    saved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_level = models.PositiveSmallIntegerField("確認後のレベル", null=True, blank=True)
    review_comment = models.CharField("確認のコメント", max_length=500, blank=True)
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField("確認日時", null=True, blank=True)

    objects = querysets.ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = "軸の評価"
        ordering = ("axis__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("assessment", "axis"), name="score_once"),
            models.CheckConstraint(
                condition=Q(not_applicable=False) | Q(level__isnull=True), name="score_na_has_no_level"
            ),
        )

    def __str__(self) -> str:
        return f"{self.axis} {self.level if self.level is not None else '—'}"

    @property
    def is_answered(self) -> bool:
        return self.not_applicable or self.level is not None

    @property
    def difference(self) -> int | None:
        """Reviewed level minus own level; None unless both are known."""
        if self.reviewed_level is None or self.level is None:
            return None
        return self.reviewed_level - self.level

    @property
    def best_level(self) -> int | None:
        """The reviewed level where there is one, else the department's own."""
        return self.level if self.reviewed_level is None else self.reviewed_level

    def clean(self) -> None:
        errors = {}
        if self.not_applicable and self.level is not None:
            errors["level"] = "「該当しない」とレベルは同時に選べません。"
        elif outside := outside_words(self.axis, self.level):
            errors["level"] = outside
        elif self.not_applicable and not self.not_applicable_reason:
            errors["not_applicable_reason"] = "この軸が該当しない理由を入力してください。"
        if errors:
            raise ValidationError(errors)


class CityAssessment(Versioned):
    """One axis as 組織として: the city's own level in a round, beside the departments' distribution."""

    round = models.ForeignKey(Round, verbose_name="照会", on_delete=models.PROTECT, related_name="city_assessments")
    axis = models.ForeignKey(Axis, verbose_name="軸", on_delete=models.PROTECT, related_name="city_assessments")
    level = models.PositiveSmallIntegerField("組織としてのレベル", null=True, blank=True)
    evidence = models.CharField("根拠", max_length=500, blank=True)
    comment = models.CharField("説明", max_length=500, blank=True)
    saved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "組織としての評価"
        ordering = ("round", "axis__order", "pk")
        constraints = (models.UniqueConstraint(fields=("round", "axis"), name="city_assessment_once"),)

    def __str__(self) -> str:
        return f"{self.round} 組織として {self.axis}"

    def clean(self) -> None:
        if outside := outside_words(self.axis, self.level):
            raise ValidationError({"level": outside})


def outside_words(axis: Axis, level: int | None) -> str:
    """Why the axis has no such level; empty if it has, or if none is given."""
    if level is None:
        return ""
    levels = sorted(axis.levels.values_list("number", flat=True))
    if level in levels:
        return ""
    reach = f"{levels[0]}〜{levels[-1]}から選んでください。" if levels else "段階が登録されていません。"
    return f"レベル{level}は「{axis}」にありません。{reach}"
