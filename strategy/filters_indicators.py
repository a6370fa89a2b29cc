"""Filter of the list of indicators."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from accounts.access import can
from accounts.models import Department
from accounts.roles import Permission
from lib.filters import PickFilter, PortalFilterSet
from lib.http import Request, number_of
from strategy.achievement import GRADES
from strategy.filters_picks import ElementPick, ItemPick
from strategy.models import Edition, Element, Indicator, PriorityItem
from strategy.models.indicators import kind_choices
from strategy.queries_indicators import behind_element, behind_item

GRADE_CHOICES = [(grade.key, grade.label) for grade in GRADES.values()]


def _owners(request: Request) -> QuerySet:
    return Department.objects.filter(indicators__isnull=False).distinct()


def visible_elements(request: Request) -> QuerySet:
    """Elements of the editions that this reader may see."""
    editions = Edition.objects.visible(drafts=can(request.user, Permission.READ_DRAFT_STRATEGY))
    return Element.objects.filter(edition__in=editions).select_related("edition", "layer")


def _asked(request: Request, name: str) -> int:
    """The key in the address, so that a link from an older edition or version also works."""
    return number_of(request.GET.get(name, "")) or 0


def _elements(request: Request) -> QuerySet:
    in_force = Q(edition__plan__is_main=True, edition__status="published")
    rows = visible_elements(request).filter(in_force | Q(pk=_asked(request, "element")))
    return rows.order_by("layer__order", "order", "pk")


def _items(request: Request) -> QuerySet:
    return PriorityItem.objects.filter(Q(plan__is_current=True) | Q(pk=_asked(request, "item"))).select_related("plan")


class IndicatorFilter(PortalFilterSet):
    q = django_filters.CharFilter(label="指標名・単位・備考", method="found")
    kind = django_filters.ChoiceFilter(label="区分", choices=kind_choices, empty_label="すべて")
    department = PickFilter(label="担当", queryset=_owners)
    element = ElementPick(label="戦略の要素", queryset=_elements, method="of_element")
    item = ItemPick(label="国の項目", queryset=_items, method="of_item")
    grade = django_filters.ChoiceFilter(label="達成", choices=GRADE_CHOICES, method="of_grade", empty_label="すべて")
    archived = django_filters.ChoiceFilter(
        label="使用", choices=[("yes", "保管したもの")], method="of_use", empty_label="使用中"
    )

    class Meta:
        model = Indicator
        fields = ()

    @property
    def grade_asked(self) -> str:
        """The grade is computed after reading, so the page narrows by it, not the database."""
        return self.form.cleaned_data.get("grade", "")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("archived") else rows.live()

    def found(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.found(value)

    def of_element(self, rows: QuerySet, name: str, value: Element) -> QuerySet:
        return rows.filter(pk__in=behind_element(value).values("pk"))

    def of_item(self, rows: QuerySet, name: str, value: PriorityItem) -> QuerySet:
        return rows.filter(pk__in=behind_item(value).values("pk"))

    def of_grade(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows

    def of_use(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.archived()
