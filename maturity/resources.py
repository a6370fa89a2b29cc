"""成熟度の自己評価: one row a department and axis of a round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.access import department_scope
from accounts.roles import Permission
from exchange.queries import load_departments
from exchange.sheets import Book, Column, Row, Sheet, register
from exchange.widgets import Choice, Day, One, Whole, yes_no
from maturity import queries
from maturity.models import Assessment, Axis, Score, confidence_choices
from maturity.services import save_score
from maturity.services.assess import FIELDS
from rounds.models import Reply, Round
from rounds.states import NOTHING_OPEN, ROUNDS


def own_replies(user: Any) -> models.QuerySet:
    return Reply.objects.of(department_scope(user, Permission.ANSWER_REPLY))


def rounds_for(user: Any) -> Iterable[Round]:
    """Rounds that take assessments today, and of which the reader answers a part."""
    mine = Round.objects.opened(timezone.localdate()).filter(pk__in=own_replies(user).editable().values("round"))
    return [r for r in mine.order_by("-period_end", "pk") if "maturity" in r.sections]


def round_of(pk: int, user: Any) -> Round | None:
    """The round, for a reader who answers a part of it."""
    found = Round.objects.filter(pk=pk, pk__in=own_replies(user).values("round")).first()
    return found if found and "maturity" in found.sections else None


class ScoreSheet(Sheet):
    slug, caption = "scores", "自己評価"
    model = Score
    named = prefilled = ("department", "axis")

    department = Column("課", One(), attribute="assessment.department_id", required=True, once=True, width=24)
    axis = Column("軸", One(), attribute="axis_id", required=True, once=True, width=24)
    level = Column("レベル", Whole(0, 9), width=8, note="空欄は「分からない」で、0ではありません")
    not_applicable = Column("該当しない", Choice(yes_no, empty=False), width=12)
    not_applicable_reason = Column("該当しない理由", width=30)
    evidence = Column("根拠", width=50)
    confidence = Column("確からしさ", Choice(confidence_choices), width=12)
    target_level = Column("目標レベル", Whole(0, 9), width=10)
    target_on = Column("目標の期日", Day())

    class Meta:
        model = Score

    def prepare(self) -> None:
        replies = own_replies(self.user).filter(round=self.scope).select_related("round", "department")
        self.replies = {r.department_id: r for r in replies}
        load_departments(self.fields["department"].widget, only=set(self.replies))
        axes = Axis.objects.filter(rubric__is_draft=False).select_related("rubric")
        asked = set(Assessment.objects.filter(reply__round=self.scope).values_list("rubric", flat=True))
        shown = [a for a in axes if a.rubric.is_current or a.rubric_id in asked]
        self.axes = {a.pk: a for a in shown}
        self.fields["axis"].widget.load([(a.pk, _axis(a), ()) for a in shown])

    def rows(self) -> models.QuerySet:
        rows = Score.objects.filter(assessment__reply__in=[r.pk for r in self.replies.values()])
        return rows.select_related("assessment").order_by("assessment__department__order", "axis__order", "pk")

    def spare(self) -> Iterable[dict[str, Any]]:
        """A department that has not begun finds its axes there, ready to be filled in."""
        rubric = queries.rubric_of_round(self.scope)
        begun = Assessment.objects.filter(reply__round=self.scope).values_list("department", flat=True)
        axes = [a for a in self.axes.values() if rubric and a.rubric_id == rubric.pk]
        waiting = [pk for pk in self.replies if pk not in set(begun)]
        return [{"department": pk, "axis": axis.pk} for pk in waiting for axis in axes]

    def store(self, row: Row, by: Any) -> Any:
        """A department that has not begun yet has no rows: its first one makes them all."""
        if row.kind == "new":
            reply, axis = self.replies[row.values["department"]], self.axes[row.values["axis"]]
            stored = Score.objects.filter(assessment__reply=reply, axis=axis).first()
            base, version = stored or Score(), stored.version if stored else 1
        else:
            reply, axis = self.replies[row.obj.assessment.department_id], self.axes[row.obj.axis_id]
            base, version = row.obj, row.version
        values = {n: row.values.get(n, getattr(base, n)) for n in FIELDS}
        return save_score(reply=reply, axis=axis, version=version, by=by, **values)

    def label_of(self, obj: Any) -> str:
        return f"{self.replies[obj.assessment.department_id].department} {self.axes[obj.axis_id].name}"


def _axis(axis: Axis) -> str:
    return axis.name if axis.rubric.is_current else f"{axis.name}（{axis.rubric}）"


MATURITY = Book(
    "maturity", "成熟度の自己評価", Permission.ANSWER_REPLY, (ScoreSheet,), icon="radar", scope=round_of,
    offers=rounds_for, unoffered=NOTHING_OPEN, turn_to=ROUNDS,
    note="取り込んだ自己評価は下書きです。所属長が照会の画面から提出します。",
)  # fmt: skip


def register_all() -> None:
    register(MATURITY)
