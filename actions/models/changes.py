"""計画変更: every move of a date that was promised."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from actions import querysets
from actions.models.actions import Action, Milestone, reason_choices
from actions.models.reports import ProgressReport


def change_choices() -> list[tuple[str, str]]:
    return [("end", "終了予定日"), ("milestone", "節目の期日"), ("phase", "計画の工程の終わり")]


class DateChange(models.Model):
    """One move of a date: from what, to what, why, by whom. Only moves to a later day count as 計画変更.

    `label` keeps the name of the milestone or phase as it was. `report` is set where the move was proposed in a reply.
    """

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="date_changes")
    kind = models.CharField("対象", max_length=10, choices=change_choices)
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.SET_NULL, related_name="date_changes"
    )
    label = models.CharField("名称", max_length=80, blank=True)
    old_on = models.DateField("変更前")
    new_on = models.DateField("変更後")
    reason_kind = models.CharField("理由の区分", max_length=12, choices=reason_choices, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    report = models.ForeignKey(
        ProgressReport, null=True, blank=True, on_delete=models.PROTECT, related_name="date_changes"
    )
    changed_at = models.DateTimeField("変更日時")
    changed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = querysets.DateChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "計画変更"
        ordering = ("changed_at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(new_on=F("old_on")), name="date_change_moves"),
            models.CheckConstraint(
                condition=Q(new_on__lt=F("old_on")) | ~Q(reason=""), name="date_change_reason"
            ),
        )
        indexes = (models.Index(fields=("action", "kind"), name="date_change_action"),)

    def __str__(self) -> str:
        return f"{self.action.code} {self.label or self.get_kind_display()}の変更"

    @property
    def is_later(self) -> bool:
        return self.new_on > self.old_on
