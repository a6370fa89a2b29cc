"""Filter of the list of gaps."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Department
from lib.filters import PickFilter, PortalFilterSet
from maturity import queries


def _departments(request: Any) -> QuerySet[Department]:
    return Department.objects.filter(assessments__accepted_at__isnull=False).distinct().order_by("order", "code", "pk")


class GapFilter(PortalFilterSet):
    department = PickFilter(
        label="課", field_name="assessment__department", queryset=_departments
    )
    axis = django_filters.ChoiceFilter(
        label="軸", field_name="axis__line", choices=lambda: list(queries.line_names().items()), empty_label="すべて"
    )
    due = django_filters.ChoiceFilter(
        label="目標の期日",
        method="by_due",
        choices=[("over", "過ぎている"), ("none", "決めていない")],
        empty_label="すべて",
    )

    class Meta:
        fields = ()

    def by_due(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "none":
            return rows.filter(target_on__isnull=True)
        return rows.filter(target_on__lt=timezone.localdate())
