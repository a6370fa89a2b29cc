"""評価: the scales that plans use, and what headquarters thinks of an action beside its own department."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from lib import wareki
from lib.models import Versioned
from strategy.models import Plan


class GradeScale(Versioned):
    """A vocabulary of grades, e.g. A–D. A plan uses one; several plans may share it."""

    name = models.CharField("評価区分の名称", max_length=40, unique=True)
    note = models.CharField("説明", max_length=200, blank=True)

    class Meta:
        verbose_name = "評価区分"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class Grade(models.Model):
    """One step of a scale. `value` is for averages; empty means that the grade is counted in none, never 0."""

    scale = models.ForeignKey(GradeScale, on_delete=models.CASCADE, related_name="grades")
    code = models.CharField("記号", max_length=8)
    label = models.CharField("意味", max_length=40)
    value = models.PositiveSmallIntegerField("平均に使う値", null=True, blank=True)
    agrees = models.JSONField("合う判定", default=list, blank=True)  # keys of computed states; empty: any
    order = models.PositiveSmallIntegerField("順", default=0)

    class Meta:
        verbose_name = "評価"
        ordering = ("scale", "order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("scale", "code"), name="grade_code"),
            # Unknown is not nothing: a grade without a place in the order has no value at all.
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=1), name="grade_never_zero"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def is_counted(self) -> bool:
        return self.value is not None

    def agrees_with(self, state: str) -> bool:
        """Whether the grade fits a computed state; one that names no state fits all."""
        return not self.agrees or state in self.agrees


class PlanScale(models.Model):
    """Which scale a plan uses."""

    plan = models.OneToOneField(Plan, verbose_name="計画", on_delete=models.CASCADE, related_name="plan_scale")
    scale = models.ForeignKey(GradeScale, verbose_name="評価区分", on_delete=models.PROTECT, related_name="plan_scales")

    class Meta:
        verbose_name = "計画の評価区分"
        ordering = ("plan",)

    def __str__(self) -> str:
        return f"{self.plan}：{self.scale}"


class HeadGrade(Versioned):
    """The grade that headquarters gives an action for one day of report (本部評価), beside the department's own."""

    action = models.ForeignKey("actions.Action", on_delete=models.CASCADE, related_name="head_grades")
    as_of = models.DateField("基準日")
    grade = models.ForeignKey(Grade, verbose_name="本部評価", on_delete=models.PROTECT, related_name="+")
    comment = models.TextField("本部のコメント", max_length=500, blank=True)
    graded_at = models.DateTimeField("評価した日時")
    graded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "本部評価"
        ordering = ("-as_of", "-pk")
        constraints = (models.UniqueConstraint(fields=("action", "as_of"), name="head_grade_once"),)

    def __str__(self) -> str:
        return f"{self.action.code} 本部評価 {wareki.format_date(self.as_of, 'short')}"
