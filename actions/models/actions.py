"""取組: what is done, by whom, when, and how far it has come."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Department
from actions import querysets, status
from actions.models.grades import Grade
from lib.folding import folded_column
from lib.models import Versioned
from maturity.models import Axis
from strategy.models import Element, Plan, PriorityItem


def lifecycle_choices() -> list[tuple[str, str]]:
    return [
        ("planned", "未着手"), ("studying", "検討中"), ("running", "実施中"),
        ("done", "完了"), ("stopped", "中止"), ("paused", "休止"),
    ]  # fmt: skip


def owner_choices() -> list[tuple[str, str]]:
    return [("office", "推進室"), ("joint", "共同"), ("department", "原課")]


def merge_choices() -> list[tuple[str, str]]:
    return [("merged", "統合"), ("superseded", "置き換え")]


def reason_choices() -> list[tuple[str, str]]:
    return [
        ("people", "人材"), ("budget", "予算"), ("system", "制度"),
        ("technology", "技術"), ("custom", "慣行"), ("law", "法令"),
    ]  # fmt: skip


class Action(Versioned):
    """An action of a plan. `lifecycle`, `percent`, `reported_as_of` and `behind` repeat the last
    official report so that lists of ten thousand rows need no join; only services set them."""

    plan = models.ForeignKey(Plan, verbose_name="計画", on_delete=models.PROTECT, related_name="actions")
    code = models.CharField("整理番号", max_length=20)
    title = models.CharField("取組名", max_length=120)
    purpose = models.TextField("目的", max_length=2000, blank=True)
    issue = models.TextField("現状と課題", max_length=2000, blank=True)
    sought = folded_column("title", "code", "purpose")
    lead_department = models.ForeignKey(
        Department, verbose_name="担当", on_delete=models.PROTECT, related_name="led_actions"
    )
    supporting = models.ManyToManyField(
        Department, verbose_name="関係する所属", blank=True, related_name="supported_actions"
    )
    responsible_post = models.CharField("責任者（職）", max_length=60, blank=True)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了予定日")
    elements = models.ManyToManyField(Element, verbose_name="戦略の要素", blank=True, related_name="actions")
    items = models.ManyToManyField(PriorityItem, verbose_name="国の項目", blank=True, related_name="actions")
    axes = models.ManyToManyField(Axis, verbose_name="成熟度の軸", blank=True, related_name="actions")
    archived_at = models.DateTimeField("保管日時", null=True, blank=True)
    # A merged or superseded action is archived too; its page says where it went, its reports stay.
    merged_into = models.ForeignKey(
        "self", verbose_name="引き継いだ取組", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    merge_kind = models.CharField("終わり方", max_length=10, choices=merge_choices, blank=True)
    merge_reason = models.CharField("統合・置き換えの理由", max_length=300, blank=True)
    # How often the end date moved later; repeats `date_changes` so that lists need no join.
    pushes = models.PositiveSmallIntegerField("計画変更の回数", default=0, editable=False)

    lifecycle = models.CharField("状況", max_length=10, choices=lifecycle_choices, default="planned")
    percent = models.PositiveSmallIntegerField("進捗率", default=0, validators=[MaxValueValidator(100)])
    reported_as_of = models.DateField("最後の報告の基準日", null=True, blank=True)
    behind = models.BooleanField("遅れ", default=False)
    last_report = models.ForeignKey(
        "ProgressReport", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The last official grades of the two assessors; empty is "not graded" and never a figure.
    self_grade = models.ForeignKey(
        Grade, verbose_name="自己評価", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    head_grade = models.ForeignKey(
        Grade, verbose_name="本部評価", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = querysets.ActionQuerySet.as_manager()

    class Meta:
        verbose_name = "取組"
        ordering = ("code", "pk")
        constraints = (
            models.UniqueConstraint(fields=("plan", "code"), name="action_code"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="action_dates"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="action_percent"),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="action_not_into_itself"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False), name="action_merged_archived"
            ),
        )
        indexes = (
            models.Index(fields=("lead_department", "code"), name="action_lead"),
            models.Index(fields=("ends_on",), name="action_ends"),
            # The list in its own order, and the count by state without reading the rows.
            models.Index(fields=("code",), condition=Q(archived_at__isnull=True), name="action_live_code"),
            models.Index(
                fields=("lifecycle", "ends_on", "reported_as_of", "starts_on", "behind"),
                condition=Q(archived_at__isnull=True), name="action_live_state",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def owning_department_ids(self) -> set[int]:
        return {self.lead_department_id}

    @property
    def is_reportable(self) -> bool:
        """The same as `reportable()` of the queryset."""
        return self.archived_at is None and self.lifecycle not in status.REPORTED_LAST

    def facts(self, expected_as_of: dt.date | None) -> status.Facts:
        return status.Facts(
            self.lifecycle, self.percent, self.starts_on, self.ends_on,
            self.reported_as_of, self.behind, expected_as_of,
        )  # fmt: skip

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "終了予定日は開始日以後の日にしてください。"})


class Phase(models.Model):
    """A bar of the schedule, planned or actual; spans any number of half-years."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="phases")
    label = models.CharField("段階", max_length=30)
    owner = models.CharField("主体", max_length=12, choices=owner_choices)
    starts_on = models.DateField("始め")
    ends_on = models.DateField("終わり")
    actual = models.BooleanField("実績", default=False)

    class Meta:
        verbose_name = "工程の段階"
        ordering = ("starts_on", "ends_on", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="phase_dates"),
        )

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "終わりは始め以後の日にしてください。"})


class Milestone(models.Model):
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField("節目", max_length=80)
    due_on = models.DateField("期日")
    done_on = models.DateField("達成日", null=True, blank=True)

    class Meta:
        verbose_name = "節目"
        ordering = ("due_on", "pk")

    def __str__(self) -> str:
        return self.title
