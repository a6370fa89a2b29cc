"""Words, icons and colours of replies, rounds and changes (pure), in display order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class ReplyState:
    """A reply's state as shown: `css` colours its badge, `tile` its tile in the monitor, `ink` its word in a legend."""

    key: str
    label: str
    icon: str
    css: str
    tile: str
    ink: str


REPLY_STATES: dict[str, ReplyState] = {
    s.key: s
    for s in (
        ReplyState("accepted", "受理", "circle-check", "done", "acc", "fg-done"),
        ReplyState("approved", "確認待ち", "inbox", "run", "sub2", "fg-key"),
        ReplyState("submitted", "承認待ち", "user-check", "wait", "wait", "fg-run"),
        ReplyState("returned", "差し戻し中", "undo-2", "late", "ret", "fg-late"),
        ReplyState("draft", "下書き", "pencil", "wait", "draft", "fg-todo"),
        ReplyState("silent", "未回答", "circle-dashed", "todo", "no", "fg-over"),
        ReplyState("void", "廃止", "archive", "wait", "void", "fg-todo"),
    )
}

# Who must act next stands first in the monitor's table.
ATTENTION = ("silent", "returned", "draft", "submitted", "approved", "accepted", "void")

# The department itself must act next.
TURN = ("silent", "returned", "draft", "submitted")

# Why there is nothing to fill in, and what can be done about it.
NOTHING_OPEN = (
    "いま入力できる回答がありません。受付中の照会で、回答が下書きか差し戻し中のときに書き出せます。"
    "提出した回答は、承認される前なら推進員が、受理される前なら所属長が、照会の画面で下書きに戻せます。"
)
ROUNDS = ("照会の一覧へ", "rounds:list")

# Nothing is awaited from these any more.
FINISHED = ("accepted", "void")


@dataclass(frozen=True)
class Phase:
    """Where a round stands today."""

    key: str
    label: str
    icon: str
    css: str


PHASES: dict[str, Phase] = {
    p.key: p
    for p in (
        Phase("planned", "開始前", "calendar-clock", "wait"),
        Phase("open", "受付中", "circle-arrow-right", "run"),
        Phase("past", "期限後も受付中", "triangle-alert", "late"),
        Phase("closed", "締切済み", "lock", "done"),
    )
}


def phase(opens_on: dt.date, due_on: dt.date, *, closed: bool, today: dt.date) -> Phase:
    """Return where a round with these dates stands; the due day itself still counts as open."""
    if closed:
        return PHASES["closed"]
    if today < opens_on:
        return PHASES["planned"]
    return PHASES["past" if today > due_on else "open"]


def days_left(due_on: dt.date, today: dt.date) -> str:
    """Say how far the due day is, e.g. あと4日."""
    days = (due_on - today).days
    if days == 0:
        return "きょうが期限です"
    return f"あと{days}日" if days > 0 else f"期限を{-days}日過ぎました"


@dataclass(frozen=True)
class Kind:
    """One filter of the review queue: the kinds of change that it gathers."""

    key: str
    label: str
    kinds: frozenset[str]


KINDS: tuple[Kind, ...] = (
    Kind("newly_late", "新たな遅れ", frozenset({"newly_late"})),
    Kind("mismatch", "判定の食い違い", frozenset({"mismatch"})),
    Kind("moved", "期日の変更", frozenset({"moved"})),
    Kind("forward", "前進・完了", frozenset({"done", "progress"})),
    Kind("hurdle", "課題・ハードル", frozenset({"hurdle"})),
    Kind("maturity", "成熟度の変化", frozenset({"maturity"})),
    Kind("figure", "数値の報告", frozenset({"figure"})),
    Kind("answer", "自由設問", frozenset({"answer"})),
)

CHANGE_LABELS: dict[str, str] = {
    "newly_late": "新たな遅れ",
    "mismatch": "判定の食い違い",
    "moved": "期日の変更",
    "done": "完了",
    "progress": "前進",
    "hurdle": "課題・ハードル",
    "maturity": "成熟度の変化",
    "figure": "数値の報告",
    "answer": "自由設問",
}
