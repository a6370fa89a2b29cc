"""自分のビジョン: what a member of staff wants, in their own words."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from lib.models import Versioned
from strategy import querysets_reading


def attitude_choices() -> list[tuple[str, str]]:
    return [
        ("creative", "エネルギー・思いやり・元気・協力・創造的"),
        ("destructive", "怒り・無関心・退屈・敵対・破壊的"),
    ]


class PersonalVision(Versioned):
    """The three prompts of the worksheet. Nobody but its author reads it until it is shared."""

    user = models.OneToOneField(User, verbose_name="書いた人", on_delete=models.PROTECT, related_name="vision")
    ideal = models.TextField("理想の姿", max_length=1000, blank=True)
    attitude = models.CharField("選ぶ態度", max_length=12, choices=attitude_choices, blank=True)
    will_do = models.TextField("何をするか", max_length=1000, blank=True)
    shared = models.BooleanField("庁内に公開する", default=False)
    shared_at = models.DateTimeField("公開日時", null=True, blank=True)

    objects = querysets_reading.VisionQuerySet.as_manager()

    class Meta:
        verbose_name = "自分のビジョン"
        ordering = ("-shared_at", "pk")

    def __str__(self) -> str:
        """Without a word of the text: labels go into the ledger."""
        return "自分のビジョン"
