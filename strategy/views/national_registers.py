"""All rows of a register in one table, to be filled in with the keyboard."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.models import Department
from accounts.roles import Permission
from lib import htmx
from lib.http import Request
from strategy.forms.national import GridEntryForm
from strategy.models import Register
from strategy.services.registers import EntryChange, RowsRefused, update_entries
from strategy.views.national_common import sent

ROW = re.compile(r"e([0-9]{1,15})-version")
FOREIGN = "この登録簿にない行が送られました。画面を開き直してから、もう一度入力してください。"
NOTHING = "保存する行が送られていません。画面を開き直してください。"


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def register_bulk(request: Request, key: str) -> HttpResponse:
    register = get_object_or_404(Register.objects.select_related("item__plan"), key=key)
    forms = _forms(request, register)
    refusal = _refusal(request, forms)
    if request.method == "POST" and not refusal and (done := _save(request, forms)) is not None:
        words = f"{done}行を保存しました。" if done else "変わった行はありませんでした。"
        messages.success(request, words)
        return htmx.redirect(request, reverse("national:register", args=[register.key]))
    context = {
        "register": register, "forms": forms, "refusal": refusal,
        "refused": [f for f in forms if f.errors],
        "columns": [cell.label for cell in forms[0].cells] if forms else [],
    }  # fmt: skip
    page = "strategy/national/register_bulk.html"
    return htmx.render(request, page, context, status=_status(forms, refusal))


def _forms(request: Request, register: Register) -> list[GridEntryForm]:
    """One form a row; a row that nobody touched is shown as it is stored now."""
    departments = list(Department.objects.current().values_list("pk", "short_name"))
    data = sent(request)
    rows = register.entries.select_related("department", "register")
    forms = [GridEntryForm(data, instance=row, departments=departments) for row in rows]
    return [f if f.is_touched else GridEntryForm(None, instance=f.instance, departments=departments) for f in forms]


def _refusal(request: Request, forms: Sequence[GridEntryForm]) -> str:
    if request.method != "POST":
        return ""
    named = {int(match[1]) for name in request.POST if (match := ROW.fullmatch(name))}
    if named - {form.instance.pk for form in forms}:
        return FOREIGN
    return "" if named else NOTHING


def _save(request: Request, forms: Sequence[GridEntryForm]) -> int | None:
    """Store the touched rows together; None when any is refused, and its form says why."""
    touched = [form for form in forms if form.is_bound]
    if sum(not form.is_valid() for form in touched):
        return None
    rows = [EntryChange(form.instance, form.cleaned_data["version"], form.values) for form in touched]
    try:
        return update_entries(rows=rows, by=request.user)
    except RowsRefused as refused:
        for form in touched:
            if error := refused.rows.get(form.instance.pk):
                form.add_refusal(error)
        return None


def _status(forms: Sequence[GridEntryForm], refusal: str) -> int:
    wrong = [f for f in forms if f.errors]
    if not wrong and not refusal:
        return 200
    stale = [any(e.code == "stale" for e in f.non_field_errors().as_data()) for f in wrong]
    return 409 if stale and all(stale) else 422
