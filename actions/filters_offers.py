"""What the filters of actions offer: rows to choose from, and their words by compiled statements."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.access import can
from accounts.models import Department
from accounts.roles import Permission
from actions.models import Action, Grade, PlanScale
from lib.filters import Rows
from lib.http import number_of
from lib.prepared import Prepared
from maturity.models import Axis
from strategy.filters_picks import ElementPick, ItemPick
from strategy.models import Element, PriorityItem

IN_USE = Q(rubric__is_current=True)
IN_FORCE = Q(edition__plan__is_main=True, edition__status="published")


def departments(request: HttpRequest) -> QuerySet:
    """Sections of today, and any department that still leads an action."""
    return _departments(timezone.localdate())


def _departments(day: dt.date) -> QuerySet:
    led = Action.objects.live().filter(lead_department=OuterRef("pk"))
    sections = Department.objects.on(day).sections().values("pk")
    return Department.objects.filter(Exists(led) | Q(pk__in=sections))


_DEPARTMENTS = Prepared(lambda day: _departments(day).values_list("pk", "name"))


def departments_offered(request: HttpRequest) -> Rows:
    return _DEPARTMENTS.kept(timezone.localdate())


def items(request: HttpRequest | None = None) -> QuerySet:
    """Items of the current national plan, and any item that an action still serves."""
    served = Action.items.through.objects.values("priorityitem_id")
    return PriorityItem.objects.filter(Q(plan__is_current=True) | Q(pk__in=served))


_ITEMS = Prepared(lambda: items().values_list("pk", *ItemPick.columns))


def items_offered(request: HttpRequest) -> Rows:
    return _ITEMS.kept()


def _asked(request: HttpRequest, name: str) -> int | None:
    """The key in the address, which may be one that is not offered by itself."""
    return number_of(request.GET.get(name, ""))


def elements(request: HttpRequest) -> QuerySet:
    """Elements of the edition in force; one of another edition only when the link names it."""
    asked, shown = _asked(request, "element"), IN_FORCE
    if asked is not None:
        readable = Q() if can(request.user, Permission.READ_DRAFT_STRATEGY) else ~Q(edition__status="draft")
        shown = IN_FORCE | Q(pk=asked) & readable
    return _in_order(shown).select_related("layer", "edition")


def _in_order(shown: Q) -> QuerySet:
    return Element.objects.filter(shown).order_by("layer__order", "order", "pk")


_ELEMENTS = Prepared(lambda: _in_order(IN_FORCE).values_list("pk", *ElementPick.columns))


def elements_offered(request: HttpRequest) -> Rows | None:
    return _ELEMENTS.kept() if _asked(request, "element") is None else None


def axes(request: HttpRequest) -> QuerySet:
    """Axes of the rubric in use; one of an older version only when the link names it."""
    asked = _asked(request, "axis")
    return Axis.objects.filter(IN_USE if asked is None else IN_USE | Q(pk=asked, rubric__is_draft=False))


_AXES = Prepared(lambda: Axis.objects.filter(IN_USE).values_list("pk", "name"))


def axes_offered(request: HttpRequest) -> Rows | None:
    return _AXES.kept() if _asked(request, "axis") is None else None


def grades(request: HttpRequest | None = None) -> QuerySet:
    """Grades of the scales in use."""
    return Grade.objects.filter(scale__in=PlanScale.objects.values("scale")).order_by("scale", "order", "pk")


_GRADES = Prepared(lambda: grades().values_list("pk", "code", "label"))


def grades_offered(request: HttpRequest) -> Rows:
    return _GRADES.kept()
