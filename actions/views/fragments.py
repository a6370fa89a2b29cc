"""What lower pages show of actions: loaded by address into the strategy, the national plan and departments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import can, requires
from accounts.models import Department
from accounts.roles import Permission
from actions import charts, figures
from actions.queries import live_with_state
from actions.queries_items import item_schedules
from actions.queries_schedule import Planned, phases_of
from actions.querysets import ActionQuerySet
from lib import htmx
from lib.http import Request, number_of
from lib.unchanged import kept
from strategy.models import Edition, Element, PriorityItem
from strategy.queries import followed, in_force
from strategy.tree import element_scope

SHOWN = 20
SCHEDULE_ROWS = 40


@require_GET
@requires(Permission.READ)
def element_figures(request: Request) -> HttpResponse:
    """Figures for the cards that show any, in one answer of out-of-band pieces; `?sheet=` is the draft on the page."""
    edition, sheet = _edition(request, request.GET.get("edition", "")), request.GET.get("sheet")
    pieces = _pieces(edition, _edition(request, sheet) if sheet else None, timezone.localdate())
    context = {"pieces": pieces, "edition": edition}
    return _part(request, "actions/_element_figures.html", context, f"{edition}の取組の状態")


@kept
def _pieces(edition: Edition, sheet: Edition | None, today: dt.date) -> list[tuple[int, str, figures.ElementFigures]]:
    """Key, title and figures of each card that shows some."""
    shown = followed(edition, sheet)
    found = figures.counts_by_element(live_with_state(today), {e.pk: e.scope for e in shown})
    return [(e.pk, e.title, found[e.pk]) for e in sorted(shown) if e.pk in found]


@require_GET
@requires(Permission.READ)
def element_actions(request: Request, pk: int) -> HttpResponse:
    element = get_object_or_404(Element.objects.select_related("edition"), pk=pk)
    _check_edition(request, element.edition)
    rows = live_with_state(timezone.localdate()).serving(element_scope(element.edition)[element.pk])
    words = {"earlier": element, "heir": in_force(element)} if element.edition.status == "archived" else {}
    return _table(request, rows, "element-actions", _list_url(element=pk), f"{element}の取組", **words)


@require_GET
@requires(Permission.READ)
def item_actions(request: Request, key: str) -> HttpResponse:
    item = get_object_or_404(PriorityItem, key=key)
    rows = live_with_state(timezone.localdate()).behind_item(item.pk)
    return _table(request, rows, "item-actions", _list_url(item=item.pk), f"{item}の取組")


@require_GET
@requires(Permission.READ)
def department_actions(request: Request, pk: int) -> HttpResponse:
    department = get_object_or_404(Department, pk=pk)
    rows = live_with_state(timezone.localdate()).filter(lead_department=department)
    return _table(request, rows, "department-actions", _list_url(department=pk), f"{department}の取組")


@require_GET
@requires(Permission.READ)
def item_schedule(request: Request) -> HttpResponse:
    """Due dates and actions of one item; without an item one row for each item of the version in force."""
    today = timezone.localdate()
    key = request.GET.get("item", "")
    if not key:
        found = item_schedules(today)
        chart = charts.items_schedule(found, today) if any(s.total for s in found) else None
        context = {"chart": chart, "title": "国の項目の工程", "is_summary": True}
        return _part(request, "actions/_item_schedule.html", context, "国の項目の工程")
    item = get_object_or_404(PriorityItem.objects.prefetch_related("targets"), key=key)
    rows = live_with_state(today).behind_item(item.pk).order_by("code", "pk").values_list(*Planned._fields)
    found = list(map(Planned._make, rows[: SCHEDULE_ROWS + 1]))
    shown = found[:SCHEDULE_ROWS]
    context = {
        "chart": charts.item_schedule(item, shown, phases_of(a.pk for a in shown), today), "title": f"{item}の工程",
        "url": f"{reverse('actions:schedule')}?item={item.pk}", "more": len(found) > SCHEDULE_ROWS,
    }  # fmt: skip
    return _part(request, "actions/_item_schedule.html", context, f"{item}の工程")


def _table(
    request: Request, rows: ActionQuerySet, root: str, url: str, title: str, **words: Element | None
) -> HttpResponse:
    """The rows in short; `words` is what the page says where there are none."""
    counts = figures.state_counts(rows)
    shown = rows.for_rows().order_by("code", "pk")[:SHOWN]
    context = {
        "root": root, "url": url, "title": title, "total": sum(counts.values()), "shown": SHOWN,
        "rows": charts.meter_rows(shown), "bar": charts.state_bar(counts), "legend": charts.legend_of(counts), **words,
    }  # fmt: skip
    return _part(request, "actions/_part.html", context, title)


def _part(request: Request, template: str, context: dict[str, Any], title: str) -> HttpResponse:
    """The fragment alone for HTMX, whatever its target is called; else a page around it."""
    page = context | {"part_template": template, "page_title": title}
    regions = {request.htmx.target: template} if request.htmx.target else {"": template}
    return htmx.render(request, "actions/part.html", page, regions=regions)


def _edition(request: Request, pk: str) -> Edition:
    edition = get_object_or_404(Edition.objects.select_related("plan"), pk=number_of(pk))
    _check_edition(request, edition)
    return edition


def _check_edition(request: Request, edition: Edition) -> None:
    if edition.is_draft and not can(request.user, Permission.READ_DRAFT_STRATEGY):
        raise Http404


def _list_url(**params: int) -> str:
    ((name, value),) = params.items()
    return f"{reverse('actions:list')}?{name}={value}"
