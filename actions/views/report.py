"""The report on one action from its own page: into the open round, or ad hoc."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.roles import Permission
from actions import services
from actions.channel import Channel, channel_of
from actions.forms.reports import ActionReportForm, refuse
from actions.models import Action
from actions.queries import row_for
from lib.http import Request
from lib.reads import mark_draft

LACKING = "下書きを保存しましたが、理由が未入力です。理由を入力するまで、回答を提出できません。"


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def report(request: Request, pk: int) -> HttpResponse:
    rows = Action.objects.select_related("lead_department", "last_report")
    action = get_object_or_404(rows, pk=pk)
    channel = channel_of(request.user, action, timezone.localdate())
    if not channel.allowed:
        raise PermissionDenied
    row = row_for(action, channel.reply, timezone.localdate())
    form = ActionReportForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "GET":
        return _page(request, form, channel)
    if not form.is_valid():
        return _page(request, form, channel, status=422)
    try:
        return _saved(request, form, channel)
    except ValidationError as error:
        return _page(request, form, channel, status=refuse(form, error))


def _saved(request: Request, form: ActionReportForm, channel: Channel) -> HttpResponse:
    action = form.row.action
    if channel.reply is None:
        services.ad_hoc_report(action=action, by=request.user, **form.said())
        messages.success(request, "随時報告を記録しました。")
        return redirect("actions:detail", action.pk)
    version = form.cleaned_data["version"]
    services.save_report(action=action, reply=channel.reply, by=request.user, version=version, **form.said())
    if row_for(action, channel.reply, timezone.localdate()).lacks_reason:
        messages.warning(request, LACKING)
        return redirect("actions:report", action.pk)
    messages.success(request, f"「{channel.reply.round}」への回答の下書きとして保存しました。")
    return redirect("actions:detail", action.pk)


def _page(request: Request, form: ActionReportForm, channel: Channel, *, status: int = 200) -> HttpResponse:
    if channel.reply:
        mark_draft(request, channel.reply.department_id, f"{form.row.action} {channel.reply}")
    context = {"form": form, "row": form.row, "action": form.row.action, "reply": channel.reply}
    return render(request, "actions/report.html", context, status=status)
