"""Pages of the national plan: the overview, an item, a register and one row of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.charts import Meter
from lib.http import Request
from strategy import charts, progress
from strategy import queries_national as queries
from strategy.forms.national import EntryForm
from strategy.models import ItemMapping, PriorityItem, RegisterEntry
from strategy.services import national as services
from strategy.views.national_common import form_page, sent, stored

SYSTEM_COLUMNS, PROCEDURE_COLUMNS = 6, 10


@require_GET
@requires(Permission.READ)
def home(request: Request) -> HttpResponse:
    today = timezone.localdate()
    views = queries.current_items(today)
    counts = queries.counted(v.item for v in views)
    category = request.GET.get("category", "")
    if category not in {c.key for c in counts}:
        category = counts[0].key if counts else ""
    # The tiles of the systems stand left of the narrower table of the procedures.
    registers = sorted((r for view in views for r in view.registers), key=lambda r: r.is_grouped)
    shown = [v for v in views if v.item.category == category]
    context = {
        "plan": views[0].item.plan if views else queries.current_plan(),
        "today": today,
        "counts": counts,
        "category": category,
        "category_label": queries.CATEGORIES.get(category, ""),
        "items": [{"view": v, "registers": _with_meters(v)} for v in shown],
        "measured": sum(bool(v.registers) for v in shown),
        "overdue": sum(v.outcome == "over" for v in shown),
        "registers": [(r, charts.channels(r) if r.is_grouped else None) for r in registers],
        "checklists": [(c, charts.checklist_meter(c)) for c in queries.checklist_views()],
        "swapped": htmx.wants_fragment(request),
    }
    regions = {"national-targets": "strategy/national/_targets.html"}
    return htmx.render(request, "strategy/national/home.html", context, regions=regions)


def _with_meters(view: queries.ItemView) -> list[tuple[queries.RegisterView, Meter]]:
    return [(r, charts.register_meter(r)) for r in view.registers]


@require_GET
@requires(Permission.READ)
def item(request: Request, key: str) -> HttpResponse:
    rows = PriorityItem.objects.select_related("plan").prefetch_related("targets", queries.with_registers())
    view = queries.item_view(get_object_or_404(rows, key=key), timezone.localdate())
    context = {
        "view": view,
        "registers": _with_meters(view),
        "mapped_from": ItemMapping.objects.filter(target=view.item).select_related("source__plan"),
        "mapped_to": ItemMapping.objects.filter(source=view.item).select_related("target__plan"),
        "may_edit": can(request.user, Permission.EDIT_NATIONAL),
    }
    return htmx.render(request, "strategy/national/item.html", context)


@require_GET
@requires(Permission.READ)
def register(request: Request, key: str) -> HttpResponse:
    view = queries.register_view(get_object_or_404(queries.registers(), key=key), timezone.localdate())
    return htmx.render(request, "strategy/national/register.html", _register_context(request, view))


def _register_context(request: Request, view: queries.RegisterView) -> dict[str, Any]:
    may_edit = can(request.user, Permission.EDIT_NATIONAL)
    columns = (PROCEDURE_COLUMNS if view.is_grouped else SYSTEM_COLUMNS) + may_edit
    return {
        "view": view, "register": view.register, "meter": charts.register_meter(view), "may_edit": may_edit,
        "columns": columns, "rate": progress.percent(charts.online_rate(view.entries)),
    }  # fmt: skip


@require_GET
@requires(Permission.READ)
def entry(request: Request, pk: int) -> HttpResponse:
    """One row, which the form's 「やめる」 puts back."""
    row = get_object_or_404(RegisterEntry.objects.select_related("register", "department"), pk=pk)
    if not htmx.wants_fragment(request):
        return htmx.redirect(request, _row_url(row))
    return _entry_row(request, row)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def entry_edit(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(RegisterEntry.objects.select_related("register", "department"), pk=pk)
    form = EntryForm(sent(request), instance=row)
    if request.method == "POST" and stored(form, lambda **kw: services.update_entry(entry=row, by=request.user, **kw)):
        messages.success(request, f"「{row.name}」を保存しました。")
        if not htmx.wants_fragment(request):
            return htmx.redirect(request, _row_url(row))
        return _entry_row(request, row, saved=True)
    context = {
        "form": form, "entry": row, "register": row.register, "back": _row_url(row),
        "columns": (PROCEDURE_COLUMNS if row.group else SYSTEM_COLUMNS) + 1,
    }  # fmt: skip
    return form_page(request, form, context, f"entry-{row.pk}", "entry")


def _entry_row(request: Request, row: RegisterEntry, *, saved: bool = False) -> HttpResponse:
    """The row alone, and after saving also the counts that it changed."""
    today = timezone.localdate()
    register_now = queries.registers().get(pk=row.register_id)
    context = _register_context(request, queries.register_view(register_now, today))
    fresh = next(e for e in context["view"].entries if e.row.pk == row.pk)
    context |= {"entry": fresh, "swapped": True, "saved": saved}
    template = "strategy/national/_entry_row.html"
    return htmx.render(request, template, context, regions={})


def _row_url(row: RegisterEntry) -> str:
    return f"{reverse('national:register', args=[row.register.key])}#entry-{row.pk}"
