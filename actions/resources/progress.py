"""照会の進捗: one row an action of the departments that the reader answers for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.db.models import Prefetch
from django.utils import timezone

from accounts.access import department_scope
from accounts.roles import Permission
from actions import services
from actions.models import Action, PlanScale, ProgressReport, lifecycle_choices, reason_choices
from actions.status import DONE_LIFECYCLES
from exchange.queries import load_departments
from exchange.sheets import Cell, Column, Row, Sheet
from exchange.widgets import Choice, Day, One, Text, Whole, yes_no
from lib.wareki import format_date
from rounds.models import Reply, Round

NOT_BOTH = (
    "「変更なし」は前回と同じと報告するので、{}に入力した値は残りません。"
    "「変更なし」を空欄にするか、ほかの列を書き出したときのままに戻してください。"
)
SAID = ("lifecycle", "percent", "done", "reason_kind", "reason", "grade", "new_ends_on")
TOLD = (*SAID, "no_change", "milestones_done", "milestones_moved")
NOTHING: Mapping[str, Any] = dict.fromkeys(SAID) | {"no_change": None, "milestones_done": {}, "milestones_moved": {}}


def own_replies(user: Any) -> models.QuerySet:
    return Reply.objects.of(department_scope(user, Permission.ANSWER_REPLY))


def rounds_for(user: Any) -> Iterable[Round]:
    """Rounds that take progress today, and of which the reader answers a part."""
    today = timezone.localdate()
    mine = Round.objects.opened(today).filter(pk__in=own_replies(user).editable().values("round"))
    return [r for r in mine.order_by("-period_end", "pk") if "progress" in r.sections]


def round_of(pk: int, user: Any) -> Round | None:
    """The round, for a reader who answers a part of it."""
    found = Round.objects.filter(pk=pk, pk__in=own_replies(user).values("round")).first()
    return found if found and "progress" in found.sections else None


class ProgressSheet(Sheet):
    slug, caption = "progress", "進捗"
    model = Action
    named = ("code", "title")
    creates = False

    code = Column("整理番号", locked=True, width=12)
    title = Column("取組名", locked=True, width=36)
    lead_department = Column("担当", One(), attribute="lead_department_id", locked=True, width=22)
    last_lifecycle = Column("前回の状況", Choice(lifecycle_choices), attribute="lifecycle", locked=True, width=12)
    last_percent = Column("前回の進捗率", Whole(), attribute="percent", locked=True, width=10)
    lifecycle = Column("状況", Choice(lifecycle_choices), attribute="draft.lifecycle", width=12)
    percent = Column("進捗率", Whole(0, 100), attribute="draft.percent", width=10)
    done = Column("実績と次にすること", Text(1000), attribute="draft.done", width=50)
    reason_kind = Column("理由の区分", Choice(reason_choices), attribute="draft.reason_kind", width=12)
    reason = Column("理由と見通し", Text(300), attribute="draft.reason", width=40)
    new_ends_on = Column(
        "新しい終了予定日", Day(), attribute="draft.new_ends_on", note="後ろへ動かすときは、理由と見通しも入力します"
    )
    no_change = Column(
        "変更なし", Choice(yes_no), attribute="draft.no_change", width=10, note="「はい」は前回と同じと報告します"
    )

    class Meta:
        model = Action

    def prepare(self) -> None:
        load_departments(self.fields["lead_department"].widget)
        rows = own_replies(self.user).filter(round=self.scope).select_related("round", "department")
        self.replies = {r.department_id: r for r in rows}
        self.scales = set(PlanScale.objects.values_list("plan", "scale"))

    def rows(self) -> models.QuerySet:
        drafts = ProgressReport.objects.filter(reply__round=self.scope).select_related("action", "grade")
        return (
            Action.objects.reportable()
            .led_by(set(self.replies))
            .select_related("last_report", "self_grade")
            .prefetch_related(Prefetch("reports", queryset=drafts, to_attr="drafts"))
            .order_by("lead_department__order", "code", "pk")
        )

    def draft(self, action: Action) -> ProgressReport | None:
        return action.drafts[0] if action.drafts else None  # type: ignore[attr-defined]

    def version_of(self, obj: Action) -> int:
        draft = self.draft(obj)
        return draft.version if draft else 0

    def read_value(self, obj: Action, column: Column) -> Any:
        name = str(column.attribute)
        if not name.startswith("draft."):
            return super().read_value(obj, column)
        draft = self.draft(obj)
        return getattr(draft, column.name) if draft else None

    def foretell(self, row: Row) -> None:
        """Every value that the draft will change, typed or not; refuse 変更なし beside other values."""
        told = self._told(row.obj, row.values)
        if told["no_change"]:
            odd = [f"「{self.fields[n].label}」" for n, value in row.values.items() if value != told[n]]
            if odd:
                row.refuse(NOT_BOTH.format("".join(odd)), "no_change")
                return
        self._show(row, told)

    def _show(self, row: Row, told: Mapping[str, Any]) -> None:
        draft, typed = self.draft(row.obj), {cell.column: cell for cell in row.cells}
        before = {n: getattr(draft, n) for n in TOLD} if draft else NOTHING
        old, new = self._words(before), self._words(told)
        for name, words in new.items():
            if name in typed:
                typed[name].new = words
            elif words != old[name] and not (name == "no_change" and draft is None):
                row.cells.append(Cell(name, old[name], words))

    def _words(self, told: Mapping[str, Any]) -> dict[str, str]:
        """What a report says, by column; what has none, by its name."""
        shown = [c for c in self.columns if not c.locked]
        words = {c.name: c.widget.shown(c.widget.render(told[c.name])) for c in shown}
        return words | {
            "自己評価": str(told["grade"] or ""),
            "節目の達成日": _stones(told["milestones_done"], "done_on"),
            "節目の新しい期日": _stones(told["milestones_moved"], "due_on"),
        }

    def _told(self, action: Action, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the report will say when the cells of `values` are stored."""
        if values.get("no_change") is True:
            return services.unchanged(action) | {"grade": action.self_grade}
        draft = self.draft(action)
        # What the sheet does not show stays as it was entered on the page.
        said = {n: getattr(draft, n) for n in TOLD} if draft else self._first(action)
        said |= dict(values) | {"no_change": False}
        if said["lifecycle"] in DONE_LIFECYCLES:
            said["percent"] = 100
        return said | {"percent": action.percent if said["percent"] is None else said["percent"]}

    def _first(self, action: Action) -> dict[str, Any]:
        """What the page offers for a first report: the state and grade of before, and blank words."""
        is_used = action.self_grade and (action.plan_id, action.self_grade.scale_id) in self.scales
        grade = action.self_grade if is_used else None
        blank = dict.fromkeys(("done", "reason_kind", "reason"), "")
        return {**NOTHING, **blank, "lifecycle": action.lifecycle, "percent": action.percent, "grade": grade}

    def store(self, row: Row, by: Any) -> None:
        reply, draft = self.replies[row.obj.lead_department_id], self.draft(row.obj)
        version, told = draft.version if draft else None, self._told(row.obj, row.values)
        if told["no_change"]:
            services.mark_no_change(action=row.obj, reply=reply, by=by, version=version)
            return
        said, reached = {n: told[n] for n in SAID}, _days(told["milestones_done"], "done_on")
        said |= {"reached": reached, "moved": _days(told["milestones_moved"], "due_on")}
        services.save_report(action=row.obj, reply=reply, by=by, version=version, **said)


def _days(kept: Mapping[str, Mapping[str, str]], name: str) -> dict[int, dt.date]:
    return {int(pk): dt.date.fromisoformat(said[name]) for pk, said in kept.items()}


def _stones(kept: Mapping[str, Mapping[str, str]], name: str) -> str:
    return "、".join(f"{s['title']} {format_date(dt.date.fromisoformat(s[name]))}" for s in kept.values())
