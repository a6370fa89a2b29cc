"""The 当初 rows of one department's actions in one table, filled in like a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import check, department_scope, requires
from accounts.models import Department
from accounts.roles import Permission
from actions import money, queries_money
from actions.forms.budgets import GridBudgetForm
from actions.models import Action, Budget, FundingProgramme
from actions.services.budgets import BudgetChange, BudgetsRefused, save_budgets
from actions.views.budgets import asked_year
from lib import fiscal, htmx
from lib.http import Request, number_of

ROW = re.compile(r"b([0-9]{1,15})-version")
FOREIGN = "この表にない行が送られました。画面を開き直してから、もう一度入力してください。"
NOTHING = "保存する行が送られていません。画面を開き直してください。"


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def grid(request: Request) -> HttpResponse:
    check(request.user, Permission.EDIT_ACTION)
    departments = list(_departments(request))
    wanted = number_of(request.GET.get("department", ""))
    department = next((d for d in departments if d.pk == wanted), None)
    if wanted and department is None:
        check(request.user, Permission.EDIT_ACTION, Department(pk=wanted))
    department = department or (departments[0] if departments else None)
    year = asked_year(request)
    forms = _forms(request, department, year) if department else []
    refusal = _refusal(request, forms)
    if request.method == "POST" and not refusal and (done := _save(request, forms, year)) is not None:
        messages.success(request, f"{done}行を保存しました。" if done else "変わった行はありませんでした。")
        return htmx.redirect(request, _here(department, year))
    context = {
        "forms": forms, "refusal": refusal, "refused": [f for f in forms if f.errors], "department": department,
        "departments": departments, "year": year, "period": fiscal.Period(str(year)),
        "years": [(y, fiscal.Period(str(y)).label) for y in queries_money.years_known(timezone.localdate())],
        "columns": [*money.STAGES.values(), *money.SOURCES.values(), "財源の制度"],
    }  # fmt: skip
    return htmx.render(request, "actions/money/grid.html", context, status=_status(forms, refusal))


def _here(department: Department | None, year: int) -> str:
    return f"{reverse('actions:budget_grid')}?year={year}&department={department.pk if department else ''}"


def _departments(request: Request) -> QuerySet:
    """Departments that lead something and for which the reader may write; the reader's own first."""
    led = Action.objects.live().values("lead_department")
    rows = Department.objects.filter(pk__in=led)
    scope = department_scope(request.user, Permission.EDIT_ACTION)
    return rows if scope is None else rows.filter(pk__in=scope)


def _forms(request: Request, department: Department, year: int) -> list[GridBudgetForm]:
    """One form an action that runs in the year or has a row of it; one that nobody touched shows what is stored."""
    data = request.POST if request.method == "POST" else None
    held = Budget.objects.of_year(year).initial().filter(action__lead_department=department)
    stored = {b.action_id: b for b in held.select_related("programme", "action")}
    running = queries_money.running_in(year).filter(lead_department=department).values("pk")
    actions = Action.objects.live().filter(lead_department=department)
    rows = actions.filter(Q(pk__in=running) | Q(pk__in=list(stored))).order_by("code", "pk")
    choices = [(p.pk, str(p)) for p in FundingProgramme.objects.valid_in(year)]

    def form(action: Action, sent: object) -> GridBudgetForm:
        instance = stored.get(action.pk) or Budget(action=action, fiscal_year=year)
        return GridBudgetForm(sent, instance=instance, action=action, choices=choices)

    made = [form(action, data) for action in rows]
    return [f if f.is_touched else form(f.action, None) for f in made]


def _refusal(request: Request, forms: Sequence[GridBudgetForm]) -> str:
    if request.method != "POST":
        return ""
    named = {int(match[1]) for name in request.POST if (match := ROW.fullmatch(name))}
    if named - {form.action.pk for form in forms}:
        return FOREIGN
    return "" if named else NOTHING


def _save(request: Request, forms: Sequence[GridBudgetForm], year: int) -> int | None:
    """Store the touched rows together; None when any is refused, and its form says why."""
    touched = [form for form in forms if form.is_bound]
    if sum(not form.is_valid() for form in touched):
        return None
    rows = [BudgetChange(form.action, form.cleaned_data["version"] or 0, form.values) for form in touched]
    try:
        return save_budgets(rows=rows, fiscal_year=year, by=request.user)
    except BudgetsRefused as refused:
        for form in touched:
            if error := refused.rows.get(form.action.pk):
                form.add_refusal(error)
        return None


def _status(forms: Sequence[GridBudgetForm], refusal: str) -> int:
    wrong = [f for f in forms if f.errors]
    if not wrong and not refusal:
        return 200
    stale = [any(e.code == "stale" for e in f.non_field_errors().as_data()) for f in wrong]
    return 409 if stale and all(stale) else 422
