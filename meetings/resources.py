"""決定事項: what meetings left behind, as one sheet."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import Department
from accounts.roles import Permission
from exchange.queries import load_departments
from exchange.sheets import Book, Column, Row, Sheet, register
from exchange.widgets import Choice, Day, One
from lib.wareki import format_date
from meetings.models import Decision, Meeting
from meetings.models.decisions import kind_choices, state_choices
from meetings.services.decisions import add_decision, update_decision


class DecisionSheet(Sheet):
    slug, caption = "decisions", "決定事項"
    model = Decision
    named = ("meeting", "text")

    meeting = Column("会議", One(), attribute="meeting_id", required=True, once=True, width=40)
    kind = Column("種別", Choice(kind_choices), required=True)
    text = Column("内容", required=True, width=60)
    department = Column("担当", One(), attribute="department_id", width=24, note="指示と宿題には必ず入力します")
    due_on = Column("期限", Day(), note="指示と宿題には必ず入力します")
    state = Column("状態", Choice(state_choices), locked=True, note="状態は決定事項の画面で変えます")
    done_on = Column("完了日", Day(), locked=True)

    class Meta:
        model = Decision

    def prepare(self) -> None:
        load_departments(self.fields["department"].widget)
        meetings = Meeting.objects.select_related("body").order_by("-held_on", "pk")
        self.names = {m.pk: f"{m} {format_date(m.held_on)}" for m in meetings}
        self.fields["meeting"].widget.load([(pk, name, ()) for pk, name in self.names.items()])

    def rows(self) -> models.QuerySet:
        return Decision.objects.select_related("meeting").order_by("-meeting__held_on", "meeting", "order", "pk")

    def store(self, row: Row, by: Any) -> Any:
        values = dict(row.values)
        if values.get("department"):
            values["department"] = Department.objects.get(pk=values["department"])
        if row.kind == "new":
            meeting = Meeting.objects.get(pk=values.pop("meeting"))
            return add_decision(meeting=meeting, by=by, **values)
        return update_decision(decision=row.obj, version=row.version, by=by, **values)

    def label_of(self, obj: Any) -> str:
        return f"{self.names[obj.meeting_id]} {obj.text}"


DECISIONS = Book("decisions", "決定事項", Permission.RUN_MEETING, (DecisionSheet,), icon="gavel")


def register_all() -> None:
    register(DECISIONS)
