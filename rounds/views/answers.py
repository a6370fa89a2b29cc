"""Answering one free question, saying that a remark is dealt with, and the files of a reply."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import can, check, requires
from accounts.roles import Permission
from lib import htmx, uploads
from lib.forms import status_of
from lib.http import Request
from rounds import services, storage
from rounds.files import words
from rounds.forms import AnswerForm
from rounds.models import Attachment, Question, Reply, ReplyRemark
from rounds.queries import line_of
from rounds.views.replies import page, readable

CHANGED = "reply-changed"
log = logging.getLogger(__name__)


def answerable(request: Request, pk: int) -> Reply:
    """The reply, if this reader may enter answers for its department."""
    found = readable(request, pk)
    check(request.user, Permission.ANSWER_REPLY, found)
    return found


@require_POST
@requires(Permission.READ)
def answer(request: Request, pk: int, question_pk: int) -> HttpResponse:
    found = answerable(request, pk)
    question = get_object_or_404(Question, pk=question_pk, round=found.round_id)
    form = AnswerForm(request.POST, line=line_of(found, question))
    if form.is_valid():
        try:
            services.save_answer(reply=found, question=question, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_refusal(error)
        else:
            form = AnswerForm(line=line_of(found, question))
    if not form.errors and not htmx.wants_fragment(request):
        return redirect(reverse("rounds:reply", args=[pk]) + f"#{question.anchor}")
    context = {"form": form, "reply": found, "editable": True, "question": question, "answered": True}
    # Two values beside each other go away with the question that showed them.
    whole = bool(form.conflicts) or "compared" in request.POST
    response = render(request, _template(request, whole), context, status=status_of(form))
    if whole:
        response["HX-Retarget"], response["HX-Reswap"] = f"#{question.anchor}", "outerHTML"
    return htmx.announce(response, CHANGED)


def _template(request: Request, whole: bool) -> str:
    """Pieces for HTMX, so that the field keeps the focus; the whole question where two values were to be compared."""
    if not htmx.wants_fragment(request):
        return "rounds/question.html"
    return "rounds/_question.html" if whole else "rounds/_question_parts.html"


@require_POST
@requires(Permission.READ)
def resolve(request: Request, pk: int) -> HttpResponse:
    remark = get_object_or_404(ReplyRemark.objects.select_related("reply__round", "reply__department"), pk=pk)
    found = answerable(request, remark.reply_id)
    try:
        services.resolve_remark(remark=remark, resolved=request.POST.get("resolved") == "1", by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return page(request, readable(request, found.pk), status=409)
    if not htmx.wants_fragment(request):
        return redirect(reverse("rounds:reply", args=[found.pk]) + "#remarks")
    context = {"reply": found, "remarks": ReplyRemark.objects.filter(reply=found), "editable": True}
    response = render(request, "rounds/_remarks.html", context)
    return htmx.announce(response, CHANGED)


# ---- files


@require_POST
@requires(Permission.READ)
def attach(request: Request, pk: int) -> HttpResponse:
    found = answerable(request, pk)
    try:
        if name := uploads.too_big(request):
            limit = words(settings.ATTACHMENT_MAX_BYTES)
            raise ValidationError(f"「{name}」は大きすぎます。添付できるのは{limit}までです。")
        rows = services.attach_files(reply=found, uploads=request.FILES.getlist("files"), by=request.user)
    except ValidationError as error:
        return _attachments(request, found, refused=" ".join(error.messages))
    return _attachments(request, found, said=f"{'、'.join(r.name for r in rows)}を添付しました。")


@require_POST
@requires(Permission.READ)
def remove(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(Attachment.objects.select_related("reply__round", "reply__department"), pk=pk)
    found = answerable(request, row.reply_id)
    try:
        services.remove_attachment(attachment=row, by=request.user)
    except ValidationError as error:
        return _attachments(request, found, refused=" ".join(error.messages))
    return _attachments(request, found, said=f"{row.name}を外しました。")


def _attachments(request: Request, found: Reply, *, said: str = "", refused: str = "") -> HttpResponse:
    status = 422 if refused else 200
    if not htmx.wants_fragment(request):
        if refused:
            messages.error(request, refused)
            return page(request, readable(request, found.pk), status=status)
        messages.success(request, said)
        return redirect(reverse("rounds:reply", args=[found.pk]) + "#attachments")
    context = {"reply": found, "attachments": found.attachments.present(), "editable": True}
    context |= {"said": said, "refused": refused}
    response = render(request, "rounds/_attachments.html", context, status=status)
    return htmx.announce(response, CHANGED)


@require_GET
@requires(Permission.READ)
def download(request: Request, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Attachment.objects.select_related("reply"), pk=pk)
    official = row.accepted_at is not None
    present = row.removed_at is None and can(request.user, Permission.READ_REPLY, row.reply)
    if not (official or present):
        raise Http404
    try:
        file = storage.path_of(row.stored_name).open("rb")
    except FileNotFoundError:
        log.error("attachment %s has no file", row.pk)
        raise Http404 from None
    response = FileResponse(file, as_attachment=True, filename=row.name, content_type=row.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
