"""Lists of the meetings as files: meetings, decisions, bodies, snapshots, publications, what moved between two."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.roles import Permission
from exchange.lists import Head, ListExport, Shown, register
from lib.http import Request
from meetings import queries, queries_compare, queries_publishing
from meetings.compare import Move
from meetings.content import CorruptError
from meetings.filters import DecisionFilter
from meetings.models import Decision, Meeting, Publication, Snapshot

MEETING_HEADS = (
    Head("会議", "title"), Head("会議体", "body"), Head("開催日", "held_on", "date"), Head("開始時刻", "starts_at"),
    Head("場所", "place"), Head("状態", "state"), Head("議題の数", "agenda", "number"),
    Head("決定事項の数", "decisions", "number"), Head("資料", "frozen", note="確定済みか未確定"),
    Head("議事の要旨", "minutes", note="公開するもの"),
)  # fmt: skip
DECISION_HEADS = (
    Head("内容", "text"), Head("種別", "kind"), Head("状態", "state"), Head("会議", "meeting"),
    Head("開催日", "held_on", "date"), Head("議題", "agenda_item"), Head("担当", "department"),
    Head("期限", "due_on", "date"), Head("期限を過ぎた", "overdue"), Head("完了日", "done_on", "date"),
    Head("取組", "actions", note="整理番号と取組名"),
)  # fmt: skip
BODY_HEADS = (
    Head("会議名", "name"), Head("種類", "kind"), Head("目的", "purpose"),
    Head("構成員（職）", "members", note="かっこの中は代理の順"), Head("開催の頻度", "frequency"),
    Head("前回", "last", "date"), Head("次回", "planned", "date", "予定した会議"),
    Head("開催した回数", "held", "number"),
)  # fmt: skip
SNAPSHOT_HEADS = (
    Head("名称", "title"), Head("種類", "kind"), Head("基準日", "as_of", "date"), Head("確定した人", "taken_by"),
    Head("確定日時", "taken_at", "moment"), Head("取組の数", "actions", "number"), Head("訂正後", "corrected_by"),
    Head("訂正の理由", "reason"), Head("SHA-256", "sha256"),
)  # fmt: skip
PUBLICATION_HEADS = (
    Head("確定資料", "snapshot"), Head("基準日", "as_of", "date"), Head("状態", "state"), Head("承認の根拠", "note"),
    Head("承認した人", "approved_by"), Head("承認日時", "approved_at", "moment"), Head("あとで訂正", "corrected"),
)  # fmt: skip
MOVE_HEADS = (
    Head("整理番号", "code"), Head("取組", "title"), Head("担当", "department"),
    Head("動き", "kinds", note="重いものが先"), Head("変わったこと", "pairs", note="前 → 後"),
    Head("計画変更の回数", "pushes", "number", "期日を先送りした取組だけ"), Head("理由の種類", "reason_kind"),
    Head("理由", "reason"),
)  # fmt: skip


def meetings(request: Request) -> Shown:
    """What is planned, the soonest first, then all that was held."""
    rows = Meeting.objects.select_related("body").with_counts()
    found = [*rows.planned().soonest_first(), *rows.past()]
    return Shown("会議", MEETING_HEADS, (_meeting(m) for m in found))


def _meeting(row: Any) -> list[Any]:
    return [
        row.title, row.body.name, row.held_on, f"{row.starts_at:%H:%M}" if row.starts_at else None, row.place,
        row.get_state_display(), row.n_agenda, row.n_decisions, "確定済み" if row.n_snapshots else "未確定",
        row.minutes,
    ]  # fmt: skip


def decisions(request: Request) -> Shown:
    found = DecisionFilter(request.GET, queryset=Decision.objects.for_lists(), request=request)
    rows = found.qs.unfinished_first().select_related("agenda_item").prefetch_related("links__action")
    today = timezone.localdate()
    return Shown("決定事項", DECISION_HEADS, (_decision(d, today) for d in rows))


def _decision(row: Decision, today: Any) -> list[Any]:
    late = row.state != "done" and row.due_on is not None and row.due_on < today
    return [
        row.text, row.get_kind_display(), row.get_state_display(), str(row.meeting), row.meeting.held_on,
        str(row.agenda_item) if row.agenda_item else None, row.department.name if row.department else None,
        row.due_on, "はい" if late else "いいえ", row.done_on,
        "\n".join(f"{link.action.code} {link.action.title}" for link in row.links.all()),
    ]  # fmt: skip


def bodies(request: Request) -> Shown:
    return Shown("会議体", BODY_HEADS, (_body(row) for row in queries.bodies(timezone.localdate())))


def _body(row: queries.BodyRow) -> list[Any]:
    body = row.body
    seats = [f"{post}（{'、'.join(others)}）" if others else post for post, others in body.seats]
    return [
        body.name, body.get_kind_display(), body.purpose, "、".join(seats), body.frequency, row.last,
        row.planned.held_on if row.planned else None, row.count,
    ]  # fmt: skip


def snapshots(request: Request) -> Shown:
    return Shown("確定資料", SNAPSHOT_HEADS, (_snapshot(s) for s in Snapshot.objects.light()))


def _snapshot(row: Snapshot) -> list[Any]:
    later = getattr(row, "corrected_by", None)
    return [
        row.title, row.get_kind_display(), row.as_of, row.taken_by, row.taken_at, row.summary.get("total"),
        later.title if later else None, row.reason, row.sha256,
    ]  # fmt: skip


def publications(request: Request) -> Shown:
    return Shown("公開の承認", PUBLICATION_HEADS, (_publication(p) for p in queries_publishing.publications()))


def _publication(row: Publication) -> list[Any]:
    corrected = getattr(row.snapshot, "corrected_by", None)
    return [
        row.snapshot.title, row.snapshot.as_of, "取り消し" if row.withdrawn_at else "承認済み", row.note,
        row.approved_label, row.approved_at, "はい" if corrected else "いいえ",
    ]  # fmt: skip


def moves(request: Request) -> Shown | None:
    """All that moved by the filter of the comparison; nothing before there is a snapshot."""
    today = timezone.localdate()
    found = queries_compare.sides(request.GET, today)
    try:
        both = queries_compare.compared(found, today)
    except CorruptError:
        return None
    rows = queries_compare.filtered(both[0].actions, request.GET) if both else []
    note = f"{found.old}（{found.old.day}）と{found.new or 'いまの値'}" if found.old else ""
    return Shown("取組の動き", MOVE_HEADS, map(_move, rows), note)


def _move(m: Move) -> list[Any]:
    return [
        m.code, m.title, m.department_name, "、".join(word for word, _, _ in m.words),
        "、".join(f"{label} {old} → {new}" for label, old, new in m.pairs), m.push_count if m.pushes else None,
        m.reason_kind, m.reason,
    ]  # fmt: skip


def register_all() -> None:
    for key, title, shown in (
        ("meetings", "会議", meetings), ("decisions", "決定事項", decisions), ("bodies", "会議体", bodies),
        ("snapshots", "確定資料", snapshots), ("moves", "取組の動き", moves),
    ):  # fmt: skip
        register(ListExport(key, title, Permission.READ, shown))
    register(ListExport("publications", "公開の承認", Permission.RUN_MEETING, publications))
