"""公開: approve a snapshot, see what goes out, take the files."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import PortalForm, status_of
from lib.http import Request
from meetings import queries_publishing, resources_site
from meetings.content import CorruptError
from meetings.forms_packs import ApproveForm, WithdrawForm
from meetings.models import Publication, Snapshot
from meetings.pack import public
from meetings.services import publishing

WITHDRAWN = "公開の承認を取り消しました。ウェブサイトに載せたファイルは、そちらで取り下げてください。"


@require_GET
@requires(Permission.RUN_MEETING)
def listing(request: Request) -> HttpResponse:
    context = {"rows": queries_publishing.publications(), "candidates": queries_publishing.candidates()}
    return htmx.render(request, "meetings/site/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def approve(request: Request, pk: int) -> HttpResponse:
    """What would go out, and the approval."""
    snapshot = get_object_or_404(Snapshot, pk=pk)
    form = ApproveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(publishing.approve_publication, snapshot=snapshot, note=form.cleaned_data["note"])
        if (made := _done(form, act, request)) is not None:
            messages.success(request, "公開を承認しました。ファイルを書き出せます。")
            return htmx.redirect(request, reverse("meetings:publication", args=[made.pk]))
    context = {"form": form, "snapshot": snapshot} | _preview(snapshot)
    return htmx.render(request, "meetings/site/approve.html", context, status=status_of(form))


def _done(form: PortalForm, act: Any, request: Request) -> Any:
    """The outcome of the act, None when it was refused."""
    try:
        return act(by=request.user) or True
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return None


def _preview(snapshot: Snapshot) -> dict[str, Any]:
    try:
        content = resources_site.coded(snapshot.read())
        return {"tables": list(public.tables(content)), "code": content["city"]["code"]}
    except CorruptError as error:
        return {"problem": str(error)}


@require_GET
@requires(Permission.RUN_MEETING)
def detail(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(Publication.objects.select_related("snapshot"), pk=pk)
    context = {"row": row, "corrected": Snapshot.objects.light().filter(corrects=row.snapshot).first()}
    return htmx.render(request, "meetings/site/detail.html", context | _preview(row.snapshot))


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_MEETING)
def withdraw(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(Publication.objects.select_related("snapshot"), pk=pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(publishing.withdraw_publication, publication=row, reason=form.cleaned_data["reason"])
        if _done(form, act, request) is not None:
            messages.success(request, WITHDRAWN)
            return htmx.redirect(request, reverse("meetings:publication", args=[pk]))
    return htmx.render(request, "meetings/site/withdraw.html", {"form": form, "row": row}, status=status_of(form))


@require_GET
@requires(Permission.RUN_MEETING)
def export(request: Request, pk: int) -> HttpResponse:
    """The zip. Without an approval in force there is none."""
    row = get_object_or_404(Publication.objects.select_related("snapshot"), pk=pk)
    if row.withdrawn_at:
        messages.error(request, "この承認は取り消されているため、書き出せません。")
        return htmx.redirect(request, reverse("meetings:publication", args=[pk]))
    try:
        content = row.snapshot.read()
    except CorruptError as error:
        messages.error(request, f"確定資料が壊れているため、書き出せません。{error}")
        return htmx.redirect(request, reverse("meetings:publication", args=[pk]))
    body = resources_site.archive(content, queries_publishing.release_of(row, row.snapshot))
    publishing.record_export(publication=row, sha256=hashlib.sha256(body).hexdigest(), to="zip", by=request.user)
    response = HttpResponse(body, content_type="application/zip")
    name = f"dx-open-data-{row.snapshot.as_of:%Y%m%d}.zip"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
