"""所属 as a sheet: the whole organisation of 1 April in one upload."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import Department, kind_choices
from exchange.queries import departments
from exchange.sheets import Column, Row
from exchange.storing import BulkSheet
from exchange.widgets import Choice, Day, One, Whole


class DepartmentSheet(BulkSheet):
    slug, caption = "departments", "所属"
    model = Department
    named = ("code", "name")
    unique = (("code",),)
    follows = ("parent", "departments")

    code = Column("所属コード", required=True, width=14, note="先頭の0も数えます。いまある所属の中で1つだけです")
    name = Column("名称", required=True, width=30)
    short_name = Column("略称", required=True, width=20)
    kind = Column("種別", Choice(kind_choices), note="空欄は課")
    parent = Column("上位の部", One(), attribute="parent_id", width=28)
    order = Column("並び順", Whole(0, 99_999))
    valid_from = Column("設置日", Day(), required=True)
    valid_to = Column("廃止日", Day())

    class Meta:
        model = Department

    def prepare(self) -> None:
        found = departments()
        divisions = set(Department.objects.current().filter(kind="division").values_list("pk", flat=True))
        self.fields["parent"].widget.load(found.pairs, divisions)

    def rows(self) -> models.QuerySet:
        return Department.objects.order_by("order", "code", "pk")

    def unique_rows(self) -> models.QuerySet:
        return Department.objects.filter(valid_to__isnull=True)

    def key_of(self, row: Row, names: tuple[str, ...]) -> tuple[Any, ...] | None:
        """A dissolved department leaves its code to others."""
        return None if row.obj.valid_to else super().key_of(row, names)

    def label_of(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}"
