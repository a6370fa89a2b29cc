"""The progress of the department's actions as a part of a round's reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import can
from accounts.models import User
from accounts.roles import Permission
from actions import services
from actions.forms.reports import RowForm
from actions.models import ProgressReport
from actions.queries import Row, answered_rows, reply_rows, rows_of
from actions.queries_moves import moved_in, moves_of, rows_of_reports
from actions.services import corrections
from actions.services.labels import moved_dates, moved_lines, reached_lines
from actions.weighing import remarkable, weigh
from lib import ledger
from lib.wareki import format_date
from rounds.models import Reply
from rounds.sections import Change, Dot, Missing, Section, Standing, Weighed, of_round

HEADS = ("取組", "状況", "進捗率", "実績と次にすること", "判定（自動）", "自己評価", "終了予定日", "理由")


@dataclass(frozen=True)
class RowView:
    """A row as drawn: with its form where the reader may change it, else as plain text."""

    row: Row
    form: RowForm | None  # only where something was sent that is not stored
    editable: bool
    opened: bool = False  # asked for by 変える, although it is answered

    @property
    def moved(self) -> list[tuple[str, str, str]]:
        """Milestones whose due dates the report moves: title, before, after."""
        return moved_dates(self.row.report) if self.row.report else []

    @property
    def is_static(self) -> bool:
        if not self.editable or not self.row.is_led:
            return True
        if self.opened or (self.form is not None and self.form.errors):
            return False  # what was typed is never put away, even where somebody else has answered meanwhile
        return bool(self.row.report and self.row.report.no_change and self.row.is_complete)


def may_answer(reply: Reply, user: User) -> bool:
    """Whether `user` may enter anything into `reply` today."""
    return reply.takes_entry(timezone.localdate()) and can(user, Permission.ANSWER_REPLY, reply)


class ProgressSection:
    key = "progress"
    title = "取組の進捗"
    template = "actions/_section.html"
    order = 1

    def read(self, reply: Reply) -> list[Row]:
        return reply_rows(reply, timezone.localdate())

    def context(self, reply: Reply, user: User, found: list[Row] | None = None) -> dict[str, Any]:
        editable = may_answer(reply, user)
        rows = self.read(reply) if found is None else found
        return {
            "reply": reply, "editable": editable, "title": self.title, "number": _number(self, reply),
            "rows": [RowView(r, None, editable) for r in rows],
            "rest": rest_count(rows),
        }  # fmt: skip

    def standing(self, reply: Reply, found: list[Row] | None = None) -> Standing:
        rows = self.read(reply) if found is None else found
        missing = [Missing(_missing_label(r), r.anchor) for r in rows if not r.is_complete]
        return Standing(len(rows) - len(missing), len(rows), missing, [_dot(r) for r in rows])

    def counted(self, replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
        return answered_rows(replies, timezone.localdate())

    def changes(self, replies: Sequence[Reply]) -> dict[int, list[Change]]:
        rows = rows_of(replies, timezone.localdate())
        return {pk: [c for r in part if (c := _change(r))] for pk, part in rows.items()}

    def weigh(self, replies: Sequence[Reply]) -> dict[int, list[Weighed]]:
        today, found = timezone.localdate(), {r.pk: [] for r in replies}
        for reply, _, _, key, moved in moves_of(replies):
            kind, weight = weigh(moved, today)
            if weight:
                found[reply].append(Weighed(kind, weight, self.key, key))
        return found

    def words(self, keys: Sequence[int]) -> dict[int, Change]:
        rows = rows_of_reports(keys, timezone.localdate())
        return {r.report.pk: change for r in rows if r.report and (change := _change(r))}

    def freeze(self, reply: Reply) -> dict[str, Any]:
        rows = [r for r in reply_rows(reply, timezone.localdate()) if r.report]
        return {
            "as_of": reply.round.period_end.isoformat(), "heads": list(HEADS),
            "rows": [_cells(r) for r in rows], "actions": [_frozen(r) for r in rows],
        }  # fmt: skip

    def hold(self, replies: Sequence[Reply]) -> None:
        services.hold_actions(replies)

    def accept(self, *, reply: Reply, by: Any) -> None:
        services.accept_reports(reply=reply, by=by)

    def reopen(self, *, reply: Reply, by: Any) -> None:
        corrections.reopen_reports(reply=reply, by=by)

    def hand_over(self, *, old: Reply, new: Reply, by: Any) -> None:
        """Drafts of actions followed them already; what was raised in the reply goes on with the successor."""
        corrections.inherit_hurdles(old=old, new=new)


def _number(section: Section, reply: Reply) -> int:
    """Place of the section on the reply's page."""
    return [s.key for s in of_round(reply.round)].index(section.key) + 1


