"""The filter of actions: one set of parameters for the list, the schedule and every number that links there."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.access import can
from accounts.models import Department
from accounts.roles import Permission
from actions.models import Action, Grade, PlanScale, lifecycle_choices
from actions.querysets import ActionQuerySet
from lib.filters import PickFilter, PortalFilterSet
from lib.states import STATES
from maturity.models import Axis
from strategy.filters_picks import ElementPick, ItemPick
from strategy.models import Element, PriorityItem
from strategy.tree import element_scope


def state_choices() -> list[tuple[str, str]]:
    return [(s.key, s.label) for s in STATES.values()]


def _departments(request: HttpRequest) -> QuerySet:
    """Sections of today, and any department that still leads an action."""
    led = Action.objects.live().filter(lead_department=OuterRef("pk"))
    sections = Department.objects.current().sections().values("pk")
    return Department.objects.filter(Exists(led) | Q(pk__in=sections))


def _items(request: HttpRequest) -> QuerySet:
    """Items of the current national plan, and any item that an action still serves."""
    served = Action.items.through.objects.values("priorityitem_id")
    return PriorityItem.objects.filter(Q(plan__is_current=True) | Q(pk__in=served))


def _elements(request: HttpRequest) -> QuerySet:
    """Elements of the edition in force; one of another edition only when the link names it."""
    rows = Element.objects.select_related("layer", "edition").order_by("layer__order", "order", "pk")
    asked = request.GET.get("element", "")
    shown = Q(edition__plan__is_main=True, edition__status="published")
    if asked.isascii() and asked.isdigit():
        readable = Q() if can(request.user, Permission.READ_DRAFT_STRATEGY) else ~Q(edition__status="draft")
        shown |= Q(pk=int(asked)) & readable
    return rows.filter(shown)


def _axes(request: HttpRequest) -> QuerySet:
    """Axes of the rubric in use; one of an older version only when the link names it."""
    asked = request.GET.get("axis", "")
    shown = Q(rubric__is_current=True)
    if asked.isascii() and asked.isdigit() and len(asked) < 18:
        shown |= Q(pk=int(asked), rubric__is_draft=False)
    return Axis.objects.filter(shown)


def _grades(request: HttpRequest) -> QuerySet:
    """Grades of the scales in use."""
    return Grade.objects.filter(scale__in=PlanScale.objects.values("scale")).order_by("scale", "order", "pk")


class GradePick(PickFilter):
    """Named by code and word; actions without a grade are offered too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        columns, worded = ("code", "label"), "{} {}".format
        named = {"empty_label": "すべて", "null_label": "評価なし"}
        super().__init__(*args, columns=columns, worded=worded, **named, **kwargs)


class ActionFilter(PortalFilterSet):
    """Needs rows annotated with `state_key`; `archived` shows those out of use instead of those in force."""

    q = django_filters.CharFilter(label="取組名・整理番号・目的", method="by_text")
    department = PickFilter(
        label="担当", field_name="lead_department", queryset=_departments, empty_label="すべて"
    )
    lifecycle = django_filters.ChoiceFilter(label="状況", choices=lifecycle_choices, empty_label="すべて")
    item = ItemPick(label="国の項目", method="by_item", queryset=_items, empty_label="すべて")
    element = ElementPick(label="戦略の要素", method="by_element", queryset=_elements, empty_label="すべて")
    axis = PickFilter(label="成熟度の軸", method="by_axis", queryset=_axes, empty_label="すべて")
    state = django_filters.MultipleChoiceFilter(
        label="状態", method="by_state", choices=state_choices, widget=forms.CheckboxSelectMultiple
    )
    self_grade = GradePick(label="自己評価", queryset=_grades)
    head_grade = GradePick(label="本部評価", queryset=_grades)
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
