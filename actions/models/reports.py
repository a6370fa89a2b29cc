"""進捗報告: what a department says of its action."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import User
from actions import querysets
from actions.models.actions import Action, lifecycle_choices, reason_choices
from actions.models.grades import Grade
from lib import wareki
from lib.models import Versioned
from rounds.models import Reply


class ProgressReport(Versioned):
    """What a department says of one action in one round (or ad hoc, without a reply).

    Official once `accepted_at` is set; before that only the department and 事務局 read it.
    `no_change` is a real report, distinct from silence.
    """

    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.PROTECT, related_name="reports")
    reply = models.ForeignKey(
        Reply, verbose_name="回答", null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    as_of = models.DateField("基準日")
    lifecycle = models.CharField("状況", max_length=10, choices=lifecycle_choices)
    percent = models.PositiveSmallIntegerField(
        "進捗率",
        validators=[MaxValueValidator(100, "進捗率は0から100までの整数で入力してください。")],
    )
    done = models.TextField("実績と次にすること", max_length=1000, blank=True)
    reason_kind = models.CharField("理由の区分", max_length=12, choices=reason_choices, blank=True)
    reason = models.CharField("理由と見通し", max_length=300, blank=True)
    no_change = models.BooleanField("変更なし", default=False)
    grade = models.ForeignKey(
        Grade, verbose_name="自己評価", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # What becomes of the plan once the report is official: a new end date, milestones reached (by pk, ISO dates),
    # and milestones with another due date.
    new_ends_on = models.DateField("新しい終了予定日", null=True, blank=True)
    milestones_done = models.JSONField("達成した節目", default=dict, blank=True)
    milestones_moved = models.JSONField("期日を変える節目", default=dict, blank=True)
    reported_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField("受理日時", null=True, blank=True)

    objects = querysets.ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "進捗報告"
        ordering = ("-as_of", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("action", "reply"), condition=Q(reply__isnull=False), name="report_once"
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="report_percent"),
        )
        indexes = (models.Index(fields=("action", "-as_of"), name="report_action"),)

    def __str__(self) -> str:
        return f"{self.action.code} 進捗報告 {wareki.format_date(self.as_of, 'short')}"

    @property
    def pushes_milestone(self) -> bool:
        """Whether it moves the due date of a milestone to a later day."""
        return any(m["due_on"] > m["old_on"] for m in self.milestones_moved.values())

    def owning_department_ids(self) -> set[int]:
        return self.action.owning_department_ids()
