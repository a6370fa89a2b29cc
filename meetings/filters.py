"""The filter of the decisions."""

from __future__ import annotations

import django_filters

from accounts.models import Department
from lib.filters import PickFilter, PortalFilterSet
from meetings.models import Decision, Meeting
from meetings.models.decisions import kind_choices, state_choices
from meetings.querysets import DecisionQuerySet


def filter_states() -> list[tuple[str, str]]:
    return [("unfinished", "終わっていないもの"), *state_choices()]


class DecisionFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label="状態", method="by_state", choices=filter_states, empty_label="すべて")
    kind = django_filters.ChoiceFilter(label="種別", choices=kind_choices, empty_label="すべて")
    department = PickFilter(
        label="担当", queryset=lambda request: Department.objects.filter(decisions__isnull=False).distinct(),
    )  # fmt: skip
    meeting = PickFilter(
        label="会議", queryset=lambda request: Meeting.objects.filter(decisions__isnull=False).distinct(),
        columns=("title",),
    )  # fmt: skip

    class Meta:
        model = Decision
        fields = ()

    def by_state(self, rows: DecisionQuerySet, name: str, value: str) -> DecisionQuerySet:
        return rows.unfinished() if value == "unfinished" else rows.filter(state=value)
