"""課題・ハードル: the official ones, with who works on them and how they were solved."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import Department
from actions.models import Action, Hurdle, reason_choices
from actions.models.hurdles import hurdle_state_choices
from actions.services.hurdles import create_hurdle, update_hurdle
from exchange.queries import load_departments
from exchange.sheets import Column, Row, Sheet
from exchange.widgets import Choice, Day, Many, One, yes_no


class HurdleSheet(Sheet):
    slug, caption = "hurdles", "課題"
    model = Hurdle
    named = ("title",)

    title = Column("件名", required=True, width=36)
    kind = Column("区分", Choice(reason_choices), required=True)
    text = Column("内容", width=50)
    cross_cutting = Column("全庁共通", Choice(yes_no, empty=False))
    raised_by_department = Column("挙げた所属", One(), attribute="raised_by_department_id", required=True, width=24)
    owner_department = Column("対応する所属", One(), attribute="owner_department_id", width=24)
    state = Column("状態", Choice(hurdle_state_choices), note="「解決」の行は対応と結果も入力します")
    resolution = Column("対応と結果", width=50)
    actions = Column("影響する取組", Many(), width=40)
    source = Column("出どころ", width=20)
    raised_on = Column("挙げた日", Day(), once=True, note="新しい行の空欄は今日")

    class Meta:
        model = Hurdle

    def prepare(self) -> None:
        load_departments(self.fields["raised_by_department"].widget, self.fields["owner_department"].widget)
        rows = Action.objects.order_by("plan__order", "code", "pk").values_list("pk", "code", "title")
        self.fields["actions"].widget.load([(pk, f"{code} {title}", {code}) for pk, code, title in rows])

    def rows(self) -> models.QuerySet:
        return Hurdle.objects.official().order_by("-raised_on", "-pk")

    def store(self, row: Row, by: Any) -> Any:
        values = dict(row.values)
        for name in ("raised_by_department", "owner_department"):
            if values.get(name):
                values[name] = Department.objects.get(pk=values[name])
        if row.kind == "new":
            actions = Action.objects.filter(pk__in=values.pop("actions", ()))
            return create_hurdle(by=by, actions=actions, **values)
        # Without a word on the actions they stay what they are.
        chosen = values.pop("actions", None)
        actions = row.obj.actions.all() if chosen is None else Action.objects.filter(pk__in=chosen)
        return update_hurdle(hurdle=row.obj, version=row.version, by=by, actions=list(actions), **values)
