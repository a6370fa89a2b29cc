"""What the strategy hangs on departments: rows of the registers, and indicators."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from accounts.holdings import FieldHolder, Moves
from rounds.services.handover import ensure_reply, hold_open_replies, open_replies
from strategy.models import Indicator, RegisterEntry, ReportedFigure


def _drafts() -> QuerySet[Any]:
    return ReportedFigure.objects.filter(accepted_at__isnull=True, reply__in=open_replies())


def _follow(figures: QuerySet[Any], name: str, moves: Moves, by: Any) -> None:
    """Figures that are not official yet go on in the reply of the department that answers for them now."""
    for figure in figures.select_related("reply__round", "reply__department").order_by("pk"):
        heir, old = moves[getattr(figure, f"{name}_id")], figure.reply
        if heir is None or heir == old.department:
            continue
        new = ensure_reply(round_=old.round, department=heir, by=by)
        if not ReportedFigure.objects.filter(reply=new, **{name: getattr(figure, name)}).exists():
            ReportedFigure.objects.filter(pk=figure.pk).update(reply=new)


class RegisterEntryHolder(FieldHolder):
    """Rows that apply to the city, finished ones too: their volumes are entered every year."""

    key, noun, field, model, order = "entry", "登録簿の行", "department", RegisterEntry, 40
    route, words = "national:entry", ("register__name", Cast("number", CharField()), "name")

    def rows(self) -> QuerySet[Any]:
        return RegisterEntry.objects.exclude(applicable="no")

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        hold_open_replies()
        super().hand_over(moves=moves, on=on, by=by)
        _follow(_drafts().filter(entry__in=moves), "entry", moves, by)


class IndicatorHolder(FieldHolder):
    key, noun, field, model, order = "indicator", "指標", "department", Indicator, 41
    route, words = "indicators:detail", ("name",)

    def rows(self) -> QuerySet[Any]:
        return Indicator.objects.filter(archived_at__isnull=True)

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        hold_open_replies()
        self._tell_apart(moves)
        super().hand_over(moves=moves, on=on, by=by)
        _follow(_drafts().filter(indicator__in=moves), "indicator", moves, by)

    def _tell_apart(self, moves: Moves) -> None:
        """Two departments may have had indicators of one name; with one heir the later gets its old department's."""
        rows = Indicator.objects.filter(pk__in=moves).select_related("department").order_by("pk")
        heirs = {heir for heir in moves.values() if heir}
        live = self.rows().filter(department__in=heirs).exclude(pk__in=moves)
        taken = set(live.values_list("name", "department"))
        for row in rows:
            if (heir := moves[row.pk]) is None:
                continue
            if (row.name, heir.pk) in taken:
                row.name = f"{row.name[:90]}（旧{row.department.short_name}）"
                Indicator.objects.filter(pk=row.pk).update(name=row.name)
            taken.add((row.name, heir.pk))
