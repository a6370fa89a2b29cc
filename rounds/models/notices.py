"""What tells people of due dates outside the portal: mails that were sent, and calendar feeds."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from rounds.models.rounds import Reply
from rounds.reminding import KINDS


def reminder_choices() -> list[tuple[str, str]]:
    return [(k.key, k.label) for k in KINDS]


class Reminder(models.Model):
    """One mail about one reply to one address. The row is claimed before sending, so that nobody is told twice."""

    reply = models.ForeignKey(Reply, verbose_name="回答", on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField("種類", max_length=10, choices=reminder_choices)
    # The day that the mail speaks of: after an extension the reminders of the new due day are new ones.
    about_on = models.DateField("案内した日付")
    address = models.EmailField("宛先")
    claimed_at = models.DateTimeField("送り始めた日時")
    sent_at = models.DateTimeField("送信日時", null=True, blank=True)

    class Meta:
        verbose_name = "案内メール"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("reply", "kind", "about_on", "address"), name="reminder_once"),
        )

    def __str__(self) -> str:
        return f"{self.reply} {self.get_kind_display()}"


class CalendarToken(models.Model):
    """The secret of one user's calendar feed, kept as a hash only; one in force a user."""

    user = models.ForeignKey(User, verbose_name="利用者", on_delete=models.PROTECT, related_name="calendar_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("作成日時")
    revoked_at = models.DateTimeField("停止日時", null=True, blank=True)

    class Meta:
        verbose_name = "カレンダーのアドレス"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("user",), condition=Q(revoked_at__isnull=True), name="calendar_token_in_force"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} カレンダー"
