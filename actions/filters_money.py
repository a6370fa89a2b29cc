"""Filters of the budget table and of the season's list."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, Q
from django.http import HttpRequest

from actions import filters_offers as offers
from actions.models import Action, Budget, FundingProgramme
from actions.money import SOURCES
from actions.querysets import ActionQuerySet
from lib.filters import PickFilter, PortalFilterSet
from strategy.filters_picks import ItemPick
from strategy.models import PriorityItem


def gap_choices() -> list[tuple[str, str]]:
    return [
        ("none", "予算の記入がない取組"), ("requested", "要求額が空欄"), ("approved", "予算額が空欄"),
        ("executed", "決算額が空欄"), ("sources", "財源の内訳に空欄"), ("programme", "国・県の財源で制度が空欄"),
    ]  # fmt: skip


class SeasonFilter(PortalFilterSet):
    q = django_filters.CharFilter(label="取組名・整理番号・目的", method="by_text")
    department = PickFilter(
        label="担当", field_name="lead_department", queryset=offers.departments, offered=offers.departments_offered
    )
    item = ItemPick(label="国の項目", method="by_item", queryset=offers.items, offered=offers.items_offered)

    class Meta:
        model = Action
        fields = ()

    def by_text(self, rows: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        return rows.found(value)

    def by_item(self, rows: ActionQuerySet, name: str, value: PriorityItem) -> ActionQuerySet:
        return rows.behind_item(value.pk)


class BudgetFilter(SeasonFilter):
    """Filters actions annotated by `queries_money.with_year`; without `gap` those that have a row of the year."""

    programme = PickFilter(
        label="財源の制度", method="by_programme", queryset=lambda request: FundingProgramme.objects.all(),
        columns=("short_name",),
    )  # fmt: skip
    gap = django_filters.ChoiceFilter(label="空欄", method="by_gap", choices=gap_choices, empty_label="問わない")

    def __init__(self, *args: Any, year: int, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.year = year

    def by_programme(self, rows: ActionQuerySet, name: str, value: FundingProgramme) -> ActionQuerySet:
        return rows.filter(pk__in=Budget.objects.of_year(self.year).filter(programme=value).values("action_id"))

    def by_gap(self, rows: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        return rows

    def filter_queryset(self, queryset: ActionQuerySet) -> ActionQuerySet:
        rows = super().filter_queryset(queryset)
        gap = self.form.cleaned_data.get("gap")
        if gap == "none":
            return rows.filter(rows=0)
        rows = rows.filter(rows__gt=0)
        if not gap:
            return rows
        return rows.filter(pk__in=_blank(gap, self.year).values("action_id"))


def _blank(gap: str, year: int) -> Any:
    """Rows of 当初 where something is not entered."""
    budgets = Budget.objects.of_year(year).initial()
    if gap == "sources":
        return budgets.filter(Q(*[Q(**{f"{name}__isnull": True}) for name in SOURCES], _connector=Q.OR))
    if gap == "programme":
        return budgets.filter(Q(national__gt=0) | Q(prefectural__gt=0), programme__isnull=True)
    return budgets.annotate(wanted=F(gap)).filter(wanted__isnull=True)
