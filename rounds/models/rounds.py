"""照会: a round asks, one reply per department answers, and what was official before a correction."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Department, User
from lib import fiscal
from lib.models import Versioned
from rounds import querysets


def state_choices() -> list[tuple[str, str]]:
    return [
        ("draft", "下書き"), ("submitted", "承認待ち"), ("approved", "確認待ち"),
        ("returned", "差し戻し"), ("accepted", "受理"), ("void", "廃止"),
    ]  # fmt: skip


class Round(Versioned):
    """One inquiry over a fiscal period, e.g. 令和8年度上期."""

    title = models.CharField("件名", max_length=100)
    period = models.CharField("対象の期間", max_length=10)
    period_start = models.DateField(editable=False)
    period_end = models.DateField(editable=False, db_index=True)
    sections = models.JSONField("たずねること", default=list)
    opens_on = models.DateField("開始日")
    due_on = models.DateField("回答の期限")
    closed_at = models.DateTimeField("締切日時", null=True, blank=True)
    note = models.TextField("説明", max_length=1000, blank=True)

    objects = querysets.RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "照会"
        ordering = ("-period_end", "-opens_on", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(due_on__gte=F("opens_on")), name="round_dates"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def fiscal_period(self) -> fiscal.Period:
        return fiscal.parse(self.period)

    def is_open(self, today: dt.date) -> bool:
        return self.closed_at is None and self.opens_on <= today

    def clean(self) -> None:
        errors = {}
        if self.opens_on and self.due_on and self.due_on < self.opens_on:
            errors["due_on"] = "回答の期限は開始日以後の日にしてください。"
        if not self.sections:
            errors["sections"] = "たずねることを1つ以上選んでください。"
        if errors:
            raise ValidationError(errors)


class Reply(Versioned):
    """One department's answer to one round, and who moved it when."""

    round = models.ForeignKey(Round, verbose_name="照会", on_delete=models.PROTECT, related_name="replies")
    department = models.ForeignKey(
        Department, verbose_name="所属", on_delete=models.PROTECT, related_name="replies"
    )
    state = models.CharField("状態", max_length=10, choices=state_choices, default="draft")
    started_at = models.DateTimeField("入力開始", null=True, blank=True)
    submitted_at = models.DateTimeField("提出日時", null=True, blank=True)
    submitted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField("承認日時", null=True, blank=True)
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    returned_at = models.DateTimeField("差戻し日時", null=True, blank=True)
    returned_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    return_comment = models.TextField("差し戻しの理由", max_length=1000, blank=True)
    # By the 所属長, before it was approved; gone when it is handed in again. Who it was stands in the ledger.
    sent_back_at = models.DateTimeField("所属長が差し戻した日時", null=True, blank=True)
    sent_back_reason = models.CharField("所属長の差し戻しの理由", max_length=300, blank=True)
    accepted_at = models.DateTimeField("受理日時", null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    frozen = models.JSONField("受理した内容", null=True, blank=True)
    asked = models.PositiveSmallIntegerField("答えた項目の数", null=True, blank=True)
    # Before a correction; a reply handed in on time does not become late by being corrected.
    first_submitted_at = models.DateTimeField("訂正の前の提出日時", null=True, blank=True)
    reopened_at = models.DateTimeField("再開日時", null=True, blank=True)
    reopened_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reopen_reason = models.CharField("再開の理由", max_length=300, blank=True)
    voided_at = models.DateTimeField("廃止とした日時", null=True, blank=True)
    voided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    void_reason = models.CharField("廃止とした理由", max_length=300, blank=True)

    objects = querysets.ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = "回答"
        ordering = ("round", "department__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("round", "department"), name="reply_once"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False), name="reply_accepted_at"
            ),
        )

    def __str__(self) -> str:
        return f"{self.round} {self.department}"

    def owning_department_ids(self) -> set[int]:
        return {self.department_id}

    @property
    def is_editable(self) -> bool:
        return self.state in ("draft", "returned")

    def is_open(self, today: dt.date) -> bool:
        """Whether the department may work on it today: the round is open, or 事務局 reopened this one reply."""
        return self.round.is_open(today) or self.reopened_at is not None

    def takes_entry(self, today: dt.date) -> bool:
        """Whether answers may be entered today."""
        return self.is_editable and self.is_open(today)

    @property
    def handed_in_at(self) -> dt.datetime | None:
        """When the department handed in; a correction does not move it."""
        return self.first_submitted_at or self.submitted_at

    @property
    def is_late(self) -> bool:
        """Handed in after the due day of its round, or after the round was closed."""
        at, closed = self.handed_in_at, self.round.closed_at
        if at is None:
            return False
        return timezone.localdate(at) > self.round.due_on or (closed is not None and at > closed)

    def is_orphan(self, today: dt.date) -> bool:
        """Whether its department was dissolved meanwhile."""
        until = self.department.valid_to
        return until is not None and until < today

    @property
    def shown_state(self) -> str:
        """State as the monitor shows it: silence is told apart from a draft."""
        return "silent" if self.state == "draft" and self.started_at is None else self.state


class FormerReply(models.Model):
    """What a reply said when it was accepted, kept because it was corrected later; never changes."""

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="formers")
    number = models.PositiveSmallIntegerField("版")
    content = models.JSONField("受理した内容")
    accepted_at = models.DateTimeField("受理日時")
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField("訂正の理由", max_length=500)
    corrected_at = models.DateTimeField("訂正を始めた日時")
    corrected_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "訂正前の回答"
        ordering = ("number", "pk")
        constraints = (models.UniqueConstraint(fields=("reply", "number"), name="former_reply_number"),)

    def __str__(self) -> str:
        return f"{self.reply} 第{self.number}版"
