"""The filter of actions: one set of parameters for the list, the schedule and every number that links there."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms

from accounts.models import Department
from actions import filters_offers as offers
from actions.models import Action, lifecycle_choices
from actions.querysets import ActionQuerySet
from lib.filters import PickFilter, PortalFilterSet
from lib.states import STATES
from maturity.models import Axis
from strategy.filters_picks import ElementPick, ItemPick
from strategy.models import Element, PriorityItem
from strategy.tree import element_scope


def state_choices() -> list[tuple[str, str]]:
    return [(s.key, s.label) for s in STATES.values()]


class GradePick(PickFilter):
    """Named by code and word; actions without a grade are offered too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        columns, worded = ("code", "label"), "{} {}".format
        super().__init__(*args, columns=columns, worded=worded, null_label="評価なし", **kwargs)


class ActionFilter(PortalFilterSet):
    """Needs rows annotated with `state_key`; `archived` shows those out of use instead of those in force."""

    q = django_filters.CharFilter(label="取組名・整理番号・目的", method="by_text")
    department = PickFilter(
        label="担当", field_name="lead_department", queryset=offers.departments, offered=offers.departments_offered,
        bare=Department,
    )  # fmt: skip
    lifecycle = django_filters.ChoiceFilter(label="状況", choices=lifecycle_choices, empty_label="すべて")
    item = ItemPick(
        label="国の項目", method="by_item", queryset=offers.items, offered=offers.items_offered, bare=PriorityItem
    )
    element = ElementPick(
        label="戦略の要素", method="by_element", queryset=offers.elements, offered=offers.elements_offered
    )
    axis = PickFilter(label="成熟度の軸", method="by_axis", queryset=offers.axes, offered=offers.axes_offered)
    state = django_filters.MultipleChoiceFilter(
        label="状態", method="by_state", choices=state_choices, widget=forms.CheckboxSelectMultiple
    )
    self_grade = GradePick(label="自己評価", queryset=offers.grades, offered=offers.grades_offered)
    head_grade = GradePick(label="本部評価", queryset=offers.grades, offered=offers.grades_offered)
    pushed = django_filters.BooleanFilter(label="計画変更のある取組", method="by_pushed", widget=forms.CheckboxInput)
    archived = django_filters.BooleanFilter(
        label="保管した取組を見る", method="by_archived", widget=forms.CheckboxInput
    )

    class Meta:
        model = Action
        fields = ()

    def by_text(self, rows: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        return rows.found(value)

    def by_item(self, rows: ActionQuerySet, name: str, value: PriorityItem) -> ActionQuerySet:
        return rows.behind_item(value.pk)

    def by_element(self, rows: ActionQuerySet, name: str, value: Element) -> ActionQuerySet:
        return rows.serving(element_scope(value.edition)[value.pk])

    def by_axis(self, rows: ActionQuerySet, name: str, value: Axis) -> ActionQuerySet:
        return rows.on_line(value.line)

    def by_state(self, rows: ActionQuerySet, name: str, value: list[str]) -> ActionQuerySet:
        return rows.filter(state_key__in=value)

    def by_pushed(self, rows: ActionQuerySet, name: str, value: bool) -> ActionQuerySet:
        return rows.filter(pushes__gt=0) if value else rows

    def by_archived(self, rows: ActionQuerySet, name: str, value: bool) -> ActionQuerySet:
        # An unticked box says False, so that without it only actions in force are listed.
        return rows.filter(archived_at__isnull=not value)
