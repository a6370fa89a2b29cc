"""決定・指示・宿題: what a meeting leaves behind, and how it was followed up."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from accounts.models import Department, User
from actions.models import Action
from lib.models import Versioned
from meetings import querysets
from meetings.models.meetings import AgendaItem, Meeting


def kind_choices() -> list[tuple[str, str]]:
    return [("decision", "決定"), ("instruction", "指示"), ("homework", "宿題")]


def state_choices() -> list[tuple[str, str]]:
    return [("open", "対応中"), ("reported", "報告あり"), ("done", "完了")]


def how_choices() -> list[tuple[str, str]]:
    return [("opened", "新しい取組"), ("changed", "計画を変更"), ("about", "関係する取組")]


class Decision(Versioned):
    """One decision. 指示 and 宿題 name who answers for them and until when; a plain 決定 may stand for itself."""

    meeting = models.ForeignKey(Meeting, verbose_name="会議", on_delete=models.PROTECT, related_name="decisions")
    agenda_item = models.ForeignKey(
        AgendaItem, verbose_name="議題", null=True, blank=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    kind = models.CharField("種別", max_length=12, choices=kind_choices)
    text = models.CharField("内容", max_length=300)
    department = models.ForeignKey(
        Department, verbose_name="担当", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    due_on = models.DateField("期限", null=True, blank=True)
    state = models.CharField("状態", max_length=10, choices=state_choices, default="open")
    done_on = models.DateField("完了日", null=True, blank=True)
    order = models.PositiveIntegerField("並び順", default=0)

    objects = querysets.DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "決定事項"
        ordering = ("meeting__held_on", "order", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="decision") | Q(department__isnull=False, due_on__isnull=False),
                name="decision_answered_for",
            ),
            models.CheckConstraint(
                condition=Q(state="done") & Q(done_on__isnull=False) | ~Q(state="done") & Q(done_on__isnull=True),
                name="decision_done_on",
            ),
        )

    def __str__(self) -> str:
        return self.text

    def owning_department_ids(self) -> set[int]:
        return {self.department_id} if self.department_id else set()

    def is_overdue(self, today: dt.date) -> bool:
        """Past its day without a report."""
        return self.state == "open" and self.due_on is not None and self.due_on < today


class DecisionAction(models.Model):
    """An action that was opened or changed because of a decision, or that it is about."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="links")
    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.PROTECT, related_name="decision_links")
    how = models.CharField("関係", max_length=10, choices=how_choices, default="about")

    class Meta:
        verbose_name = "決定事項と取組"
        ordering = ("action__code", "pk")
        constraints = (models.UniqueConstraint(fields=("decision", "action"), name="decision_action_once"),)

    def __str__(self) -> str:
        return f"{self.decision} → {self.action}"


class DecisionReport(models.Model):
    """What the department says it has done; never changed, a later one follows."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="reports")
    text = models.TextField("報告", max_length=1000)
    reported_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reported_label = models.CharField("報告した人", max_length=120)
    reported_at = models.DateTimeField("報告日時")

    class Meta:
        verbose_name = "決定事項の報告"
        ordering = ("-reported_at", "-pk")

    def __str__(self) -> str:
        return self.text[:40]
