"""予算: the rows of every action by fiscal year, in 千円."""

from __future__ import annotations

from typing import Any

from django.db import models

from actions.models import Action, Budget, FundingProgramme
from actions.models.money import budget_kind_choices
from actions.resources.plans import own_actions
from actions.services.budgets import create_budget, delete_budget, update_budget
from exchange.sheets import Column, Row, Sheet
from exchange.widgets import Amount, Choice, FiscalYear, One, Whole


def amount(label: str) -> Column:
    return Column(label, Amount(), width=12, note="千円。空欄は「分からない」で、0ではありません")


class BudgetSheet(Sheet):
    slug, caption = "budgets", "予算"
    model = Budget
    named = ("action", "fiscal_year")
    deletes = "削除されます（決算額のある行は削除できません）"

    action = Column("取組", One(), attribute="action_id", required=True, once=True, width=40)
    fiscal_year = Column("年度", FiscalYear(2000, 2100), required=True, once=True, width=10, note="西暦か和暦の年度")
    kind = Column("区分", Choice(budget_kind_choices), once=True, note="新しい行の空欄は当初")
    number = Column("補正の号数", Whole(0, 99), once=True, width=10)
    requested = amount("要求額")
    approved = amount("予算額")
    executed = amount("決算額")
    national = amount("国庫支出金")
    prefectural = amount("県支出金")
    bond = amount("地方債")
    other = amount("その他")
    general = amount("一般財源")
    programme = Column("財源の制度", One(), attribute="programme_id", width=30)
    note = Column("備考", width=30)

    class Meta:
        model = Budget

    def prepare(self) -> None:
        rows = own_actions(self.user).values_list("pk", "code", "title")
        self.names = {pk: f"{code} {title}" for pk, code, title in rows}
        self.fields["action"].widget.load([(pk, name, {name.partition(" ")[0]}) for pk, name in self.names.items()])
        programmes = FundingProgramme.objects.values_list("pk", "name")
        self.fields["programme"].widget.load([(pk, name, ()) for pk, name in programmes])

    def rows(self) -> models.QuerySet:
        mine = own_actions(self.user).order_by().values("pk")
        rows = Budget.objects.filter(action__in=mine).select_related("action")
        return rows.order_by("action__plan__order", "action__code", "fiscal_year", "-kind", "number", "pk")

    def store(self, row: Row, by: Any) -> Any:
        if row.kind == "removed":
            return delete_budget(budget=row.obj, version=row.version, by=by)
        values = dict(row.values)
        if values.get("programme"):
            values["programme"] = FundingProgramme.objects.get(pk=values["programme"])
        if row.kind == "new":
            action = Action.objects.get(pk=values.pop("action"))
            return create_budget(action=action, by=by, **values)
        return update_budget(budget=row.obj, version=row.version, by=by, **values)

    def label_of(self, obj: Any) -> str:
        return f"{self.names[obj.action_id]} {obj.fiscal_year}年度"
