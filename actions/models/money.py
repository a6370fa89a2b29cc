"""予算: what an action asks for, gets and spends in a fiscal year, and where the money comes from."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from actions import money, querysets_money
from actions.models.actions import Action
from lib import fiscal
from lib.models import Versioned


def budget_kind_choices() -> list[tuple[str, str]]:
    return [("initial", "当初"), ("extra", "補正")]


def level_choices() -> list[tuple[str, str]]:
    return [("national", "国"), ("prefectural", "県"), ("other", "その他")]


class FundingProgramme(Versioned):
    """A grant or a measure of finance that can be used in certain fiscal years."""

    name = models.CharField(
        "名称", max_length=120, unique=True, error_messages={"unique": "同じ名称の制度があります。"}
    )
    short_name = models.CharField("略称", max_length=30)
    level = models.CharField("区分", max_length=12, choices=level_choices, default="national")
    valid_from = models.PositiveSmallIntegerField("使える最初の年度", null=True, blank=True)
    valid_to = models.PositiveSmallIntegerField("使える最後の年度", null=True, blank=True)
    rate = models.CharField(
        "補助率", max_length=9, blank=True,
        validators=[RegexValidator(r"^[1-9][0-9]{0,3}/[1-9][0-9]{0,3}$", "1/2 の形で入力してください。")],
    )  # fmt: skip
    source = models.CharField("出典", max_length=200, blank=True)
    note = models.CharField("備考", max_length=300, blank=True)
    verified = models.BooleanField("出典で確認済み", default=False)

    objects = querysets_money.ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = "財源の制度"
        ordering = ("level", "valid_from", "name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="programme_years",
            ),
        )

    def __str__(self) -> str:
        return self.short_name

    @property
    def years_label(self) -> str:
        """In which fiscal years it can be used; an open end says so."""
        first, last = (fiscal.Period(str(y)).label if y else "" for y in (self.valid_from, self.valid_to))
        return f"{first}〜{last}" if first or last else "確認中"

    def is_valid_in(self, year: int) -> bool:
        return (self.valid_from or year) <= year <= (self.valid_to or year)

    def clean(self) -> None:
        errors = {}
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            errors["valid_to"] = "最後の年度は、最初の年度以後にしてください。"
        if self.verified and not self.source:
            errors["source"] = "確認済みにするときは、確かめた出典を入力してください。"
        if errors:
            raise ValidationError(errors)


def _amount(label: str) -> models.IntegerField:
    bounds = [MinValueValidator(-money.MOST), MaxValueValidator(money.MOST, f"{money.MOST:,}千円以下にしてください。")]
    return models.IntegerField(label, null=True, blank=True, validators=bounds)


class Budget(Versioned):
    """One row of one action in one fiscal year: 当初, or a numbered 補正. Amounts in 千円; blank is unknown.

    決算 is that of the whole year and stands on the row of 当初. The breakdown divides the latest known amount.
    """

    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.PROTECT, related_name="budgets")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("区分", max_length=8, choices=budget_kind_choices, default="initial")
    number = models.PositiveSmallIntegerField("補正の号数", default=0)
    requested = _amount("要求額")
    approved = _amount("予算額")
    executed = _amount("決算額")
    national = _amount("国庫支出金")
    prefectural = _amount("県支出金")
    bond = _amount("地方債")
    other = _amount("その他")
    general = _amount("一般財源")
    programme = models.ForeignKey(
        FundingProgramme, verbose_name="財源の制度", null=True, blank=True,
        on_delete=models.PROTECT, related_name="budgets",
    )  # fmt: skip
    note = models.CharField("備考", max_length=200, blank=True)

    objects = querysets_money.BudgetQuerySet.as_manager()

    class Meta:
        verbose_name = "予算"
        ordering = ("-fiscal_year", "-kind", "number", "pk")
        constraints = (
            models.UniqueConstraint(fields=("action", "fiscal_year", "kind", "number"), name="budget_once"),
            models.CheckConstraint(
                condition=Q(kind="initial", number=0) | Q(kind="extra", number__gte=1), name="budget_number"
            ),
            models.CheckConstraint(condition=Q(kind="initial") | Q(executed__isnull=True), name="budget_executed"),
            models.CheckConstraint(
                condition=Q(kind="extra")
                | (
                    (Q(requested__isnull=True) | Q(requested__gte=0))
                    & (Q(approved__isnull=True) | Q(approved__gte=0))
                    & (Q(executed__isnull=True) | Q(executed__gte=0))
                ),
                name="budget_not_negative",
            ),
            # Unknown in any part makes the comparison unknown, which a check lets pass.
            models.CheckConstraint(
                condition=Exact(
                    F("national") + F("prefectural") + F("bond") + F("other") + F("general"),
                    Coalesce("executed", "approved", "requested"),
                ),
                name="budget_breakdown",
            ),
        )
        indexes = (models.Index(fields=("fiscal_year", "kind"), name="budget_year"),)

    def __str__(self) -> str:
        return f"{self.action.code} {self.year_label}{self.kind_label}予算"

    @property
    def year_label(self) -> str:
        return fiscal.year_label(self.fiscal_year)

    @property
    def kind_label(self) -> str:
        return money.kind_label(self.kind, self.number)

    @property
    def amounts(self) -> dict[str, int | None]:
        return {name: getattr(self, name) for name in money.AMOUNTS}

    def owning_department_ids(self) -> set[int]:
        return self.action.owning_department_ids()

    def clean(self) -> None:
        errors = dict(money.faults(self.amounts))
        if self.kind == "initial":
            below = {n: "0以上にしてください。" for n in money.AMOUNTS if (getattr(self, n) or 0) < 0}
            errors = below | {k: v for k, v in errors.items() if k not in below}
            if self.number:
                errors["number"] = "当初予算に号数はありません。空欄にしてください。"
        else:
            if self.executed is not None:
                errors["executed"] = "決算額は年度に1つです。当初の行に入力してください。"
            if not self.number:
                errors["number"] = "補正には号数を入力してください。"
        if self.programme and not self.programme.is_valid_in(self.fiscal_year):
            errors["programme"] = f"「{self.programme}」が使えるのは{self.programme.years_label}です。"
        if errors:
            raise ValidationError(errors)
