"""会議体: who meets, for what, how often."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from lib.models import Versioned


def kind_choices() -> list[tuple[str, str]]:
    return [
        ("headquarters", "本部会議"), ("report", "報告会"), ("regular", "定例会"),
        ("team", "チーム会"), ("working", "分科会"),
    ]  # fmt: skip


def cadence_choices() -> list[tuple[str, str]]:
    return [
        ("none", "随時"), ("weekly", "毎週"), ("biweekly", "2週ごと"), ("monthly", "毎月"),
        ("quarterly", "四半期ごと"), ("half", "半年ごと"), ("yearly", "毎年"),
    ]  # fmt: skip


def week_choices() -> list[tuple[int, str]]:
    return [(n, f"第{n}週") for n in range(1, 5)]


def weekday_choices() -> list[tuple[int, str]]:
    return [(n, f"{day}曜日") for n, day in enumerate("月火水木金")]


class Body(Versioned):
    """A meeting body; members are named by post (充て職), never by person.

    `deputies` maps a post to the posts that sit in for it, in their order. `frequency` is what the rules of the body
    say in words; cadence, week and weekday are the same as data, from which the next dates are proposed.
    """

    name = models.CharField("会議名", max_length=60, unique=True)
    kind = models.CharField("種類", max_length=12, choices=kind_choices, default="working")
    purpose = models.TextField("目的", max_length=500)
    members = models.JSONField("構成員（職）", default=list)
    deputies = models.JSONField("代理の順位", default=dict, blank=True)
    frequency = models.CharField("開催の頻度", max_length=100)
    cadence = models.CharField("開催の間隔", max_length=10, choices=cadence_choices, default="none")
    week = models.PositiveSmallIntegerField(
        "開催する週", choices=week_choices, default=1, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    weekday = models.PositiveSmallIntegerField(
        "開催する曜日", choices=weekday_choices, default=0, validators=[MaxValueValidator(4)]
    )
    order = models.PositiveIntegerField("並び順", default=0)

    class Meta:
        verbose_name = "会議体"
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def seats(self) -> list[tuple[str, list[str]]]:
        """Each post with its deputies."""
        return [(post, self.deputies.get(post, [])) for post in self.members]
