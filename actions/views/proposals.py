"""導入計画書 as the department writes it, and as everyone reads it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, check, department_scope, requires
from accounts.models import Department
from accounts.roles import Permission
from actions.forms.proposals import ProposalForm
from actions.forms.reports import refuse
from actions.models import Proposal, proposal_state_choices
from actions.queries_proposals import own_sheet, shown_results
from actions.querysets_proposals import ProposalQuerySet
from actions.services import proposals as services
from lib import htmx, listing
from lib.filters import PickFilter, PortalFilterSet
from lib.http import Request, number_of
from lib.reads import mark_draft

COLUMNS = (
    ("state", "状態"), ("title", "件名"), ("department", "所属"), ("submitted", "提出"), ("decision", "決定"),
    ("action", "できた取組"),
)  # fmt: skip
SORTS = {
    "state": ["state"], "title": ["title"], "department": ["department__order"],
    "submitted": [listing.blanks_last("-submitted_at")], "updated": ["-updated_at"],
}  # fmt: skip


def _departments(request: Request) -> QuerySet:
    """Those with a proposal that the reader may know of."""
    return Department.objects.filter(pk__in=visible_proposals(request).order_by().values("department"))


class ProposalFilter(PortalFilterSet):
    q = django_filters.CharFilter(label="件名・内容", method="by_text")
    department = PickFilter(label="所属", queryset=_departments)
    state = django_filters.ChoiceFilter(label="状態", choices=proposal_state_choices, empty_label="すべて")

    class Meta:
        model = Proposal
        fields = ()

    def by_text(self, rows: ProposalQuerySet, name: str, value: str) -> ProposalQuerySet:
        return rows.found(value)


@require_GET
@requires(Permission.READ)
def index(request: Request) -> HttpResponse:
    found = ProposalFilter(request.GET, request=request, queryset=visible_proposals(request))
    page = listing.build(request, found.qs, columns=COLUMNS, sorts=SORTS, default="updated")
    context = {
        "filter": found, "listing": page, "rows": [(p, last_review(p)) for p in page.page],
        "may_write": can(request.user, Permission.WRITE_PROPOSAL),
    }  # fmt: skip
    regions = {"proposals": "actions/proposals/_list.html"}
    return htmx.render(request, "actions/proposals/list.html", context, regions=regions)


def visible_proposals(request: Request) -> ProposalQuerySet:
    """What the reader may know of, with what a list shows."""
    scope = department_scope(request.user, Permission.WRITE_PROPOSAL)
    rows = Proposal.objects.visible_to(request.user, scope)
    return rows.select_related("department", "action").prefetch_related("reviews")


def last_review(proposal: Proposal) -> Any:
    """The latest review (prefetched)."""
    return max(proposal.reviews.all(), key=lambda r: r.number, default=None)


@require_GET
@requires(Permission.READ)
def detail(request: Request, pk: int) -> HttpResponse:
    proposal = found_proposal(request, pk)
    user, reviews = request.user, list(proposal.reviews.select_related("decided_by", "started_by"))
    last = reviews[-1] if reviews else None
    decides = can(user, Permission.DECIDE_PROPOSAL)
    shown = shown_results(reviews, decides=decides)
    writes = can(user, Permission.WRITE_PROPOSAL, proposal)
    submits = can(user, Permission.SUBMIT_PROPOSAL, proposal)
    may_act = can(user, Permission.EDIT_ACTION, proposal) and services.may_become_action(proposal)
    context = {
        "proposal": proposal, "last": last, "results": shown, "sheet": own_sheet(proposal, user),
        "returned": last if last and last.decision == "returned" and proposal.state == "draft" else None,
        "may_edit": writes and proposal.state == "draft", "may_submit": submits and proposal.state == "draft",
        "may_withdraw": submits and proposal.state == "submitted",
        "may_start": decides and proposal.state == "submitted",
        "may_decide": decides and proposal.state in ("submitted", "reviewing"),
        "may_delete": writes and proposal.state == "draft" and not reviews, "may_act": may_act,
    }  # fmt: skip
    return render(request, "actions/proposals/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def create(request: Request) -> HttpResponse:
    check(request.user, Permission.WRITE_PROPOSAL)
    form = ProposalForm(_sent(request), user=request.user, initial=_own_department(request))
    if request.method == "GET":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        proposal = services.create_proposal(by=request.user, **form.values)
    except ValidationError as error:
        return _page(request, form, status=refuse(form, error))
    messages.success(request, "下書きを保存しました。所属長が提出すると、審査が始まります。")
    return redirect("actions:proposal", proposal.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def edit(request: Request, pk: int) -> HttpResponse:
    proposal = _writable(request, pk)
    title = str(proposal)
    form = ProposalForm(_sent(request), instance=proposal, user=request.user)
    if request.method == "GET":
        return _page(request, form, title)
    if not form.is_valid():
        return _page(request, form, title, status=422)
    version = form.cleaned_data["version"] or 0
    try:
        fresh = _writable(request, pk)
        services.update_proposal(proposal=fresh, version=version, by=request.user, **form.values)
    except ValidationError as error:
        return _page(request, form, title, status=refuse(form, error))
    messages.success(request, "導入計画書を保存しました。")
    return redirect("actions:proposal", pk)


@require_POST
@requires(Permission.READ)
def delete(request: Request, pk: int) -> HttpResponse:
    proposal = _writable(request, pk)
    if _done(request, lambda: services.delete_draft(proposal=proposal, version=_version(request), by=request.user)):
        messages.success(request, "下書きを削除しました。")
        return redirect("actions:proposals")
    return redirect("actions:proposal", pk)


@require_POST
@requires(Permission.READ)
def submit(request: Request, pk: int) -> HttpResponse:
    return _moved(request, pk, services.submit_proposal, "提出しました。事務局が審査を始めます。")


@require_POST
@requires(Permission.READ)
def withdraw(request: Request, pk: int) -> HttpResponse:
    return _moved(request, pk, services.withdraw_proposal, "提出を取り下げました。下書きに戻っています。")


def found_proposal(request: Request, pk: int) -> Proposal:
    """The proposal, if the reader may know of it; else 404."""
    scope = department_scope(request.user, Permission.WRITE_PROPOSAL)
    rows = Proposal.objects.visible_to(request.user, scope)
    found = get_object_or_404(rows.select_related("department", "action", "submitted_by", "written_by"), pk=pk)
    if found.state != "decided":
        mark_draft(request, found.department_id, str(found))
    return found


def asked_proposal(request: Request) -> Proposal | None:
    """The adopted proposal that a new action is made from; None where the address names none."""
    wanted = number_of(request.GET.get("proposal", ""))
    if not wanted:
        return None
    proposal = found_proposal(request, wanted)
    check(request.user, Permission.EDIT_ACTION, proposal)
    return proposal if services.may_become_action(proposal) else None


def _writable(request: Request, pk: int) -> Proposal:
    proposal = found_proposal(request, pk)
    check(request.user, Permission.WRITE_PROPOSAL, proposal)
    return proposal


def _moved(request: Request, pk: int, act: Any, words: str) -> HttpResponse:
    proposal = found_proposal(request, pk)
    check(request.user, Permission.SUBMIT_PROPOSAL, proposal)
    if _done(request, lambda: act(proposal=proposal, version=_version(request), by=request.user)):
        messages.success(request, words)
    return redirect("actions:proposal", pk)


def _done(request: Request, act: Any) -> bool:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    return True


def _version(request: Request) -> int:
    return number_of(request.POST.get("version", "")) or 0


def _own_department(request: Request) -> dict[str, Any]:
    scope = department_scope(request.user, Permission.WRITE_PROPOSAL)
    return {"department": min(scope)} if scope else {}


def _sent(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _page(request: Request, form: ProposalForm, title: str = "", status: int = 200) -> HttpResponse:
    return render(
        request, "actions/proposals/edit.html", {"form": form, "title": title, "proposal": form.instance}, status=status
    )
