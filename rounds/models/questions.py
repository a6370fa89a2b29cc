"""自由設問: questions of one round in 事務局's own words, and the departments' answers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models

from lib.models import Versioned
from lib.wareki import format_date
from rounds.models.rounds import Reply, Round

MOST_CHOICES = 20
LONGEST_CHOICE = 100


def kind_choices() -> list[tuple[str, str]]:
    return [("text", "文章"), ("number", "数値"), ("choice", "選択"), ("date", "日付")]


class Question(models.Model):
    """One question; it stands as it was when the round opened."""

    round = models.ForeignKey(Round, verbose_name="照会", on_delete=models.PROTECT, related_name="questions")
    order = models.PositiveSmallIntegerField("並び順")
    text = models.CharField("質問", max_length=300)
    kind = models.CharField("答え方", max_length=10, choices=kind_choices, default="text")
    choices = models.JSONField("選択肢", default=list, blank=True)
    required = models.BooleanField("必須", default=True)
    help = models.CharField("補足", max_length=300, blank=True)

    class Meta:
        verbose_name = "自由設問"
        ordering = ("order", "pk")
        constraints = (models.UniqueConstraint(fields=("round", "order"), name="question_order"),)

    def __str__(self) -> str:
        return self.text

    @property
    def anchor(self) -> str:
        """Id of its place on the reply's page."""
        return f"q-{self.pk}"

    def clean(self) -> None:
        if self.kind != "choice":
            if self.choices:
                raise ValidationError({"choices": "選択肢は、答え方を「選択」にしたときだけ入力します。"})
            return
        if len(self.choices) < 2:
            raise ValidationError({"choices": "選択肢を2つ以上、1行に1つずつ入力してください。"})
        if len(self.choices) > MOST_CHOICES or max(map(len, self.choices)) > LONGEST_CHOICE:
            limit = f"選択肢は{MOST_CHOICES}個まで、1つ{LONGEST_CHOICE}字までにしてください。"
            raise ValidationError({"choices": limit})
        if len(set(self.choices)) < len(self.choices):
            raise ValidationError({"choices": "同じ選択肢が2つあります。"})


class Answer(Versioned):
    """A department's answer to one question; which field holds it follows from the question's kind."""

    reply = models.ForeignKey(Reply, verbose_name="回答", on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, verbose_name="質問", on_delete=models.PROTECT, related_name="answers")
    text = models.TextField("答え", max_length=2000, blank=True)
    number = models.DecimalField("数値", max_digits=18, decimal_places=4, null=True, blank=True)
    date = models.DateField("日付", null=True, blank=True)

    class Meta:
        verbose_name = "自由設問の答え"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("reply", "question"), name="answer_once"),)

    def __str__(self) -> str:
        return f"{self.reply} {self.question}"

    @property
    def value(self) -> str | Decimal | dt.date | None:
        """The answer in the type of its question; None or '' when there is none."""
        return {"number": self.number, "date": self.date}.get(self.question.kind, self.text)

    @property
    def is_answered(self) -> bool:
        return self.value not in (None, "")

    def get_value_display(self) -> str:
        """What a form shows as the stored value beside a newer one."""
        return self.words or "（空欄）"

    @property
    def words(self) -> str:
        """The answer as a person reads it; '' when there is none."""
        value = self.value
        if isinstance(value, dt.date):
            return format_date(value)
        if isinstance(value, Decimal):
            return f"{value:,f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
        return value or ""
