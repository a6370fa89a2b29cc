"""管理者's wizard of a reorganisation: prepare, look at all that moves, apply once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services_reorganisation as services
from accounts.access import requires
from accounts.confirming import recently_confirmed
from accounts.forms_reorganisation import FORMS, AssignForm, ReorganisationForm
from accounts.models import DepartmentChange, Reorganisation, change_kind_choices
from accounts.queries_reorganisation import Plan, preview
from accounts.roles import Permission
from lib import fiscal
from lib.forms import PortalForm, status_of
from lib.http import Request


@require_GET
@requires(Permission.MANAGE_ACCOUNTS)
def index(request: Request) -> HttpResponse:
    context = {"rows": Reorganisation.objects.select_related("applied_by")}
    return render(request, "accounts/reorganisations.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def create(request: Request) -> HttpResponse:
    next_april = fiscal.Period(str(fiscal.fiscal_year(timezone.localdate()) + 1)).start
    form = ReorganisationForm(_sent(request), initial={"effective_on": next_april})
    if request.method == "POST" and form.is_valid():
        row = _try(form, lambda: services.create_reorganisation(by=request.user, **form.cleaned_data))
        if row:
            return redirect("accounts:reorganisation", row.pk)
    return render(request, "accounts/reorganisation_new.html", {"form": form}, status=status_of(form))


@require_GET
@requires(Permission.MANAGE_ACCOUNTS)
def detail(request: Request, pk: int) -> HttpResponse:
    return _shown(request, get_object_or_404(Reorganisation.objects.select_related("applied_by"), pk=pk))


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def apply(request: Request, pk: int) -> HttpResponse:
    """Carry out what was shown; a second click finds it done and changes nothing."""
    row = get_object_or_404(Reorganisation, pk=pk)
    try:
        services.apply_reorganisation(
            reorganisation=row, digest=request.POST.get("digest", ""), by=request.user
        )
        messages.success(request, "組織改編を適用しました。引き継いだものは、この画面で確かめられます。")
    except ValidationError as error:
        if error.code != "changed":
            messages.error(request, " ".join(error.messages))
        else:
            return _shown(request, row, " ".join(error.messages))
    return redirect("accounts:reorganisation", pk)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def discard(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(Reorganisation, pk=pk)
    if _told(request, lambda: services.discard_reorganisation(reorganisation=row, by=request.user)):
        messages.success(request, "準備していた組織改編を破棄しました。")
        return redirect("accounts:reorganisations")
    return redirect("accounts:reorganisation", pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def add(request: Request, pk: int, key: str) -> HttpResponse:
    """One change of the kind `key`."""
    row = get_object_or_404(Reorganisation, pk=pk, applied_at__isnull=True)
    if key not in FORMS:
        raise Http404
    form = FORMS[key](_sent(request), reorganisation=row)
    if request.method == "POST" and form.is_valid():
        change = _try(form, lambda: services.add_change(
            reorganisation=row, kind=key, sources=form.sources, targets=form.targets, by=request.user
        ))  # fmt: skip
        if change:
            return redirect(*_next(row, change))
    context = {"form": form, "row": row, "kind": key, "word": dict(change_kind_choices())[key]}
    return render(request, "accounts/change_new.html", context, status=status_of(form))


def _next(row: Reorganisation, change: DepartmentChange) -> tuple[Any, ...]:
    """On to the choice of heirs where there is one, else back to the whole."""
    if _plan(row, change.pk).has_choices:
        return ("accounts:change", change.pk)
    return ("accounts:reorganisation", row.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def assign(request: Request, pk: int) -> HttpResponse:
    """Where each thing of a split or an abolished department goes."""
    change = get_object_or_404(
        DepartmentChange.objects.select_related("reorganisation"), pk=pk, reorganisation__applied_at__isnull=True
    )
    row = change.reorganisation
    plan = _plan(row, pk)
    form = AssignForm(_sent(request), plan=plan)
    if request.method == "POST" and form.is_valid():
        done = _try(form, lambda: services.assign(change=change, assignments=form.assignments, by=request.user))
        if done:
            messages.success(request, "引き継ぎ先を保存しました。")
            return redirect("accounts:reorganisation", row.pk)
    context = {"form": form, "row": row, "plan": plan}
    return render(request, "accounts/change.html", context, status=status_of(form))


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
@recently_confirmed
def remove(request: Request, pk: int) -> HttpResponse:
    change = get_object_or_404(DepartmentChange.objects.select_related("reorganisation"), pk=pk)
    if _told(request, lambda: services.remove_change(change=change, by=request.user)):
        messages.success(request, "変更を取り消しました。")
    return redirect("accounts:reorganisation", change.reorganisation_id)


def _plan(row: Reorganisation, pk: int) -> Plan:
    return next(p for p in preview(row).plans if p.change.pk == pk)


def _shown(request: Request, row: Reorganisation, refusal: str = "") -> HttpResponse:
    found = None if row.applied_at else preview(row)
    context = {
        "row": row, "preview": found, "kinds": change_kind_choices(), "refusal": refusal,
        "is_due": row.effective_on <= timezone.localdate(),
    }  # fmt: skip
    return render(request, "accounts/reorganisation.html", context, status=409 if refusal else 200)


def _sent(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _try(form: PortalForm, act: Any) -> Any:
    """Run a service; a refusal goes onto the form and the answer is None."""
    try:
        return act()
    except ValidationError as error:
        form.add_refusal(error)
        return None


def _told(request: Request, act: Any) -> bool:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    return True
