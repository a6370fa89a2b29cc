"""What hangs on one action as files and as rows of the municipality's 様式: phases, milestones, reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils import timezone

from accounts.roles import Permission
from actions.exports import HEADS, listed_rows, row_of
from actions.models import Action, Milestone, Phase, ProgressReport
from actions.queries import expected_as_of
from exchange.lists import Head, ListExport, Named, Shown, register
from lib.http import Request

PHASE_HEADS = (
    Head("段階", "label"), Head("主体", "owner"), Head("始め", "starts_on", "date"), Head("終わり", "ends_on", "date"),
    Head("計画・実績", "actual"),
)  # fmt: skip
MILESTONE_HEADS = (Head("節目", "title"), Head("期日", "due_on", "date"), Head("達成日", "done_on", "date"))
REPORT_HEADS = (
    Head("基準日", "as_of", "date"), Head("照会", "round"), Head("状況", "lifecycle"),
    Head("進捗率", "percent", "number", "0〜100"), Head("自己評価", "grade"), Head("変更なし", "no_change"),
    Head("実績と次にすること", "done"), Head("理由の区分", "reason_kind"), Head("理由と見通し", "reason"),
    Head("受理日時", "accepted_at", "moment"),
)  # fmt: skip


def objects(request: Request) -> Named:
    rows = Action.objects.live().order_by("code", "pk").values_list("pk", "code", "title")
    return ((pk, f"{code} {title}") for pk, code, title in rows)


def _of(title: str, heads: tuple[Head, ...], rows: Callable[[Action], Iterable[list[Any]]]) -> Callable[..., Any]:
    """A list of one action; the action itself stands beside it, under the words of the list of actions."""

    def shown(request: Request, pk: int) -> Shown | None:
        today = timezone.localdate()
        rows_ = Action.objects.filter(pk=pk).with_state(today, expected_as_of(today))
        action = listed_rows(rows_).first()
        if action is None:
            return None
        about = {head.label: value for head, value in zip(HEADS, row_of(action), strict=True)}
        return Shown(f"{action.code} {title}", heads, rows(action), note=str(action), about=about)

    return shown


def _phases(action: Action) -> Iterable[list[Any]]:
    return (_phase(p) for p in action.phases.all())


def _phase(row: Phase) -> list[Any]:
    return [row.label, row.get_owner_display(), row.starts_on, row.ends_on, "実績" if row.actual else "計画"]


def _milestones(action: Action) -> Iterable[list[Any]]:
    return (_milestone(m) for m in action.milestones.all())


def _milestone(row: Milestone) -> list[Any]:
    return [row.title, row.due_on, row.done_on]


def _reports(action: Action) -> Iterable[list[Any]]:
    """Official ones, the newest first."""
    return (_report(r) for r in action.reports.official().select_related("reply__round", "grade"))


def _report(row: ProgressReport) -> list[Any]:
    return [
        row.as_of, str(row.reply.round) if row.reply else None, row.get_lifecycle_display(), row.percent,
        str(row.grade) if row.grade else None, "はい" if row.no_change else "いいえ", row.done,
        row.get_reason_kind_display(), row.reason, row.accepted_at,
    ]  # fmt: skip


def register_all() -> None:
    for key, title, heads, rows in (
        ("action-phases", "工程", PHASE_HEADS, _phases), ("action-milestones", "節目", MILESTONE_HEADS, _milestones),
        ("action-reports", "報告の経過", REPORT_HEADS, _reports),
    ):  # fmt: skip
        register(ListExport(key, f"1つの取組の{title}", Permission.READ, _of(title, heads, rows), objects))
