"""会議: one sitting of a body, its agenda and who was there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from actions.models import Action
from lib.models import Versioned
from lib.wareki import format_date
from meetings import querysets
from meetings.models.bodies import Body


def state_choices() -> list[tuple[str, str]]:
    return [("planned", "予定"), ("held", "開催済み"), ("cancelled", "中止")]


def agenda_choices() -> list[tuple[str, str]]:
    return [("discuss", "協議"), ("report", "報告")]


def attendance_choices() -> list[tuple[str, str]]:
    return [("present", "出席"), ("deputy", "代理出席"), ("absent", "欠席")]


class Meeting(Versioned):
    """One sitting. Every reader may read `minutes`; `internal_minutes` are for 事務局 and 本部員."""

    body = models.ForeignKey(Body, verbose_name="会議体", on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField("会議名", max_length=80)
    held_on = models.DateField("開催日")
    starts_at = models.TimeField("開始時刻", null=True, blank=True)
    place = models.CharField("場所", max_length=80, blank=True)
    state = models.CharField("状態", max_length=10, choices=state_choices, default="planned")
    minutes = models.TextField("議事の要旨（公開）", max_length=8000, blank=True)
    internal_minutes = models.TextField("議事の記録（非公開）", max_length=8000, blank=True)

    objects = querysets.MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "会議"
        ordering = ("-held_on", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("body", "held_on"), condition=~Q(state="cancelled"), name="meeting_once_a_day",
                violation_error_message="この会議体の会議が、同じ日にすでにあります。",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def day(self) -> str:
        return format_date(self.held_on, "weekday")

    @property
    def when(self) -> str:
        """Day and time: 令和8年11月26日（木）10:00."""
        return self.day + (f" {self.starts_at:%H:%M}" if self.starts_at else "")


class AgendaItem(Versioned):
    """One item of a meeting's agenda, linked to the actions that it is about."""

    meeting = models.ForeignKey(Meeting, verbose_name="会議", on_delete=models.CASCADE, related_name="agenda")
    kind = models.CharField("区分", max_length=10, choices=agenda_choices, default="report")
    title = models.CharField("議題", max_length=120)
    note = models.CharField("説明", max_length=300, blank=True)
    order = models.PositiveIntegerField("並び順", default=0)
    actions = models.ManyToManyField(Action, verbose_name="関係する取組", blank=True, related_name="agenda_items")

    class Meta:
        verbose_name = "議題"
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """How one post attended; the post is kept as it was called then."""

    meeting = models.ForeignKey(Meeting, verbose_name="会議", on_delete=models.CASCADE, related_name="attendance")
    post = models.CharField("職", max_length=60)
    state = models.CharField("出欠", max_length=10, choices=attendance_choices)
    deputy = models.CharField("代理の職", max_length=60, blank=True)
    order = models.PositiveIntegerField("並び順", default=0)

    class Meta:
        verbose_name = "出欠"
        ordering = ("order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "post"), name="attendance_once"),
            models.CheckConstraint(
                condition=Q(state="deputy") & ~Q(deputy="") | ~Q(state="deputy") & Q(deputy=""),
                name="attendance_deputy",
            ),
        )

    def __str__(self) -> str:
        return f"{self.post} {self.get_state_display()}"
