"""One department's reply: its page, its standing, and the department's acts on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, check, requires
from accounts.roles import Permission
from exchange.sheets import Book, find
from lib import htmx
from lib.http import Request, number_of
from lib.reads import mark_draft
from rounds import frozen as freezing
from rounds import sections, services
from rounds.forms import VersionForm
from rounds.models import Reply
from rounds.queries import Part, parts_of, read, reply_page
from rounds.states import FINISHED
from rounds.views.corrections import Act, with_reason

NAMED = 8
SEND_BACK = Act(
    "推進員に差し戻す",
    "回答は下書きに戻り、推進員がもう一度入力できます。入力した内容は残ります。",
    "推進員の回答画面に表示します。操作の記録にも残ります。", "差し戻す", "undo-2", "推進員に差し戻しました。",
    services.send_back_reply,
)  # fmt: skip


@dataclass(frozen=True)
class Acts:
    """What this reader may do with this reply today."""

    open: bool
    edit: bool
    approve: bool
    withdraw: bool
    accept: bool
    send_back: bool
    reopen: bool
    correct: bool
    void: bool
    as_lead: bool
    as_secretariat: bool


def acts(request: Request, reply: Reply) -> Acts:
    user, state = request.user, reply.state
    today = timezone.localdate()
    is_open = reply.is_open(today)
    answers = can(user, Permission.ANSWER_REPLY, reply)
    leads = can(user, Permission.APPROVE_REPLY, reply)
    runs = can(user, Permission.RUN_ROUND)
    taken_back = (state == "submitted" and answers) or (state == "approved" and leads)
    return Acts(
        open=is_open,
        edit=is_open and answers and reply.is_editable,
        approve=is_open and leads and state == "submitted",
        withdraw=is_open and taken_back and not runs,
        accept=runs and state == "approved",
        send_back=is_open and runs and state in ("submitted", "approved"),
        reopen=runs and (state == "void" or (not is_open and state in ("draft", "returned", "submitted"))),
        correct=runs and state == "accepted",
        void=runs and state not in FINISHED and reply.is_orphan(today),
        as_lead=leads, as_secretariat=runs,
    )  # fmt: skip


@dataclass(frozen=True)
class Overview:
    """How far the whole reply is: the standing of every section, added up."""

    parts: list[Part]

    @property
    def done(self) -> int:
        return sum(p.standing.done for p in self.parts)

    @property
    def total(self) -> int:
        return sum(p.standing.total for p in self.parts)

    @property
    def dots(self) -> list[sections.Dot]:
        return [d for p in self.parts for d in p.standing.dots]

    @property
    def missing(self) -> list[sections.Missing]:
        return [m for p in self.parts for m in p.standing.missing]

    @property
    def named(self) -> list[sections.Missing]:
        return self.missing[:NAMED]

    @property
    def unnamed(self) -> int:
        """How many missing things the submit bar counts without naming them."""
        return max(0, len(self.missing) - NAMED)


def _found(pk: int) -> Reply:
    found = reply_page(pk)
    if found is None:
        raise Http404
    return found


def readable(request: Request, pk: int) -> Reply:
    """The reply, if this reader may see drafts of its department."""
    found = _found(pk)
    check(request.user, Permission.READ_REPLY, found, hidden=True)
    return found


@require_GET
@requires(Permission.READ)
def reply(request: Request, pk: int) -> HttpResponse:
    found = _found(pk)
    if not can(request.user, Permission.READ_REPLY, found):
        if found.state != "accepted":
            return _carried_on(request, found)
        return redirect("rounds:frozen", pk)
    return page(request, found)


def _carried_on(request: Request, old: Reply) -> HttpResponse:
    """To the reply of the reader's department that took over this one in a reorganisation: links outlive those."""
    own = request.user.department_ids()
    heirs = Reply.objects.filter(round=old.round_id, department__in=own, department__predecessors=old.department_id)
    heir = heirs.select_related("department").first() if old.state == "void" else None
    if heir is None:
        raise Http404
    messages.info(request, f"{old.department}の回答は、組織改編により{heir.department}の回答に引き継がれています。")
    return redirect("rounds:reply", heir.pk)


