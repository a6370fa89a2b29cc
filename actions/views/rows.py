"""The rows of a reply's page: each saves itself.

A change in a field saves the whole row. The answer then exchanges only what the server computes
(state, messages, version), never a field: what somebody types meanwhile must stay. The buttons
exchange the whole row. Without JavaScript everything goes back to the reply's page.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import check, requires
from accounts.roles import Permission
from actions import services
from actions.forms.reports import RowForm, refuse
from actions.models import Action
from actions.queries import Row, reply_rows, row_for
from actions.sections import ProgressSection, RowView, may_answer, rest_count
from lib import htmx
from lib.http import Request
from lib.reads import mark_draft
from lib.writes import StaleError
from rounds.models import Reply

CHANGED = "reply-changed"


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def save(request: Request, reply_pk: int, pk: int) -> HttpResponse:
    row = _row(request, reply_pk, pk)
    if request.method == "GET":
        return _opened(request, row)
    form = RowForm(request.POST, row=row)
    if not form.is_valid():
        return _refused(request, form, 422)
    try:
        services.save_report(
            action=row.action, reply=row.reply, by=request.user, version=form.cleaned_data["version"], **form.said()
        )
    except ValidationError as error:
        return _refused(request, form, refuse(form, error))
    if not htmx.wants_fragment(request):
        return _back(row)
    return _parts(request, row_for(row.action, row.reply, timezone.localdate()), None, 200)


def _opened(request: Request, row: Row) -> HttpResponse:
    """The fields of a row that is answered already, with what was said; nothing is taken back by looking."""
    assert row.reply is not None
    mark_draft(request, row.reply.department_id, f"{row.action} {row.reply}")
    view = RowView(row, None, may_answer(row.reply, request.user), opened=True)
    context = {"view": view, "reply": row.reply, "opened": True, "refusal": "", "acted": False}
    template = "actions/_row.html" if htmx.wants_fragment(request) else "actions/row.html"
    return render(request, template, context)


@require_POST
@requires(Permission.READ)
def same(request: Request, reply_pk: int, pk: int) -> HttpResponse:
    row = _row(request, reply_pk, pk)
    form = RowForm(request.POST, row=row)
    try:
        services.mark_no_change(action=row.action, reply=row.reply, by=request.user, version=_seen(form))
    except ValidationError as error:
        return _refused(request, form, refuse(form, error), whole=True)
    return _drawn(request, row)


@require_POST
@requires(Permission.READ)
def undo(request: Request, reply_pk: int, pk: int) -> HttpResponse:
    """Nothing is typed in a row that is taken back, so a refusal shows the row as it now is."""
    row = _row(request, reply_pk, pk)
    version = _seen(RowForm(request.POST, row=row))
    try:
        services.undo_report(action=row.action, reply=row.reply, by=request.user, version=version)
    except ValidationError as error:
        status = 409 if isinstance(error, StaleError) else 422
        return _drawn(request, row, refusal=" ".join(error.messages), status=status)
    return _drawn(request, row)


@require_POST
@requires(Permission.READ)
def rest(request: Request, reply_pk: int) -> HttpResponse:
    reply = _reply(request, reply_pk)
    said, refused = "", ""
    try:
        services.mark_rest_no_change(reply=reply, by=request.user)
    except ValidationError as error:
        refused = " ".join(error.messages)
    part = ProgressSection().context(reply, request.user)
    if not refused:
        said = _rest_words([view.row for view in part["rows"]])
    if htmx.wants_fragment(request):
        context = {"part": part, "said": said, "refused": refused}
        return _changed(render(request, "actions/_section.html", context, status=422 if refused else 200))
    messages.add_message(request, messages.ERROR if refused else messages.SUCCESS, refused or said)
    return redirect(reverse("rounds:reply", args=[reply.pk]) + "#section-progress")


def _rest_words(rows: list[Row]) -> str:
    lacking = sum(1 for r in rows if r.lacks_reason)
    note = f"理由が必要な取組が{lacking}件あります。" if lacking else ""
    return f"残りの取組を「変更なし」にしました。{note}"


def _reply(request: Request, pk: int) -> Reply:
    reply = get_object_or_404(Reply.objects.select_related("round", "department"), pk=pk)
    check(request.user, Permission.READ_REPLY, reply, hidden=True)
    check(request.user, Permission.ANSWER_REPLY, reply)
    if "progress" not in reply.round.sections:
        raise Http404
    return reply


def _row(request: Request, reply_pk: int, pk: int) -> Row:
    reply = _reply(request, reply_pk)
    rows = Action.objects.select_related("lead_department", "last_report")
    row = row_for(get_object_or_404(rows, pk=pk), reply, timezone.localdate())
    if not row.is_led and row.report is None:
        raise Http404
    return row


def _seen(form: RowForm) -> int | None:
    """The version of the draft that the row showed; the other fields do not matter to a button."""
    form.is_valid()
    return form.cleaned_data.get("version")


def _drawn(request: Request, row: Row, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """The row as it is stored now; without JavaScript the reply's page, or the row alone with its refusal."""
    fragment = htmx.wants_fragment(request)
    if not fragment and not refusal:
        return _back(row)
    fresh = row_for(row.action, row.reply, timezone.localdate())
    if fragment:
        return _whole(request, fresh, None, status, refusal=refusal)
    return _alone(request, fresh, None, status, refusal=refusal)


def _refused(request: Request, form: RowForm, status: int, *, whole: bool = False) -> HttpResponse:
    """Show the row with what was typed and why it is not stored."""
    if not htmx.wants_fragment(request):
        return _alone(request, form.row, form, status)
    if whole or status == 409:
        return _whole(request, form.row, form, status)
    return _parts(request, form.row, form, status)


def _alone(request: Request, row: Row, form: RowForm | None, status: int, *, refusal: str = "") -> HttpResponse:
    """A page of the one row, for browsers without JavaScript."""
    assert row.reply is not None
    view = RowView(row, form, may_answer(row.reply, request.user))
    context = {"view": view, "reply": row.reply, "opened": False, "refusal": refusal, "acted": False}
    return render(request, "actions/row.html", context, status=status)


def _whole(request: Request, row: Row, form: RowForm | None, status: int, *, refusal: str = "") -> HttpResponse:
    assert row.reply is not None
    view = RowView(row, form, may_answer(row.reply, request.user))
    context = _context(view) | {"acted": True, "refusal": refusal}
    response = render(request, "actions/_row_answer.html", context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = f"#{row.anchor}", "outerHTML"
    return _changed(response)


def _parts(request: Request, row: Row, form: RowForm | None, status: int) -> HttpResponse:
    context = _context(RowView(row, form, True))
    return _changed(render(request, "actions/_row_parts.html", context, status=status))


def _context(view: RowView) -> dict[str, Any]:
    reply = view.row.reply
    assert reply is not None
    rows = reply_rows(reply, timezone.localdate())
    return {"view": view, "reply": reply, "part": {"reply": reply, "rest": rest_count(rows), "editable": True}}


def _changed(response: HttpResponse) -> HttpResponse:
    """Tell the page that the reply's standing may have moved."""
    return htmx.announce(response, CHANGED)


def _back(row: Row) -> HttpResponse:
    assert row.reply is not None
    return redirect(reverse("rounds:reply", args=[row.reply.pk]) + f"#{row.anchor}")
