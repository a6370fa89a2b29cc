"""What each role has to do today, as a short list of tasks on its home page."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import FilteredRelation, Q
from django.urls import reverse

from accounts.access import can
from accounts.models import Department, Membership, User
from accounts.roles import Permission
from audit.models import Entry
from dashboard.city import City, replies_of
from lib import fiscal
from lib.wareki import format_date
from meetings import queries as meeting_queries
from meetings.models import Decision
from rounds.models import Reply, Round
from rounds.sections import available, counted
from rounds.states import TURN


@dataclass(frozen=True)
class Task:
    icon: str
    title: str
    note: str
    act: str
    url: str
    primary: bool = False


def secretariat(city: City, drafts: Iterable[tuple[int, str]]) -> list[Task]:
    """Open rounds with what waits in them, the one due first on top, and the drafts of the strategy (no query)."""
    opened = sorted((r for r in city.rounds if r.is_open(city.today)), key=lambda r: (r.due_on, r.pk))
    tasks = [_round_task(r, i == 0, city.today) for i, r in enumerate(opened)]
    if not tasks:
        tasks.append(
            Task("mail-plus", "いま開いている照会はありません", "期間と締切を決めると、全所属に回答の画面ができます。",
                 "照会を始める", reverse("rounds:open"), True)
        )  # fmt: skip
    return [*tasks, *map(_draft_task, drafts)]


def _round_task(round_: Any, first: bool, today: dt.date) -> Task:
    states = Counter(state for _, state in replies_of(round_))
    out = sum(states[key] for key in TURN)
    note = f"確認待ち {states['approved']}課　未提出 {out}課　全{round_.asked}課　{left(round_.due_on, today)}"
    return Task("inbox", round_.title, note, "確認する", reverse("rounds:detail", args=[round_.pk]), first)


def _draft_task(draft: tuple[int, str]) -> Task:
    pk, name = draft
    url = reverse("strategy:plan", args=[pk])
    return Task(
        "pencil-line", f"{name}（下書き）", "公開するまで、事務局と管理者だけが見られます。", "編集を続ける", url
    )


def admin(today: dt.date) -> list[Task]:
    end = fiscal.fiscal_year_end(today)
    ending = Membership.objects.ending_by(end).count()
    last = Entry.objects.first()
    notes = {
        "users": f"{format_date(end, 'long')}までに切れる役割が{ending}件あります。",
        "departments": f"いまの所属は{Department.objects.current().count()}件です。",
        "entries": f"{last.seq if last else 0}件を記録しています。",
    }
    return [
        Task("users", "利用者と役割", notes["users"], "利用者へ", reverse("accounts:users"), True),
        Task("network", "所属", notes["departments"], "所属へ", reverse("accounts:departments")),
        Task("scroll-text", "操作の記録", notes["entries"], "記録へ", reverse("audit:entries")),
    ]


@dataclass(frozen=True)
class ReplyTask:
    reply: Reply
    css: str
    icon: str
    word: str
    left: str
    progress: str
    act: str
    primary: bool


WORDS = {
    "silent": ("todo", "circle-dashed", "未回答"),
    "draft": ("run", "pencil", "下書き"),
    "submitted": ("wait", "clock", "課長の承認待ち"),
    "approved": ("wait", "inbox", "事務局の確認待ち"),
    "returned": ("over", "undo-2", "差し戻し"),
    "sent_back": ("over", "undo-2", "課長からの差し戻し"),
    "accepted": ("done", "circle-check", "受理"),
    "void": ("wait", "archive", "廃止"),
}


ROUND = [f.attname for f in Round._meta.concrete_fields]
REPLY = [f.attname for f in Reply._meta.concrete_fields if f.name != "frozen"]


def rounds_of(department: Department) -> list[tuple[Round, Reply | None]]:
    """Every round, each with the department's reply where it was asked, without what was frozen (1 query)."""
    own = FilteredRelation("replies", condition=Q(replies__department=department))
    read = Round.objects.annotate(own=own).values_list(*ROUND, *(f"own__{name}" for name in REPLY))
    return [_with_reply(row[: len(ROUND)], row[len(ROUND) :], department) for row in read]


def _with_reply(round_values: Any, values: Any, department: Department) -> tuple[Round, Reply | None]:
    round_ = Round.from_db(DEFAULT_DB_ALIAS, ROUND, round_values)
    if values[0] is None:
        return round_, None
    reply = Reply.from_db(DEFAULT_DB_ALIAS, REPLY, values)
    reply.round, reply.department = round_, department
    return round_, reply


def open_replies(rounds: Iterable[tuple[Round, Reply | None]], user: User, today: dt.date) -> list[ReplyTask]:
    """Replies in rounds that are open, with what to press next."""
    opened = [reply for round_, reply in rounds if reply and round_.is_open(today)]
    progress = _progress([reply for reply in opened if reply.is_editable])
    return [_reply_task(reply, user, today, progress.get(reply.pk, "")) for reply in opened]


def _progress(replies: Sequence[Reply]) -> dict[int, str]:
    """By reply id how far each of its parts is (1 query a part, whatever the number of replies)."""
    words: dict[int, list[str]] = {r.pk: [] for r in replies}
    for section in available():
        asked = [r for r in replies if section.key in r.round.sections]
        for pk, (done, total) in counted(section, asked).items() if asked else ():
            if total:  # questions that nobody has to answer are nothing to do
                words[pk].append(f"{section.title} {done}/{total}")
    return {pk: "　".join(parts) for pk, parts in words.items()}


def _reply_task(reply: Reply, user: User, today: dt.date, progress: str) -> ReplyTask:
    standing = "sent_back" if reply.state == "draft" and reply.sent_back_reason else reply.shown_state
    css, icon, word = WORDS[standing]
    act, primary = "見る", False
    if reply.is_editable:
        act, primary = ("直す" if standing in ("returned", "sent_back") else "回答する"), True
    elif reply.state == "submitted" and can(user, Permission.APPROVE_REPLY, reply):
        act, primary = "承認する", True
    return ReplyTask(reply, css, icon, word, left(reply.round.due_on, today), progress, act, primary)


def decisions(department: Department) -> list[Decision]:
    """What a meeting left to the department and is not finished."""
    return meeting_queries.open_of_departments({department.pk})


def left(due_on: dt.date, today: dt.date) -> str:
    """Days to the due date in words."""
    days = (due_on - today).days
    if days > 0:
        return f"あと{days}日"
    return "きょうまで" if days == 0 else f"締切を{-days}日過ぎました"
