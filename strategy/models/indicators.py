"""指標 (KPI): what is measured, its yearly targets, its dated actuals and what was corrected in them."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Department, User
from lib import fiscal, wareki
from lib.models import Versioned
from strategy import achievement, querysets_indicators
from strategy.models.national import PriorityItem
from strategy.models.plans import Element

# 平成元年度 is older than any figure a DX plan starts from; the upper bound only catches slips.
FIRST_YEAR, LAST_YEAR = 1989, 2100
# Fifteen digits survive SQLite, which keeps decimals as binary floats.
DIGITS = 15


def kind_choices() -> list[tuple[str, str]]:
    return [("activity", "活動指標"), ("outcome", "成果指標")]


def method_choices() -> list[tuple[str, str]]:
    return [("cumulative", "累計"), ("single", "単年"), ("rate", "率")]


def direction_choices() -> list[tuple[str, str]]:
    return [("up", "増やす"), ("down", "減らす"), ("neutral", "維持する")]


def number(label: str) -> models.DecimalField:
    """A number that may be unknown: null, never 0."""
    return models.DecimalField(label, max_digits=DIGITS, decimal_places=achievement.PLACES, null=True, blank=True)


class Indicator(Versioned):
    """What is measured. `qualitative` ones are told in words and left out of every calculation."""

    name = models.CharField("指標名", max_length=120)
    unit = models.CharField("単位", max_length=20, blank=True)
    kind = models.CharField("区分", max_length=10, choices=kind_choices)
    method = models.CharField("数え方", max_length=12, choices=method_choices)
    direction = models.CharField("目指す向き", max_length=10, choices=direction_choices)
    qualitative = models.BooleanField("定性の指標（数でなく文で書く）", default=False)
    baseline = number("基準値")
    baseline_text = models.CharField("基準の状態（定性）", max_length=200, blank=True)
    baseline_on = models.DateField("基準値の日付", null=True, blank=True)
    department = models.ForeignKey(Department, verbose_name="担当", on_delete=models.PROTECT, related_name="indicators")
    source = models.CharField("出典", max_length=300, blank=True)
    note = models.TextField("備考", max_length=2000, blank=True)
    elements = models.ManyToManyField(Element, verbose_name="戦略の要素", blank=True, related_name="indicators")
    items = models.ManyToManyField(PriorityItem, verbose_name="国の項目", blank=True, related_name="indicators")
    archived_at = models.DateTimeField("保管日時", null=True, blank=True)

    objects = querysets_indicators.IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = "指標"
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("name", "department"), condition=Q(archived_at__isnull=True), name="indicator_live_name",
                violation_error_message="同じ名前の指標が、この所属にすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(baseline__isnull=True) | Q(baseline_on__isnull=False), name="indicator_baseline_day"
            ),
            models.CheckConstraint(
                condition=Q(qualitative=False) | Q(baseline__isnull=True), name="indicator_words_or_number"
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def owning_department_ids(self) -> set[int]:
        return {self.department_id}

    @property
    def is_rate(self) -> bool:
        return self.method == "rate" and not self.qualitative

    @property
    def terms(self) -> achievement.Terms:
        return achievement.Terms(self.method, self.direction, self.baseline, self.qualitative)

    def clean(self) -> None:
        errors = self._baseline_errors()
        if self.qualitative:
            self.unit = ""
        elif self.method == "rate":
            # A rate is always stored in per cent; the full-width sign is what people type.
            self.unit = self.unit.strip().replace("%", "％") or "％"
            if self.unit != "％":
                errors["unit"] = "率の単位は％です。ほかの単位で表すときは、数え方を「単年」にしてください。"
        elif not self.unit.strip():
            errors["unit"] = "単位を入力してください。"
        if errors:
            raise ValidationError(errors)

    def _baseline_errors(self) -> dict[str, str]:
        errors = {}
        if self.qualitative and self.baseline is not None:
            errors["baseline"] = "定性の指標に数の基準値は付けられません。基準の状態を文で書いてください。"
        if not self.qualitative and self.baseline_text:
            errors["baseline_text"] = "文で書けるのは、定性の指標だけです。"
        has_baseline = self.baseline is not None or bool(self.baseline_text)
        if has_baseline and self.baseline_on is None:
            errors["baseline_on"] = "基準値がいつの値かを入力してください。"
        elif not has_baseline and self.baseline_on is not None:
            errors["baseline_on"] = "基準値が空欄です。基準値も入力するか、日付を消してください。"
        elif message := day_error(self.baseline_on):
            errors["baseline_on"] = message
        return errors


class IndicatorTarget(models.Model):
    """What is aimed at by the end of one fiscal year."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    fiscal_year = models.PositiveSmallIntegerField(
        "年度", validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    value = number("目標値")
    text = models.CharField("目標の状態（定性）", max_length=200, blank=True)

    class Meta:
        verbose_name = "指標の目標"
        ordering = ("fiscal_year", "pk")
        constraints = (
            models.UniqueConstraint(fields=("indicator", "fiscal_year"), name="indicator_target_year"),
            models.CheckConstraint(condition=Q(value__isnull=False) | ~Q(text=""), name="indicator_target_set"),
        )

    def __str__(self) -> str:
        return f"{self.indicator} {fiscal.parse(str(self.fiscal_year)).label}"


