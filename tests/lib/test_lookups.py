"""Keys and search texts beyond what a database takes."""

from __future__ import annotations

import django_filters
import pytest
from django.test import RequestFactory

from accounts.models import Department
from lib.filters import LONGEST, PortalFilterSet
from tests.builders import make_department


@pytest.mark.django_db
def test_keys_that_no_column_holds_match_nothing() -> None:
    row = make_department()
    assert list(Department.objects.filter(pk__in=[2**70, -(2**70), row.pk])) == [row]
    assert not Department.objects.filter(pk__in=[2**70]).exists()
    assert Department.objects.exclude(pk__in=[2**70]).count() == 1
    assert Department.objects.filter(pk__in=Department.objects.filter(pk=row.pk)).count() == 1


class ByName(PortalFilterSet):
    name = django_filters.CharFilter(lookup_expr="contains")

    class Meta:
        model = Department
        fields = ()


@pytest.mark.django_db
@pytest.mark.parametrize(("length", "valid"), [(LONGEST, True), (LONGEST + 1, False)])
def test_a_search_text_has_an_end(length: int, valid: bool) -> None:
    row = make_department()
    found = ByName({"name": "あ" * length}, request=RequestFactory().get("/"), queryset=Department.objects.all())
    assert found.form.is_valid() is valid
    assert list(found.qs) == ([] if valid else [row])
