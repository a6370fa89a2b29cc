"""Filter of the ledger's page."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from audit.acts import ACTS
from audit.models import Entry, Read, origin_choices
from audit.reading import kind_choices
from lib.filters import PortalFilterSet
from lib.forms import WarekiDateField


class EntryDateFilter(django_filters.DateFilter):
    field_class = WarekiDateField


class EntryFilter(PortalFilterSet):
    q = django_filters.CharFilter(label="だれが・対象", method="found")
    act = django_filters.ChoiceFilter(label="操作", choices=list(ACTS.items()), empty_label="すべて")
    origin = django_filters.ChoiceFilter(label="経路", choices=origin_choices, empty_label="すべて")
    start = EntryDateFilter(label="この日から", field_name="at", lookup_expr="date__gte")
    end = EntryDateFilter(label="この日まで", field_name="at", lookup_expr="date__lte")

    class Meta:
        model = Entry
        fields = ()

    def found(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.found(value)


class ReadFilter(PortalFilterSet):
    q = django_filters.CharFilter(label="だれが・見たもの", method="found")
    kind = django_filters.ChoiceFilter(label="種類", choices=kind_choices, empty_label="すべて")
    start = EntryDateFilter(label="この日から", field_name="at", lookup_expr="date__gte")
    end = EntryDateFilter(label="この日まで", field_name="at", lookup_expr="date__lte")

    class Meta:
        model = Read
        fields = ()

    def found(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.found(value)
