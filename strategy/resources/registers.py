"""登録簿: states, dates and volumes of the national registers."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import Department
from exchange.queries import load_departments
from exchange.sheets import Column, Row, Sheet
from exchange.widgets import Choice, Day, FiscalYear, One, Whole
from strategy.models import Register, RegisterEntry
from strategy.models.registers import applicable_choices, channel_choices, state_choices
from strategy.services.national import update_entry


class EntrySheet(Sheet):
    slug, caption = "registers", "登録簿"
    model = RegisterEntry
    named = ("register", "number", "name")
    creates = False

    register = Column("登録簿", One(), attribute="register_id", locked=True, width=28)
    number = Column("番号", Whole(), locked=True, width=8)
    name = Column("名称", locked=True, width=36)
    applicable = Column("該当", Choice(applicable_choices), required=True)
    reason = Column("対象外の理由", width=30, note="「対象外」の行は必ず入力します")
    channel = Column("受付の方法", Choice(channel_choices), required=True)
    state = Column("状態", Choice(state_choices), required=True)
    due_on = Column("完了の見込み", Day())
    done_on = Column("完了日", Day(), note="「済」の行は必ず入力します")
    department = Column("所管", One(), attribute="department_id", width=24)
    system_name = Column("システム・事業者", width=26)
    volume = Column("年間件数", Whole(0), width=12)
    online_volume = Column("うちオンライン", Whole(0), width=12)
    volume_year = Column("件数の年度", FiscalYear(1989, 2100), width=10, note="西暦か和暦の年度")

    class Meta:
        model = RegisterEntry

    def prepare(self) -> None:
        load_departments(self.fields["department"].widget)
        self.fields["register"].widget.load([(r.pk, r.name, ()) for r in Register.objects.all()])

    def rows(self) -> models.QuerySet:
        return RegisterEntry.objects.order_by("register", "number", "pk")

    def store(self, row: Row, by: Any) -> Any:
        values = dict(row.values)
        if "department" in values:
            pk = values["department"]
            values["department"] = Department.objects.get(pk=pk) if pk else None
        return update_entry(entry=row.obj, version=row.version, by=by, **values)

    def label_of(self, obj: Any) -> str:
        return f"{obj.number} {obj.name}"