class IndicatorActual(Versioned):
    """A measured value on its day. A rate keeps its parts, and `value` is computed from them.

    An actual of a cumulative indicator is the running total since the beginning. Without value and
    text it is withdrawn: the row and its corrections stay, the value is unknown again.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="actuals")
    as_of = models.DateField("時点")
    value = number("実績値")
    numerator = number("分子")
    denominator = number("分母")
    text = models.CharField("実績の状態（定性）", max_length=200, blank=True)
    comment = models.CharField("コメント", max_length=500, blank=True)
    recorded_label = models.CharField("登録した人", max_length=120, editable=False)

    objects = querysets_indicators.ActualQuerySet.as_manager()

    class Meta:
        verbose_name = "指標の実績"
        ordering = ("as_of", "pk")
        constraints = (
            models.UniqueConstraint(fields=("indicator", "as_of"), name="indicator_actual_day"),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True, denominator__isnull=True) | Q(numerator__gte=0, denominator__gt=0),
                name="indicator_actual_rate",
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator} {wareki.format_date(self.as_of, 'short')}"

    @property
    def is_withdrawn(self) -> bool:
        return self.value is None and not self.text

    def clean(self) -> None:
        errors = {} if self.is_empty else self._value_errors()
        if message := day_error(self.as_of):
            errors["as_of"] = message
        if errors:
            raise ValidationError(errors)
        if self.indicator.is_rate:
            self.value = achievement.percentage(self.numerator, self.denominator)

    @property
    def is_empty(self) -> bool:
        """Nothing is given at all; the services decide whether that is allowed."""
        return not self.text and self.value is None and self.numerator is None and self.denominator is None

    def _value_errors(self) -> dict[str, str]:
        if self.indicator.qualitative:
            return {} if self.text else {"text": "実績の状態を文で入力してください。"}
        if self.text:
            return {"text": "文で書けるのは、定性の指標だけです。"}
        if self.indicator.is_rate:
            return self._rate_errors()
        if self.numerator is not None or self.denominator is not None:
            return {"value": "分子と分母を入れられるのは、率の指標だけです。"}
        return {} if self.value is not None else {"value": "実績値を入力してください。"}

    def _rate_errors(self) -> dict[str, str]:
        """What the fields themselves refuse (not finite, too large) is not said a second time."""
        errors = {}
        above, below = achievement.exact(self.numerator), achievement.exact(self.denominator)
        if self.numerator is None:
            errors["numerator"] = "率の実績は、分子を入力してください。分からないときは登録しないでください。"
        elif above is not None and above < 0:
            errors["numerator"] = "分子は0以上にしてください。"
        if self.denominator is None:
            errors["denominator"] = "率の実績は、分母を入力してください。分からないときは登録しないでください。"
        elif below == 0:
            errors["denominator"] = "分母が0のため、率を計算できません。"
        elif below is not None and below < 0:
            errors["denominator"] = "分母は0より大きくしてください。"
        is_known = above is not None and below is not None
        if is_known and not errors and achievement.percentage(self.numerator, self.denominator) is None:
            errors["numerator"] = "率が大きすぎます。分子と分母を確かめてください。"
        return errors


class ActualCorrection(models.Model):
    """What an actual said before it was corrected: kept for ever, with reason, person and moment."""

    actual = models.ForeignKey(IndicatorActual, on_delete=models.PROTECT, related_name="corrections")
    old_as_of = models.DateField("訂正前の時点")
    old_value = number("訂正前の値")
    old_numerator = number("訂正前の分子")
    old_denominator = number("訂正前の分母")
    old_text = models.CharField("訂正前の状態", max_length=200, blank=True)
    reason = models.CharField("訂正の理由", max_length=300)
    corrected_by = models.ForeignKey(
        User, verbose_name="訂正した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    corrected_label = models.CharField("訂正した人の表示名", max_length=120)
    corrected_at = models.DateTimeField("訂正日時", auto_now_add=True)

    class Meta:
        verbose_name = "実績の訂正"
        ordering = ("corrected_at", "pk")
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="correction_reason"),)

    def __str__(self) -> str:
        return f"{self.actual}の訂正"


def day_error(day: dt.date | None) -> str:
    """Why `day` cannot be the day of a measured value; empty when it can."""
    if not isinstance(day, dt.date):
        return ""
    if day > timezone.localdate():
        return "先の日付は入れられません。"
    first = fiscal.parse(str(FIRST_YEAR)).start
    return f"{wareki.format_date(first)}より前の日付は入れられません。" if day < first else ""
