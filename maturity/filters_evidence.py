"""Filter of a questionnaire's answers."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from accounts.models import Department
from lib.filters import PickFilter, PortalFilterSet
from maturity.models_evidence import BusinessAnswer, kind_choices, triage_choices


def _departments(request: Any) -> QuerySet[Department]:
    answered = BusinessAnswer.objects.values("department_id")
    return Department.objects.filter(pk__in=answered).order_by("order", "code", "pk")


class AnswerFilter(PortalFilterSet):
    q = django_filters.CharFilter(label="困っていること・してほしいこと", method="by_text")
    department = PickFilter(label="所属", queryset=_departments)
    kind = django_filters.ChoiceFilter(label="業務の区分", choices=kind_choices, empty_label="すべて")
    triage = django_filters.ChoiceFilter(label="整理", choices=triage_choices, empty_label="すべて")

    class Meta:
        model = BusinessAnswer
        fields = ()

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(problem__icontains=value) | Q(wish__icontains=value))
