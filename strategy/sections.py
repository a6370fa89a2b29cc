"""登録簿の数値 and 指標の実績 as parts of a reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import can
from accounts.models import User
from accounts.roles import Permission
from rounds.models import Reply
from rounds.sections import Change, Dot, Missing, Standing
from strategy import queries_reported as queries
from strategy.forms.reported import ReportedActualForm, ReportedEntryForm
from strategy.queries_reported import ActualRow, EntryRow
from strategy.services import reported as services

WEIGHT, NOT_KNOWN = 15, 35


def may_answer(reply: Reply, user: User) -> bool:
    return reply.takes_entry(timezone.localdate()) and can(user, Permission.ANSWER_REPLY, reply)


def _standing(rows: Sequence[EntryRow | ActualRow], names: Sequence[str]) -> Standing:
    named = list(zip(rows, names, strict=True))
    missing = [Missing(f"「{name}」が未回答", row.anchor) for row, name in named if row.report is None]
    dots = [Dot(row.anchor, name, "ok" if row.report else "") for row, name in named]
    return Standing(len(rows) - len(missing), len(rows), missing, dots)


class RegisterSection:
    key = "registers"
    title = "登録簿の数値"
    template = "strategy/reported/_entries.html"
    order = 4

    def read(self, reply: Reply) -> list[EntryRow]:
        return queries.entry_rows(reply)

    def context(self, reply: Reply, user: User, found: list[EntryRow] | None = None) -> dict[str, Any]:
        rows = self.read(reply) if found is None else found
        editable = may_answer(reply, user)
        forms = [ReportedEntryForm(row=row) for row in rows]
        return {"reply": reply, "title": self.title, "editable": editable, "forms": forms}

    def standing(self, reply: Reply, found: list[EntryRow] | None = None) -> Standing:
        rows = self.read(reply) if found is None else found
        return _standing(rows, [str(row.entry) for row in rows])

    def counted(self, replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
        return queries.counted_entries(replies)

    def changes(self, replies: Sequence[Reply]) -> dict[int, list[Change]]:
        found = queries.reported_entries(replies)
        return {pk: [_entry_change(row) for row in rows if row.pairs] for pk, rows in found.items()}

    def freeze(self, reply: Reply) -> dict[str, Any]:
        rows = [row for row in queries.entry_rows(reply) if row.report]
        return {
            "heads": ["登録簿", "名称", "答え", "変わった欄"],
            "rows": [_entry_cells(row) for row in rows],
            "entries": [
                {
                    "entry": row.entry.pk, "name": row.entry.name, "answer": row.report.answer,
                    "values": row.report.values,
                }
                for row in rows if row.report
            ],
        }  # fmt: skip

    def hold(self, replies: Sequence[Reply]) -> None:
        services.hold_figures(replies, self.key)

    def accept(self, *, reply: Reply, by: Any) -> None:
        services.accept_figures(reply=reply, key=self.key, by=by)

    def reopen(self, *, reply: Reply, by: Any) -> None:
        services.reopen_figures(reply=reply, key=self.key, by=by)


def _entry_change(row: EntryRow) -> Change:
    url = reverse("national:register", args=[row.entry.register.key])
    return Change("figure", WEIGHT, f"{row.entry.register}：{row.entry}", url, pairs=row.pairs)


def _entry_cells(row: EntryRow) -> list[str]:
    changed = "\n".join(f"{label}：{before} → {after}" for label, before, after in row.pairs)
    assert row.report is not None
    return [str(row.entry.register), str(row.entry), row.report.get_answer_display(), changed or "—"]


class IndicatorSection:
    key = "indicators"
    title = "指標の実績"
    template = "strategy/reported/_actuals.html"
    order = 5

    def read(self, reply: Reply) -> list[ActualRow]:
        return queries.actual_rows(reply)

    def context(self, reply: Reply, user: User, found: list[ActualRow] | None = None) -> dict[str, Any]:
        rows = self.read(reply) if found is None else found
        return {
            "reply": reply, "title": self.title, "editable": may_answer(reply, user), "day": services.day_of(reply),
            "forms": [ReportedActualForm(row=row) for row in rows],
        }  # fmt: skip

    def standing(self, reply: Reply, found: list[ActualRow] | None = None) -> Standing:
        rows = self.read(reply) if found is None else found
        return _standing(rows, [str(row.indicator) for row in rows])

    def counted(self, replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
        return queries.counted_actuals(replies)

    def changes(self, replies: Sequence[Reply]) -> dict[int, list[Change]]:
        found = queries.reported_actuals(replies)
        return {pk: [_actual_change(row) for row in rows] for pk, rows in found.items()}

    def freeze(self, reply: Reply) -> dict[str, Any]:
        rows = [row for row in queries.actual_rows(reply) if row.report]
        return {
            "as_of": services.day_of(reply).isoformat(),
            "heads": ["指標", "実績", "補足"],
            "rows": [[str(row.indicator), row.said, row.report.comment or "—"] for row in rows if row.report],
            "indicators": [
                {
                    "indicator": row.indicator.pk, "name": row.indicator.name, "unit": row.indicator.unit,
                    "answer": row.report.answer, "values": row.report.values,
                }
                for row in rows if row.report
            ],
        }  # fmt: skip

    def hold(self, replies: Sequence[Reply]) -> None:
        services.hold_figures(replies, self.key)

    def accept(self, *, reply: Reply, by: Any) -> None:
        services.accept_figures(reply=reply, key=self.key, by=by)

    def reopen(self, *, reply: Reply, by: Any) -> None:
        services.reopen_figures(reply=reply, key=self.key, by=by)


def _actual_change(row: ActualRow) -> Change:
    assert row.report is not None
    url = reverse("indicators:detail", args=[row.indicator.pk])
    pairs = [("実績", row.before, row.said)]
    if row.report.comment:
        pairs.append(("補足", "", row.report.comment))
    weight = NOT_KNOWN if row.report.answer == "unknown" else WEIGHT
    return Change("figure", weight, f"指標：{row.indicator}", url, pairs=pairs)
