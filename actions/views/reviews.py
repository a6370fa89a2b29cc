"""The review of a 導入計画書: who scores with what, each reviewer's sheet, the decision."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import check, requires
from accounts.roles import Permission
from actions import scoring
from actions.forms.proposals import DecisionForm, SheetForm, StartForm
from actions.forms.reports import refuse
from actions.models import Proposal
from actions.queries_proposals import own_sheet, result
from actions.services import proposals as services
from actions.views.proposals import found_proposal
from lib.forms import PortalForm
from lib.http import Request


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def start(request: Request, pk: int) -> HttpResponse:
    proposal = _decidable(request, pk)
    form = StartForm(request.POST or None, initial={"version": proposal.version})
    if request.method == "GET":
        return _page(request, "start", proposal, form)
    if not form.is_valid():
        return _page(request, "start", proposal, form, status=422)
    data = form.cleaned_data
    try:
        services.start_review(
            proposal=proposal, version=data["version"], layers=list(data["layer"]),
            reviewers=list(data["reviewers"]), by=request.user,
        )  # fmt: skip
    except ValidationError as error:
        return _page(request, "start", proposal, form, status=refuse(form, error))
    messages.success(request, "審査を始めました。審査員の画面に、この導入計画書が表示されます。")
    return redirect("actions:proposal", pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def sheet(request: Request, pk: int) -> HttpResponse:
    proposal = found_proposal(request, pk)
    own = own_sheet(proposal, request.user)
    if own is None:
        raise Http404
    form = SheetForm(request.POST if request.method == "POST" else None, sheet=own)
    if request.method == "GET":
        return _page(request, "sheet", proposal, form)
    if not form.is_valid():
        return _page(request, "sheet", proposal, form, status=422)
    data = form.cleaned_data
    try:
        services.save_sheet(
            sheet=own, version=data["version"], scores=form.scores, comment=data["comment"], done=data["done"],
            by=request.user,
        )  # fmt: skip
    except ValidationError as error:
        return _page(request, "sheet", proposal, form, status=refuse(form, error))
    messages.success(request, "審査票を保存しました。決定までは、何度でも直せます。")
    return redirect("actions:proposal", pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def decide(request: Request, pk: int) -> HttpResponse:
    proposal = _decidable(request, pk)
    only_return = proposal.state == "submitted"
    form = DecisionForm(request.POST or None, only_return=only_return, initial={"version": proposal.version})
    if request.method == "GET":
        return _page(request, "decide", proposal, form)
    if not form.is_valid():
        return _page(request, "decide", proposal, form, status=422)
    data = form.cleaned_data
    try:
        review = services.decide_proposal(
            proposal=proposal, version=data["version"], decision=data["decision"], reason=data["reason"],
            by=request.user,
        )  # fmt: skip
    except ValidationError as error:
        return _page(request, "decide", proposal, form, status=refuse(form, error))
    messages.success(request, f"「{review.get_decision_display()}」に決定しました。")
    return redirect("actions:proposal", pk)


def _decidable(request: Request, pk: int) -> Proposal:
    proposal = found_proposal(request, pk)
    check(request.user, Permission.DECIDE_PROPOSAL)
    return proposal


def _page(request: Request, name: str, proposal: Proposal, form: PortalForm, status: int = 200) -> HttpResponse:
    open_review = proposal.reviews.filter(decision="").first()
    context = {
        "form": form, "proposal": proposal, "words": scoring.WORDS.items(),
        "result": result(open_review) if open_review and name == "decide" else None,
    }  # fmt: skip
    return render(request, f"actions/proposals/{name}.html", context, status=status)