def rest_count(rows: Sequence[Row]) -> int:
    """Number of actions that 変更なし for the rest would answer."""
    return sum(1 for r in rows if r.report is None)


def _missing_label(row: Row) -> str:
    return f"{row.action.code} の理由が未入力" if row.report else f"{row.action.code} が未回答"


def _dot(row: Row) -> Dot:
    return Dot(row.anchor, row.action.title, "ok" if row.is_complete else "bad" if row.report else "")


def _change(row: Row) -> Change | None:
    """What a report moves, or None when it repeats what was official."""
    report = row.report
    if report is None:
        return None
    moved = moved_in(row)
    kind, weight = weigh(moved, row.today)
    if not weight:
        return None
    return Change(
        kind=kind, weight=weight, title=row.action.title, code=row.action.code,
        url=reverse("actions:detail", args=[row.action.pk]),
        state_before=row.state_before, state_after=row.state, pairs=_pairs(row),
        mark="　".join(filter(None, remarkable(moved).values())),
        reason_kind=report.get_reason_kind_display() if report.reason_kind else "", reason=report.reason,
    )  # fmt: skip


def _pairs(row: Row) -> list[tuple[str, str, str]]:
    report = row.report
    assert report is not None
    pairs = []
    if report.lifecycle != row.before.lifecycle:
        pairs.append(("状況", row.lifecycle_before, report.get_lifecycle_display()))
    if report.percent != row.before.percent:
        pairs.append(("進捗率", f"{row.before.percent}%", f"{report.percent}%"))
    if row.new_ends_on:
        pairs.append(("終了予定日", format_date(row.action.ends_on, "month_end"), _pushed_to(row)))
    if report.grade and report.grade != row.grade_before:
        pairs.append(("自己評価", str(row.grade_before or "評価なし"), str(report.grade)))
    pairs += [("節目", f"{title} 期日 {old}", new) for title, old, new in moved_dates(report)]
    pairs += [("節目", "", line) for line in reached_lines(report)]
    if row.contradiction:
        pairs.append(("判定", "", row.contradiction))
    if report.done and not report.no_change:
        pairs.append(("実績", "", report.done))
    return pairs


def _pushed_to(row: Row) -> str:
    """The new end date, with how often the date would then have moved later."""
    assert row.new_ends_on is not None
    words = format_date(row.new_ends_on, "month_end")
    return f"{words}　計画変更{row.action.pushes + 1}回" if row.is_pushed else words


def _ends(row: Row) -> str:
    now = format_date(row.action.ends_on, "month_end")
    return f"{now}\n→ {_pushed_to(row)}" if row.new_ends_on else now


def _done(report: ProgressReport) -> str:
    stones = (f"節目：{line}" for line in [*moved_lines(report), *reached_lines(report)])
    parts = ["変更なし" if report.no_change else "", report.done, *stones]
    return "\n".join(p for p in parts if p)


def _cells(row: Row) -> list[str]:
    """The row as the page of an accepted reply prints it, under `HEADS`."""
    action, report = row.action, row.report
    assert report is not None
    kind = report.get_reason_kind_display() if report.reason_kind else ""
    return [
        f"{action.code} {action.title}",
        report.get_lifecycle_display() + _was(row.lifecycle_before, report.get_lifecycle_display()),
        f"{report.percent}%" + _was(f"{row.before.percent}%", f"{report.percent}%"),
        _done(report),
        f"{row.state_label}\n{row.rule}",
        str(report.grade or ("評価なし" if row.grades else "")),
        _ends(row),
        f"{kind}：{report.reason}" if kind else report.reason,
    ]


def _was(before: str, after: str) -> str:
    return "" if before == after else f"\n（前回 {before}）"


def _frozen(row: Row) -> dict[str, Any]:
    """The same as keys and labels, for comparing one round with another."""
    action, report = row.action, row.report
    assert report is not None
    return {
        "action": action.pk, "code": action.code, "title": action.title,
        "starts_on": ledger.plain(action.starts_on), "ends_on": ledger.plain(action.ends_on),
        "lifecycle": report.lifecycle, "lifecycle_label": report.get_lifecycle_display(),
        "lifecycle_before": row.lifecycle_before, "percent": report.percent, "percent_before": row.before.percent,
        "done": report.done, "reason_kind": report.reason_kind,
        "reason_kind_label": report.get_reason_kind_display() if report.reason_kind else "",
        "reason": report.reason, "no_change": report.no_change, "grade": report.grade.code if report.grade else "",
        "grade_label": str(report.grade or ""), "new_ends_on": ledger.plain(row.new_ends_on),
        "pushes": row.action.pushes + row.is_pushed, "milestones": reached_lines(report),
        "milestones_moved": moved_lines(report),
        "state": row.state, "state_label": row.state_label, "state_before": row.state_before, "rule": row.rule,
    }  # fmt: skip
