"""導入計画書: what a department wants to introduce, how it was scored, and what was decided."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Department, User
from actions import money, querysets_proposals, scoring
from actions.models.actions import Action
from lib.models import Versioned

TOP = [MaxValueValidator(money.MOST, f"{money.MOST:,}千円以下にしてください。")]


def proposal_state_choices() -> list[tuple[str, str]]:
    return [("draft", "下書き"), ("submitted", "提出済み"), ("reviewing", "審査中"), ("decided", "決定")]


def decision_choices() -> list[tuple[str, str]]:
    return [("adopted", "採択"), ("conditional", "条件付き採択"), ("rejected", "不採択"), ("returned", "差し戻し")]


class Proposal(Versioned):
    """A plan to introduce something. The department writes it, 事務局 has it scored and decides."""

    department = models.ForeignKey(
        Department, verbose_name="提案する所属", on_delete=models.PROTECT, related_name="proposals"
    )
    title = models.CharField("件名", max_length=120)
    issue = models.TextField("現状と課題", max_length=2000, blank=True)
    content = models.TextField("導入する内容", max_length=2000, blank=True)
    effect = models.TextField("見込む効果", max_length=2000, blank=True)
    alternatives = models.TextField("比べた方法と選んだ理由", max_length=2000, blank=True)
    starts_on = models.DateField("始める時期", null=True, blank=True)
    ends_on = models.DateField("終える時期", null=True, blank=True)
    initial_cost = models.PositiveIntegerField("初期費用（千円）", null=True, blank=True, validators=TOP)
    yearly_cost = models.PositiveIntegerField("年間の費用（千円）", null=True, blank=True, validators=TOP)
    state = models.CharField("状態", max_length=10, choices=proposal_state_choices, default="draft")
    written_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField("提出日時", null=True, blank=True)
    submitted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    action = models.OneToOneField(
        Action, verbose_name="できた取組", null=True, blank=True, on_delete=models.PROTECT, related_name="proposal"
    )

    objects = querysets_proposals.ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "導入計画書"
        ordering = ("-updated_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="proposal_dates",
            ),
            models.CheckConstraint(condition=Q(action__isnull=True) | Q(state="decided"), name="proposal_action"),
        )

    def __str__(self) -> str:
        return self.title

    def owning_department_ids(self) -> set[int]:
        return {self.department_id}

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "終える時期は、始める時期以後の日にしてください。"})

    @property
    def runs_until(self) -> dt.date | None:
        return self.ends_on or self.starts_on


class Review(models.Model):
    """One review of a proposal. The guidelines are copied with their labels when it starts, so a later
    edition of the strategy changes nothing. A proposal sent back gets another review later."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveSmallIntegerField("回")
    source = models.CharField("指針の出どころ", max_length=200, blank=True)
    # [{"key", "label", "title", "body"}, …] in the order of the strategy.
    guidelines = models.JSONField("指針", default=list)
    started_at = models.DateTimeField("審査の開始")
    started_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField("決定", max_length=12, choices=decision_choices, blank=True)
    reason = models.TextField("理由・条件", max_length=1000, blank=True)
    decided_at = models.DateTimeField("決定日時", null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "審査"
        ordering = ("number", "pk")
        constraints = (
            models.UniqueConstraint(fields=("proposal", "number"), name="review_number"),
            models.UniqueConstraint(fields=("proposal",), condition=Q(decision=""), name="review_one_open"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False) & ~Q(reason="")),
                name="review_decision",
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal} 第{self.number}回審査"


class ReviewSheet(Versioned):
    """What one reviewer says; nobody else writes on it, and others read it after the decision."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="sheets")
    reviewer = models.ForeignKey(User, verbose_name="審査員", on_delete=models.PROTECT, related_name="review_sheets")
    comment = models.TextField("全体の意見", max_length=1000, blank=True)
    done_at = models.DateTimeField("採点を終えた日時", null=True, blank=True)

    class Meta:
        verbose_name = "審査票"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("review", "reviewer"), name="sheet_once"),)

    def __str__(self) -> str:
        return f"{self.review} {self.reviewer}"


class SheetScore(models.Model):
    """0 to 3 on one guideline, or nothing; `key` is that of the guideline in the review."""

    sheet = models.ForeignKey(ReviewSheet, on_delete=models.CASCADE, related_name="scores")
    key = models.CharField(max_length=40)
    score = models.PositiveSmallIntegerField("点", null=True, blank=True)
    comment = models.CharField("意見", max_length=300, blank=True)

    class Meta:
        verbose_name = "点"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("sheet", "key"), name="score_once_a_guideline"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=scoring.HIGHEST), name="score_range"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sheet} {self.key}"
