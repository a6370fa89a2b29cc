"""Acts on one reply that ask for a reason on a page of their own; those of 事務局: reopen, correct, end as 廃止."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.roles import Permission
from lib.http import Request
from rounds import services
from rounds.forms import ReasonForm
from rounds.models import Reply


@dataclass(frozen=True)
class Act:
    """One act: its page in words, its service, and what is told afterwards."""

    title: str
    note: str
    help_text: str
    button: str
    icon: str
    done: str
    service: Callable[..., Reply]


REOPEN = Act(
    "この回答だけ受付を再開する",
    "締め切った照会のまま、この所属の回答だけを入力できるようにします。提出すると「期限後」の印が付きます。",
    "操作の記録と回答の画面に残ります。", "受付を再開する", "lock-open", "受付を再開しました。",
    services.reopen_reply,
)  # fmt: skip
CORRECT = Act(
    "受理した回答を訂正する",
    "受理した内容は前の版として残り、回答は差し戻しの状態に戻ります。直して提出し、もう一度受理すると、訂正した内容が公式の値になります。"
    "それまで、取組の公式の値は変わりません。成熟度は、受理し直すまで全庁の集計から外れます。",
    "所属の回答画面と、訂正したあとの公開画面に表示します。", "訂正を始める", "file-pen-line", "訂正を始めました。",
    services.correct_reply,
)  # fmt: skip
VOID = Act(
    "廃止された所属の回答を終える",
    "回答は「廃止」として残ります。受理の件数や未回答の件数には数えません。あとで再開できます。",
    "引き継いだ所属などを書いておくと、あとで分かります。", "廃止として終える", "archive", "廃止として終えました。",
    services.void_reply,
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_ROUND)
def reopen_reply(request: Request, pk: int) -> HttpResponse:
    return with_reason(request, _found(pk), REOPEN)


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_ROUND)
def correct(request: Request, pk: int) -> HttpResponse:
    return with_reason(request, _found(pk), CORRECT)


@require_http_methods(["GET", "POST"])
@requires(Permission.RUN_ROUND)
def void(request: Request, pk: int) -> HttpResponse:
    return with_reason(request, _found(pk), VOID)


def _found(pk: int) -> Reply:
    return get_object_or_404(Reply.objects.with_people(), pk=pk)


def with_reason(request: Request, reply: Reply, act: Act) -> HttpResponse:
    """The page of an act, and the act itself once a reason was given; the caller has checked who may."""
    form = ReasonForm(request.POST or None, reply=reply, help_text=act.help_text)
    if request.method == "POST" and form.is_valid():
        try:
            act.service(reply=reply, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_refusal(error)
        else:
            messages.success(request, f"{reply.department}の回答：{act.done}")
            return redirect("rounds:reply", reply.pk)
    context = {"form": form, "reply": reply, "round": reply.round, "act": act}
    return render(request, "rounds/act.html", context, status=422 if form.errors else 200)
