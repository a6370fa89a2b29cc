"""Filter of the users' page."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from accounts.models import Department, User
from accounts.roles import role_choices
from lib.filters import PickFilter, PortalFilterSet


class UserFilter(PortalFilterSet):
    q = django_filters.CharFilter(label="職員番号・表示名", method="found")
    role = django_filters.ChoiceFilter(label="役割", choices=role_choices, method="with_role", empty_label="すべて")
    department = PickFilter(
        label="所属", queryset=lambda request: Department.objects.current(), method="in_department",
    )  # fmt: skip

    class Meta:
        model = User
        fields = ()

    def found(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.found(value)

    def with_role(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.holding(role=value)

    def in_department(self, rows: QuerySet, name: str, value: Department) -> QuerySet:
        return rows.holding(department=value)
