"""The save of one axis of a reply."""

from __future__ import annotations

from dataclasses import replace
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
from lib.http import Request
from lib.writes import StaleError
from maturity import panels, queries, services
from rounds.models import Reply


@require_POST
@requires(Permission.READ)
def assess(request: Request, reply_pk: int, axis_pk: int) -> HttpResponse:
    """Save one axis of a reply."""
    reply = get_object_or_404(Reply.objects.select_related("round", "department"), pk=reply_pk)
    check(request.user, Permission.READ_REPLY, reply, hidden=True)
    check(request.user, Permission.ANSWER_REPLY, reply)
    if "maturity" not in reply.round.sections:
        raise Http404
    panel = replace(_panel(panels.sheet(reply, queries.answers_of(reply), editable=True), axis_pk), data=request.POST)
    status = _save(panel, request.user)
    return _saved(request, panel) if status == 200 else _answer(request, panel, status)


def _panel(sheet: panels.Sheet, axis_pk: int) -> panels.Panel:
    found = next((p for p in sheet.panels if p.axis.pk == axis_pk), None)
    if found is None:
        raise Http404
    return found


def _save(panel: panels.Panel, by: Any) -> int:
    """Store what was sent; return the status: 200, 409 for a stale version, 422 for a refused value."""
    form = panel.form
    if not form.is_valid():
        return 422
    try:
        services.save_score(reply=panel.reply, axis=panel.axis, by=by, **form.cleaned_data)
    except ValidationError as error:
        form.add_refusal(error)
        return 409 if isinstance(error, StaleError) else 422
    return 200


def _saved(request: Request, sent: panels.Panel) -> HttpResponse:
    if not htmx.wants_fragment(request):
        messages.success(request, f"「{sent.axis}」の自己評価を保存しました。")
        return htmx.redirect(request, f"{reverse('rounds:reply', args=[sent.reply.pk])}#{sent.id}")
    sheet = panels.sheet(sent.reply, queries.answers_of(sent.reply), editable=True)
    panel = _panel(sheet, sent.axis.pk)
    response = _answer(request, panel, 200, sheet=sheet, whole=sent.form.resolved)
    return htmx.announce(response, "reply-changed")


def _answer(
    request: Request, panel: panels.Panel, status: int, *, sheet: panels.Sheet | None = None, whole: bool = False
) -> HttpResponse:
    """Answer with small pieces around the controls, so that what is being typed meanwhile stays untouched;
    the controls themselves are drawn again only where the form resolved a contradiction (`whole`)."""
    fragment = "maturity/_axis_redrawn.html" if whole else "maturity/_axis_feedback.html"
    context = {"panel": panel, "sheet": sheet, "reply": panel.reply}
    response = htmx.render(
        request, "maturity/axis.html", context, regions={f"{panel.id}-feedback": fragment}, status=status
    )
    if whole:
        response["HX-Retarget"], response["HX-Reswap"] = f"#{panel.id}", "outerHTML"
    return response
