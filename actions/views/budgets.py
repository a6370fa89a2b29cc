"""Pages of money: the table of a year, totals, what must be requested, and the rows of one action."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, check, department_scope, requires
from accounts.roles import Permission
from actions import money, queries_money
from actions.filters_money import BudgetFilter, SeasonFilter
from actions.forms.budgets import BudgetForm, NewBudgetForm
from actions.forms.reports import refuse
from actions.models import Action, Budget, FundingProgramme
from actions.services import budgets as services
from lib import fiscal, htmx, listing
from lib.http import Request, number_of

COLUMNS = (
    ("code", "取組"), ("department", "担当"), ("requested", "要求額"), ("approved", "予算現額"),
    ("executed", "決算額"), *((name, label) for name, label in money.SOURCES.items()), ("unknown", "内訳の空欄"),
    ("programme", "財源の制度"),
)  # fmt: skip
NUMERIC = {*money.STAGES, *money.SOURCES, "unknown"}
SORTS = {
    "code": ["code"], "department": ["lead_department__order", "lead_department__code"],
    **{stage: [f"sum_{stage}"] for stage in money.STAGES},
}  # fmt: skip
SEASON_COLUMNS = (
    ("code", "取組"), ("department", "担当"), ("reasons", "要求を考える理由"), ("ends_on", "終了予定"), ("act", ""),
)  # fmt: skip
SEASON_SORTS = {
    "code": ["code"], "department": ["lead_department__order", "lead_department__code"], "ends_on": ["ends_on"],
}  # fmt: skip


def asked_year(request: Request) -> int:
    """The fiscal year of the address; this one where it names none that a budget can have."""
    year = number_of(request.GET.get("year", "")) or 0
    return year if services.FIRST_YEAR <= year <= fiscal.LAST_YEAR else fiscal.fiscal_year(timezone.localdate())


def year_links(request: Request, chosen: int) -> list[dict[str, Any]]:
    params = request.GET.copy()
    for name in ("page", "year"):
        params.pop(name, None)
    rest = f"&{params.urlencode()}" if params else ""
    years = queries_money.years_known(timezone.localdate())[:6]
    return [
        {"url": f"?year={y}{rest}", "label": fiscal.Period(str(y)).short_label, "current": y == chosen} for y in years
    ]


@require_GET
@requires(Permission.READ)
def index(request: Request) -> HttpResponse:
    """One row an action, like the sheet that 財政課 asks for, with the sums over the whole filter."""
    year = asked_year(request)
    base = Action.objects.live() if request.GET.get("gap") != "none" else queries_money.running_in(year)
    rows = queries_money.with_year(base, year)
    found = BudgetFilter(request.GET, request=request, queryset=rows, year=year)
    page = listing.build(
        request, found.qs.select_related("lead_department"), columns=COLUMNS, sorts=SORTS, default="code"
    )
    shown = Budget.objects.of_year(year).filter(action__in=found.qs.order_by().values("pk"))
    context = {
        "filter": found, "listing": page, "numeric": NUMERIC, "year": year, "period": fiscal.Period(str(year)),
        "rows": queries_money.rows_of_year(page.page, year), "total": queries_money.total(shown),
        "years": year_links(request, year), "sources": money.SOURCES, **_mays(request),
    }  # fmt: skip
    return htmx.render(request, "actions/money/list.html", context, regions={"budgets": "actions/money/_list.html"})


@require_GET
@requires(Permission.READ)
def totals(request: Request) -> HttpResponse:
    """Sums by department, national item, programme, or fiscal year."""
    by = request.GET.get("by", "department")
    by = by if by in queries_money.GROUPS else "department"
    year = asked_year(request)
    rows = Budget.objects.of_live()
    rows = rows if by == "year" else rows.of_year(year)
    context = {
        "by": by, "groups": queries_money.GROUPS, "head": queries_money.GROUPS[by][0], "year": year,
        "period": fiscal.Period(str(year)), "years": year_links(request, year), "sources": money.SOURCES,
        "rows": queries_money.totals(rows, by), "total": queries_money.total(rows) if by != "year" else None,
    }  # fmt: skip
    regions = {"budget-totals": "actions/money/_totals.html"}
    return htmx.render(request, "actions/money/totals.html", context, regions=regions)


@require_GET
@requires(Permission.READ)
def season(request: Request) -> HttpResponse:
    """What runs next fiscal year without a requested amount."""
    year = queries_money.season_year(timezone.localdate())
    found = SeasonFilter(request.GET, request=request, queryset=queries_money.without_request(year))
    shown = found.qs.select_related("lead_department", "last_report")
    page = listing.build(request, shown, columns=SEASON_COLUMNS, sorts=SEASON_SORTS, default="department")
    scope = department_scope(request.user, Permission.EDIT_ACTION)
    context = {
        "filter": found, "listing": page, "year": year, "period": fiscal.Period(str(year)),
        "rows": queries_money.wanted(page.page, year), "running": queries_money.running_in(year).count(),
        "may_edit": {r.pk for r in page.page if scope is None or r.lead_department_id in scope}, **_mays(request),
    }  # fmt: skip
    return htmx.render(request, "actions/money/season.html", context, regions={"season": "actions/money/_season.html"})


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def create(request: Request, pk: int) -> HttpResponse:
    action = _action(request, pk)
    form = NewBudgetForm(_sent(request), initial={"fiscal_year": asked_year(request), "kind": "initial"})
    if request.method == "GET":
        return _page(request, form, action)
    if not form.is_valid():
        return _page(request, form, action, status=422)
    try:
        budget = services.create_budget(action=action, by=request.user, **form.place, **form.values)
    except ValidationError as error:
        return _page(request, form, action, status=refuse(form, error))
    messages.success(request, f"{budget.year_label}の{budget.kind_label}を登録しました。")
    return redirect(_panel(action))


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def edit(request: Request, pk: int) -> HttpResponse:
    budget = _budget(request, pk)
    form = BudgetForm(_sent(request), instance=budget)
    if request.method == "GET":
        return _page(request, form, budget.action, budget)
    if not form.is_valid():
        return _page(request, form, budget.action, budget, status=422)
    version = form.cleaned_data["version"] or 0
    try:
        services.update_budget(budget=_budget(request, pk), version=version, by=request.user, **form.values)
    except ValidationError as error:
        return _page(request, form, budget.action, budget, status=refuse(form, error))
    messages.success(request, "予算を保存しました。")
    return redirect(_panel(budget.action))


@require_POST
@requires(Permission.READ)
def delete(request: Request, pk: int) -> HttpResponse:
    budget = _budget(request, pk)
    version = number_of(request.POST.get("version", "")) or 0
    try:
        services.delete_budget(budget=budget, version=version, by=request.user)
        words = f"{budget.year_label}の{budget.kind_label}を削除しました。"
        messages.success(request, f"{words}金額は操作の記録に残ります。")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(_panel(budget.action))


def panel(request: Request, action: Action) -> dict[str, Any]:
    """What the action's page shows of money."""
    rows = queries_money.budgets_of(action)
    next_year = queries_money.season_year(timezone.localdate())
    asked = any(r.fiscal_year == next_year and r.requested is not None for r in rows)
    is_over = action.lifecycle in queries_money.ENDED or action.ends_on < fiscal.Period(str(next_year)).start
    return {
        "budgets": rows, "sources": money.SOURCES,
        "request_due": None if asked or is_over or action.archived_at else fiscal.Period(str(next_year)),
        "may_edit_budget": can(request.user, Permission.EDIT_ACTION, action) and not action.archived_at,
    }  # fmt: skip


def _mays(request: Request) -> dict[str, bool]:
    return {
        "may_enter": can(request.user, Permission.EDIT_ACTION),
        "has_programmes": FundingProgramme.objects.exists(),
    }


def _sent(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _panel(action: Action) -> str:
    return reverse("actions:detail", args=[action.pk]) + "#budgets"


def _action(request: Request, pk: int) -> Action:
    action = get_object_or_404(Action.objects.select_related("lead_department", "plan"), pk=pk)
    check(request.user, Permission.EDIT_ACTION, action)
    return action


def _budget(request: Request, pk: int) -> Budget:
    budget = get_object_or_404(Budget.objects.select_related("action__lead_department", "programme"), pk=pk)
    check(request.user, Permission.EDIT_ACTION, budget)
    return budget


def _page(
    request: Request, form: BudgetForm, action: Action, budget: Budget | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "action": action, "budget": budget, "back": _panel(action)}
    return render(request, "actions/money/edit.html", context, status=status)
