"""The filter of the register of hurdles."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Department
from actions.models import Hurdle, hurdle_state_choices, reason_choices
from actions.querysets import HurdleQuerySet
from lib.filters import PickFilter, PortalFilterSet


def _raisers(request: HttpRequest) -> QuerySet:
    return Department.objects.filter(pk__in=Hurdle.objects.official().values("raised_by_department"))


def _owners(request: HttpRequest) -> QuerySet:
    return Department.objects.filter(pk__in=Hurdle.objects.official().values("owner_department"))


class HurdleFilter(PortalFilterSet):
    q = django_filters.CharFilter(label="件名・内容・対応", method="by_text")
    kind = django_filters.ChoiceFilter(label="区分", choices=reason_choices, empty_label="すべて")
    state = django_filters.ChoiceFilter(label="状態", choices=hurdle_state_choices, empty_label="すべて")
    raised = PickFilter(
        label="挙げた所属", field_name="raised_by_department", queryset=_raisers
    )
    owner = PickFilter(
        label="対応する所属", field_name="owner_department", queryset=_owners,
        null_label="決まっていない",
    )  # fmt: skip
    cross = django_filters.BooleanFilter(label="全庁共通だけ", method="by_cross", widget=forms.CheckboxInput)
    unsolved = django_filters.BooleanFilter(
        label="解決したものを除く", method="by_unsolved", widget=forms.CheckboxInput
    )

    class Meta:
        model = Hurdle
        fields = ()

    def by_text(self, rows: HurdleQuerySet, name: str, value: str) -> HurdleQuerySet:
        return rows.found(value)

    def by_cross(self, rows: HurdleQuerySet, name: str, value: bool) -> HurdleQuerySet:
        return rows.filter(cross_cutting=True) if value else rows

    def by_unsolved(self, rows: HurdleQuerySet, name: str, value: bool) -> HurdleQuerySet:
        return rows.unsolved() if value else rows
