"""課題・ハードル: what stands in the way of actions, and what is asked of the country or the prefecture."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Department, User
from actions import querysets
from actions.models.actions import Action, reason_choices
from lib.models import Versioned
from rounds.models import Reply


def hurdle_state_choices() -> list[tuple[str, str]]:
    return [("open", "未着手"), ("working", "対応中"), ("request", "要望中"), ("solved", "解決")]


class Hurdle(Versioned):
    """An obstacle. Raised in a reply it is the business of its department and 事務局 until the reply is accepted."""

    kind = models.CharField("区分", max_length=12, choices=reason_choices)
    title = models.CharField("件名", max_length=100)
    text = models.TextField("内容", max_length=1000, blank=True)
    actions = models.ManyToManyField(Action, verbose_name="影響する取組", blank=True, related_name="hurdles")
    cross_cutting = models.BooleanField("全庁共通", default=False)
    raised_by_department = models.ForeignKey(
        Department, verbose_name="挙げた所属", on_delete=models.PROTECT, related_name="raised_hurdles"
    )
    owner_department = models.ForeignKey(
        Department, verbose_name="対応する所属", null=True, blank=True, on_delete=models.PROTECT,
        related_name="owned_hurdles",
    )  # fmt: skip
    resolution = models.TextField("対応と結果", max_length=1000, blank=True)
    state = models.CharField("状態", max_length=10, choices=hurdle_state_choices, default="open")
    raised_on = models.DateField("挙げた日")
    solved_on = models.DateField("解決日", null=True, blank=True)
    source = models.CharField("出どころ", max_length=100, blank=True)
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.PROTECT, related_name="hurdles")
    accepted_at = models.DateTimeField("受理日時", null=True, blank=True)

    objects = querysets.HurdleQuerySet.as_manager()

    class Meta:
        verbose_name = "課題・ハードル"
        ordering = ("-raised_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(reply__isnull=False) | Q(accepted_at__isnull=False), name="hurdle_official_without_reply"
            ),
            models.CheckConstraint(
                condition=~Q(state="solved") | ~Q(resolution=""), name="hurdle_solved_how"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def owning_department_ids(self) -> set[int]:
        return {self.raised_by_department_id}

    @property
    def is_draft(self) -> bool:
        return self.accepted_at is None


class NoHurdle(models.Model):
    """A department's word in a reply that nothing stands in its way; silence is something else."""

    reply = models.OneToOneField(Reply, on_delete=models.PROTECT, related_name="no_hurdle")
    said_at = models.DateTimeField("日時")
    said_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "課題なしの回答"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.reply} 課題なし"


class PolicyRequest(Versioned):
    """政策要望: what is asked of the country or the prefecture because of a hurdle, and what they answered."""

    hurdle = models.ForeignKey(Hurdle, verbose_name="課題", on_delete=models.PROTECT, related_name="requests")
    addressee = models.CharField("要望先", max_length=60)
    text = models.TextField("要望の内容", max_length=1000)
    submitted_on = models.DateField("提出日", null=True, blank=True)
    answer = models.TextField("回答", max_length=1000, blank=True)
    answered_on = models.DateField("回答日", null=True, blank=True)

    class Meta:
        verbose_name = "政策要望"
        ordering = ("-submitted_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(answer="") | Q(submitted_on__isnull=False), name="policy_answer_after_submission"
            ),
        )

    def __str__(self) -> str:
        return f"{self.addressee}への要望（{self.hurdle.title}）"

    @property
    def standing(self) -> str:
        """回答あり, 提出済み or 準備中."""
        return "回答あり" if self.answer else "提出済み" if self.submitted_on else "準備中"