def page(request: Request, found: Reply, *, status: int = 200) -> HttpResponse:
    allowed = acts(request, found)
    if found.state != "accepted":
        mark_draft(request, found.department_id, str(found))
    asked = read(found)
    by_office = {name: getattr(found, name) for name in ("submitted_in_place", "approved_in_place")}
    context = {
        "reply": found, "round": found.round, "acts": allowed, "editable": allowed.edit,
        "overview": Overview(parts_of(found, asked)), "steps": freezing.steps(found, **by_office),
        "sections": [(s, s.context(found, request.user, stored)) for s, stored in asked],
        "attachments": found.files, "remarks": found.remarks.all(),
        "orphan": found.is_orphan(timezone.localdate()),
        "workbooks": _workbooks(request, asked) if allowed.edit else [],
    }  # fmt: skip
    return htmx.render(request, "rounds/reply.html", context, status=status)


def _workbooks(request: Request, asked: Iterable[tuple[sections.Section, Any]]) -> list[Book]:
    """Those that go by rounds and fill in a part of this one; they have the keys of the parts."""
    books = (find(section.key) for section, _ in asked)
    return [b for b in books if b and b.scope and b.allows(request.user)]


@require_GET
@requires(Permission.READ)
def standing(request: Request, pk: int) -> HttpResponse:
    found = readable(request, pk)
    if not htmx.wants_fragment(request):
        return redirect("rounds:reply", pk)
    allowed = acts(request, found)
    context = {
        "reply": found, "round": found.round, "acts": allowed, "editable": allowed.edit,
        "overview": Overview(parts_of(found)),
    }  # fmt: skip
    return htmx.render(request, "rounds/_standing.html", context)


@require_POST
@requires(Permission.READ)
def submit(request: Request, pk: int) -> HttpResponse:
    found = readable(request, pk)
    check(request.user, Permission.ANSWER_REPLY, found)
    approve_now = can(request.user, Permission.APPROVE_REPLY, found)
    done = "提出しました。事務局の確認を待っています。" if approve_now else "課長の承認へ進めました。"
    return _act(request, found, services.submit_reply, done, approve=approve_now)


@require_POST
@requires(Permission.READ)
def approve(request: Request, pk: int) -> HttpResponse:
    found = readable(request, pk)
    check(request.user, Permission.APPROVE_REPLY, found)
    return _act(request, found, services.approve_reply, "承認しました。事務局の確認を待っています。")


@require_POST
@requires(Permission.READ)
def withdraw(request: Request, pk: int) -> HttpResponse:
    found = readable(request, pk)
    needed = Permission.APPROVE_REPLY if found.state == "approved" else Permission.ANSWER_REPLY
    check(request.user, needed, found)
    return _act(request, found, services.withdraw_reply, "下書きに戻しました。直してからもう一度提出してください。")


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def send_back(request: Request, pk: int) -> HttpResponse:
    found = readable(request, pk)
    check(request.user, Permission.APPROVE_REPLY, found)
    if request.method == "GET" and found.state != "submitted":
        messages.error(request, f"{found.department}の回答は、承認を待っていないため、差し戻せません。")
        return redirect("rounds:reply", pk)
    mark_draft(request, found.department_id, str(found))
    return with_reason(request, found, SEND_BACK)


def _act(request: Request, found: Reply, service: Callable[..., Reply], done: str, **values: Any) -> HttpResponse:
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        service(reply=found, version=version, by=request.user, **values)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        status = 422 if getattr(error, "code", "") == "missing" else 409
        return page(request, readable(request, found.pk), status=status)
    messages.success(request, done)
    return htmx.redirect(request, reverse("rounds:reply", args=[found.pk]))


@require_GET
@requires(Permission.READ)
def frozen(request: Request, pk: int) -> HttpResponse:
    """What was accepted: the newest version, or `?version=` of those before a correction."""
    found = get_object_or_404(Reply.objects.with_people(), pk=pk)
    versions = freezing.versions(found)
    asked = number_of(request.GET.get("version", ""))
    wanted = len(versions) if asked is None else asked
    shown = next((v for v in versions if v.number == wanted), None)
    if shown is None:
        raise Http404
    context = {
        "reply": found, "content": shown.content, "steps": freezing.shown_steps(shown.content), "shown": shown,
        "versions": versions, "correcting": found.state != "accepted",
    }  # fmt: skip
    return htmx.render(request, "rounds/frozen.html", context)
