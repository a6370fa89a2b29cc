"""What nobody is responsible for, and handing it to somebody."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import can, check, requires
from accounts.forms_reorganisation import AdoptForm
from accounts.holdings import Orphan
from accounts.queries_reorganisation import orphans
from accounts.roles import Permission
from accounts.services_reorganisation import adopt
from lib.forms import status_of
from lib.http import Request


@require_http_methods(["GET", "POST"])
@requires(Permission.READ_ORPHANS)
def index(request: Request) -> HttpResponse:
    if request.method == "POST":
        check(request.user, Permission.MANAGE_ACCOUNTS)
    form = AdoptForm(request.POST if request.method == "POST" else None)
    keys = request.POST.getlist("orphans")
    if request.method == "POST" and form.is_valid():
        heir = form.cleaned_data["department"]
        try:
            count = adopt(keys=keys, department=heir, by=request.user)
        except ValidationError as error:
            form.add_refusal(error)
        else:
            messages.success(request, f"{count}件を{heir}に引き継ぎました。")
            return redirect("accounts:orphans")
    found = orphans(timezone.localdate())
    is_admin = can(request.user, Permission.MANAGE_ACCOUNTS)
    context = {
        "is_admin": is_admin, "form": form, "groups": _grouped(found), "count": len(found), "ticked": set(keys),
        "may_adopt": is_admin and any(o.adoptable for o in found),
    }  # fmt: skip
    return render(request, "accounts/orphans.html", context, status=status_of(form))


def _grouped(found: list[Orphan]) -> list[tuple[str, list[Orphan]]]:
    groups: dict[str, list[Orphan]] = {}
    for orphan in found:
        groups.setdefault(orphan.noun, []).append(orphan)
    return list(groups.items())
