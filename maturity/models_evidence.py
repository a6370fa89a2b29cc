"""What stands beside the departments' own levels: other municipalities, national figures and surveys."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Department, User
from lib import wareki
from lib.models import Versioned
from maturity import usage


def area_choices() -> list[tuple[str, str]]:
    return [("structure", "推進体制"), ("operations", "自治体業務のDX"), ("services", "住民サービスのDX")]


def own_choices() -> list[tuple[str, str]]:
    return [
        ("unanswered", "未回答"), ("yes", "実施している"), ("no", "実施していない"), ("value", "数値で示す"),
        ("na", "該当なし"),
    ]  # fmt: skip


def kind_choices() -> list[tuple[str, str]]:
    return [("internal", "庁内業務"), ("external", "庁外業務"), ("digital", "デジタル化の取組"), ("other", "その他")]


def triage_choices() -> list[tuple[str, str]]:
    return [("open", "未整理"), ("hurdle", "課題"), ("action", "取組"), ("dropped", "見送り")]


class Reference(Versioned):
    """Scores of another municipality as of a date; its label may be an alias."""

    municipality = models.CharField("自治体", max_length=60)
    as_of = models.DateField("基準日")
    source = models.CharField("出典", max_length=200)
    note = models.CharField("備考", max_length=300, blank=True)

    class Meta:
        verbose_name = "他市町村の点数"
        ordering = ("municipality", "-as_of", "pk")
        constraints = (models.UniqueConstraint(fields=("municipality", "as_of"), name="reference_once"),)

    def __str__(self) -> str:
        return f"{self.municipality} {wareki.format_date(self.as_of, 'short')}"


class ReferenceScore(models.Model):
    """The municipality's (average) level on one axis; an axis without a row is unknown, never 0."""

    reference = models.ForeignKey(Reference, on_delete=models.CASCADE, related_name="scores")
    axis = models.ForeignKey("maturity.Axis", on_delete=models.PROTECT, related_name="reference_scores")
    level = models.DecimalField("レベル", max_digits=4, decimal_places=2, validators=[MinValueValidator(Decimal(0))])

    class Meta:
        verbose_name = "他市町村の軸の点数"
        ordering = ("axis__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("reference", "axis"), name="reference_score_once"),
            models.CheckConstraint(condition=Q(level__gte=0), name="reference_level_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.axis} {self.level}"


class ReferenceUpload(models.Model):
    """A checked file that waits for its confirmation; the rows stay here, not in the form."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField("ファイル名", max_length=200)
    rows = models.JSONField("行")
    made_by = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField("受付日時", auto_now_add=True)
    applied_at = models.DateTimeField("取込日時", null=True, blank=True)

    class Meta:
        verbose_name = "点数の取込"
        ordering = ("-created_at", "pk")

    def __str__(self) -> str:
        return self.file_name


class NationalIndicator(Versioned):
    """One figure of a national survey beside the own one. With a denominator the national value counts
    bodies; without one it is a value in `unit`. 未回答 and 該当なし of the city are answers of their own."""

    area = models.CharField("分野", max_length=12, choices=area_choices)
    name = models.CharField("指標", max_length=80)
    unit = models.CharField("単位", max_length=20, default="団体")
    own_answer = models.CharField("本市", max_length=12, choices=own_choices, default="unanswered")
    own_value = models.DecimalField("本市の値", max_digits=12, decimal_places=2, null=True, blank=True)
    national_value = models.DecimalField("全国の値", max_digits=12, decimal_places=2, null=True, blank=True)
    denominator = models.PositiveIntegerField("全国の母数", null=True, blank=True)
    as_of = models.DateField("時点")
    source = models.CharField("出典", max_length=200)
    note = models.CharField("備考", max_length=300, blank=True)

    class Meta:
        verbose_name = "国の指標"
        ordering = ("area", "name", "-as_of", "pk")
        constraints = (models.UniqueConstraint(fields=("name", "as_of"), name="national_indicator_once"),)

    def __str__(self) -> str:
        return f"{self.name} {wareki.format_date(self.as_of, 'short')}"

    @property
    def share(self) -> Decimal | None:
        """National value against its denominator in per cent, one decimal; None without either."""
        return usage.rate(self.national_value, self.denominator)

    def clean(self) -> None:
        errors = {}
        if self.own_answer == "value" and self.own_value is None:
            errors["own_value"] = "「数値で示す」を選んだときは、本市の値を入力してください。"
        elif self.own_answer != "value" and self.own_value is not None:
            errors["own_value"] = "本市の値を入力したときは、本市の欄で「数値で示す」を選んでください。"
        for name in ("own_value", "national_value"):
            value = getattr(self, name)
            if value is not None and not (Decimal(value).is_finite() and value >= 0):
                errors[name] = f"「{value}」は使えません。0以上の数を入力してください。"
        if self.denominator == 0:
            errors["denominator"] = "母数は1以上で入力してください。母数がない指標では空欄にします。"
        elif "national_value" not in errors and self.denominator and (self.national_value or 0) > self.denominator:
            errors["national_value"] = f"全国の値が母数（{self.denominator}）を超えています。"
        if errors:
            raise ValidationError(errors)


class UsageSurvey(Versioned):
    """How much a system is used, counted in accounts from its log."""

    system = models.CharField("システム", max_length=80)
    as_of = models.DateField("時点")
    accounts = models.PositiveIntegerField("対象のアカウント数", validators=[MinValueValidator(1)])
    excluded_note = models.CharField("除いたもの", max_length=200, blank=True)
    all_unused = models.PositiveIntegerField("全機能を使っていない人数", null=True, blank=True)
    low_use_rule = models.CharField("低利用の決め方", max_length=100)
    source = models.CharField("出典", max_length=200, blank=True)
    note = models.TextField("わかったこと", max_length=1000, blank=True)

    class Meta:
        verbose_name = "利用状況調査"
        ordering = ("-as_of", "system", "pk")
        constraints = (
            models.UniqueConstraint(fields=("system", "as_of"), name="usage_survey_once"),
            models.CheckConstraint(condition=Q(accounts__gt=0), name="usage_accounts"),
        )

    def __str__(self) -> str:
        return f"{self.system} {wareki.format_date(self.as_of, 'short')}"

    def clean(self) -> None:
        if self.all_unused is not None and self.accounts and self.all_unused > self.accounts:
            raise ValidationError({"all_unused": f"対象のアカウント数（{self.accounts}）を超えています。"})


class UsageStatistic(models.Model):
    """One feature. `low_use` includes `unused`: who never used it has used it less than the rule asks, too.
    Both empty means 判定なし. `accounts` is a denominator of its own, else that of the survey."""

    survey = models.ForeignKey(UsageSurvey, on_delete=models.CASCADE, related_name="statistics")
    order = models.PositiveSmallIntegerField("並び順")
    feature = models.CharField("機能", max_length=60)
    unused = models.PositiveIntegerField("未利用者数", null=True, blank=True)
    low_use = models.PositiveIntegerField("低利用者数", null=True, blank=True)
    accounts = models.PositiveIntegerField("母数", null=True, blank=True)
    missing = models.CharField("不足している機能", max_length=200, blank=True)

    class Meta:
        verbose_name = "機能の利用状況"
        ordering = ("order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("survey", "feature"), name="usage_feature_once"),
            models.CheckConstraint(condition=Q(low_use__gte=F("unused")), name="usage_low_includes_unused"),
        )

    def __str__(self) -> str:
        return self.feature

    @property
    def total(self) -> int:
        return self.accounts if self.accounts is not None else self.survey.accounts

    def clean(self) -> None:
        if refusal := usage.refusal(self.unused, self.low_use, self.total):
            raise ValidationError({refusal[0]: refusal[1]})


class BusinessSurvey(Versioned):
    """A questionnaire about the departments' work."""

    title = models.CharField("名称", max_length=100, unique=True)
    held_on = models.DateField("実施日")
    note = models.TextField("説明", max_length=1000, blank=True)

    class Meta:
        verbose_name = "業務アンケート"
        ordering = ("-held_on", "pk")

    def __str__(self) -> str:
        return self.title


class BusinessAnswer(Versioned):
    """One problem or wish of a department, and what became of it."""

    survey = models.ForeignKey(BusinessSurvey, on_delete=models.CASCADE, related_name="answers")
    number = models.PositiveIntegerField("番号")
    department = models.ForeignKey(Department, verbose_name="所属", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("業務の区分", max_length=10, choices=kind_choices)
    problem = models.TextField("困っていること", max_length=1000)
    wish = models.TextField("してほしいこと", max_length=1000, blank=True)
    triage = models.CharField("整理", max_length=10, choices=triage_choices, default="open")
    action_ref = models.CharField("取組", max_length=200, blank=True)
    triage_note = models.CharField("整理のメモ", max_length=200, blank=True)

    class Meta:
        verbose_name = "業務アンケートの回答"
        ordering = ("survey", "number")
        constraints = (models.UniqueConstraint(fields=("survey", "number"), name="business_answer_number"),)

    def __str__(self) -> str:
        return f"{self.survey} 回答{self.number}"

    def clean(self) -> None:
        if self.action_ref and self.triage not in ("action", "hurdle"):
            raise ValidationError(
                {
                    "action_ref": "取組を書けるのは、整理が「取組」か「課題」のときです。"
                    "整理を選び直すか、欄を空けてください。"
                }
            )
