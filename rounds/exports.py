"""Lists of the rounds as files: the rounds, and where the replies of one stand."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.roles import Permission
from exchange.lists import Head, ListExport, Named, Shown, register
from lib import listing
from lib.http import Request
from rounds.burden import minutes_between
from rounds.models import Reply, Round
from rounds.states import REPLY_STATES, phase
from rounds.views.rounds import SORTS

STATES = ("silent", "draft", "submitted", "approved", "returned", "accepted", "void")
ROUND_HEADS = (
    Head("件名", "title"), Head("対象の期間", "period"), Head("開始日", "opens_on", "date"),
    Head("回答の期限", "due_on", "date"), Head("状態", "phase"), Head("対象の課", "departments", "number"),
    *(Head(REPLY_STATES[key].label, key, "number", "課の数") for key in STATES),
)  # fmt: skip
REPLY_HEADS = (
    Head("部", "division"), Head("所属", "department"), Head("状態", "state"), Head("入力開始", "started_at", "moment"),
    Head("提出", "submitted_at", "moment"), Head("期限後", "late"), Head("課長の承認", "approved_at", "moment"),
    Head("受理", "accepted_at", "moment"), Head("差し戻し", "returned_at", "moment"),
    Head("答えた項目の数", "asked", "number"), Head("入力開始から提出まで", "minutes", "number", "分"),
)  # fmt: skip


def rounds(request: Request) -> Shown:
    today = timezone.localdate()
    rows = listing.ordered(request, Round.objects.with_counts(), sorts=SORTS, default="-period")
    return Shown("照会", ROUND_HEADS, (_round(r, today) for r in rows))


def _round(row: Any, today: Any) -> list[Any]:
    shown = phase(row.opens_on, row.due_on, closed=row.closed_at is not None, today=today)
    return [
        row.title, row.fiscal_period.label, row.opens_on, row.due_on, shown.label, row.n_all,
        *(getattr(row, f"n_{key}") for key in STATES),
    ]  # fmt: skip


def replies(request: Request, pk: int) -> Shown | None:
    round_ = Round.objects.filter(pk=pk).first()
    if round_ is None:
        return None
    rows = round_.replies.light().grouped()
    return Shown(f"{round_}　回答の状況", REPLY_HEADS, (_reply(r) for r in rows))


def _reply(row: Reply) -> list[Any]:
    division = row.department.parent
    return [
        division.name if division else None, row.department.name, REPLY_STATES[row.shown_state].label, row.started_at,
        row.submitted_at, "期限後" if row.is_late else None, row.approved_at, row.accepted_at, row.returned_at,
        row.asked, minutes_between(row.started_at, row.handed_in_at),
    ]  # fmt: skip


def all_rounds(request: Request) -> Named:
    return Round.objects.values_list("pk", "title")


def register_all() -> None:
    register(ListExport("rounds", "照会", Permission.READ, rounds))
    register(ListExport("replies", "1つの照会の回答の状況", Permission.READ, replies, all_rounds))
