"""The save of one register row or one indicator of a reply."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import check, requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import status_of
from lib.http import Request
from rounds.models import Reply
from strategy import queries_reported as queries
from strategy.forms.reported import ReportedActualForm, ReportedEntryForm
from strategy.services import reported as services

ENTRY, ACTUAL = "strategy/reported/_entry.html", "strategy/reported/_actual.html"


def _reply(request: Request, pk: int) -> Reply:
    found = get_object_or_404(Reply.objects.select_related("round", "department"), pk=pk)
    check(request.user, Permission.READ_REPLY, found, hidden=True)
    check(request.user, Permission.ANSWER_REPLY, found)
    return found


@require_POST
@requires(Permission.READ)
def report_entry(request: Request, reply_pk: int, pk: int) -> HttpResponse:
    """Save one register row; `answer=no_change` leaves its values as they are."""
    reply = _reply(request, reply_pk)
    form = ReportedEntryForm(request.POST, row=_entry_row(reply, pk))
    no_change = request.POST.get("answer") == "no_change"
    if form.is_valid() or (no_change and "version" in form.cleaned_data):
        try:
            services.report_entry(
                reply=reply, entry=form.row.entry, answer="no_change" if no_change else "given",
                values={} if no_change else form.values, version=form.cleaned_data["version"], by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_refusal(error)
        else:
            form = ReportedEntryForm(row=_entry_row(reply, pk))
    return _answer(request, reply, form, ENTRY)


@require_POST
@requires(Permission.READ)
def report_actual(request: Request, reply_pk: int, pk: int) -> HttpResponse:
    """Save the figure of one indicator; `answer=unknown` says that it cannot be given, with a comment."""
    reply = _reply(request, reply_pk)
    form = ReportedActualForm(request.POST, row=_actual_row(reply, pk))
    unknown = request.POST.get("answer") == "unknown"
    if form.is_valid():
        try:
            services.report_actual(
                reply=reply, indicator=form.row.indicator, answer="unknown" if unknown else "given",
                values={} if unknown else form.values, comment=form.cleaned_data["comment"],
                version=form.cleaned_data["version"], by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_refusal(error)
        else:
            form = ReportedActualForm(row=_actual_row(reply, pk))
    return _answer(request, reply, form, ACTUAL)


def _entry_row(reply: Reply, pk: int) -> queries.EntryRow:
    rows = queries.entry_rows(reply) if "registers" in reply.round.sections else []
    return _found(row for row in rows if row.entry.pk == pk)


def _actual_row(reply: Reply, pk: int) -> queries.ActualRow:
    rows = queries.actual_rows(reply) if "indicators" in reply.round.sections else []
    return _found(row for row in rows if row.indicator.pk == pk)


def _found(rows: Any) -> Any:
    row = next(rows, None)
    if row is None:
        raise Http404
    return row


def _answer(request: Request, reply: Reply, form: Any, template: str) -> HttpResponse:
    if not form.errors and not htmx.wants_fragment(request):
        messages.success(request, "保存しました。")
        return htmx.redirect(request, f"{reverse('rounds:reply', args=[reply.pk])}#{form.row.anchor}")
    context = {"form": form, "reply": reply, "editable": True, "saved": not form.errors, "row_template": template}
    context |= {"day": services.day_of(reply)}
    regions = {form.row.anchor: template}
    response = htmx.render(
        request, "strategy/reported/row.html", context, regions=regions, status=status_of(form)
    )
    return htmx.announce(response, "reply-changed")
