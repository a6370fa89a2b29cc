"""指標 with yearly targets and dated actuals as three sheets of one workbook."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from exchange.queries import load_departments
from exchange.sheets import Column, Row, Sheet
from exchange.widgets import Choice, Day, FiscalYear, Inward, Many, Number, One, yes_no
from strategy.models import Element, Indicator, IndicatorActual, IndicatorTarget, PriorityItem
from strategy.models.indicators import FIRST_YEAR, LAST_YEAR, direction_choices, kind_choices, method_choices
from strategy.services import indicators as services

GIVEN = ("value", "numerator", "denominator", "text")
BY_PARTS = "率は分子と分母から計算します。直すときは、分子と分母を入力してください。"
NOTHING_LEFT = "値か文のどちらかを入力してください。目標をなくすときは、操作の列に「（削除）」と入力します。"


class IndicatorSheet(Sheet):
    slug, caption = "indicators", "指標"
    model = Indicator
    named = ("name",)
    deletes = "保管されます（数値は残り、元に戻せます）"

    name = Column("指標名", required=True, width=36)
    unit = Column("単位", width=10)
    kind = Column("区分", Choice(kind_choices), required=True)
    method = Column("数え方", Choice(method_choices), required=True)
    direction = Column("目指す向き", Choice(direction_choices), required=True)
    qualitative = Column("定性", Choice(yes_no, empty=False), width=10, note="「はい」は数でなく文で書く指標")
    baseline = Column("基準値", Number(), width=12)
    baseline_text = Column("基準の状態（定性）", width=26)
    baseline_on = Column("基準値の日付", Day())
    department = Column("担当", One(), attribute="department_id", required=True, width=24)
    source = Column("出典", width=30)
    note = Column("備考", width=36)
    elements = Column("戦略の要素", Many(), width=36)
    items = Column("国の項目", Many(), width=28)

    class Meta:
        model = Indicator

    def prepare(self) -> None:
        load_departments(self.fields["department"].widget)
        elements = Element.objects.exclude(edition__status="draft").select_related("layer", "edition__plan")
        elements = elements.order_by("-edition__plan__is_main", "edition__plan", "-edition__order", "layer__order")
        self.fields["elements"].widget.load([(e.pk, _element(e), ()) for e in elements])
        items = PriorityItem.objects.select_related("plan").order_by("-plan__is_current", "plan", "pk")
        self.fields["items"].widget.load([(i.pk, _item(i), ()) for i in items])

        # Indicators whose version this file moves on; their targets stand under the same version.
        self.touched: set[int] = set()

    def rows(self) -> models.QuerySet:
        return Indicator.objects.live().order_by("department__order", "name", "pk")

    def store(self, row: Row, by: Any) -> Any:
        if row.kind != "new":
            self.touched.add(row.obj.pk)
        if row.kind == "removed":
            return services.archive_indicator(indicator=row.obj, version=row.version, by=by)
        values = dict(row.values)
        if "department" in values:
            values["department_id"] = values.pop("department")
        sets = {n: _chosen(model, values.pop(n)) for n, model in SETS.items() if n in values}
        named = _named(values)
        if row.kind == "new":
            return services.create_indicator(by=by, **sets, **named)
        return services.update_indicator(indicator=row.obj, version=row.version, by=by, **sets, **named)


SETS: dict[str, type[models.Model]] = {"elements": Element, "items": PriorityItem}


def _chosen(model: type[models.Model], keys: Any) -> list[Any]:
    return list(model._default_manager.filter(pk__in=keys))


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """The service takes the department itself."""
    from_key = values.pop("department_id", None)
    if from_key is None:
        return values
    department = Indicator._meta.get_field("department").related_model._default_manager.get(pk=from_key)
    return values | {"department": department}


def _element(element: Element) -> str:
    label = f"{element.layer.name} {element}"
    now = element.edition.status == "published" and element.edition.plan.is_main
    return label if now else f"{label}（{element.edition}）"


def _item(item: PriorityItem) -> str:
    return f"{item.tag} {item.name}" if item.plan.is_current else f"{item.tag} {item.name}（{item.plan.label}）"


class FigureSheet(Sheet):
    """Rows that hang on an indicator."""

    follows = ("indicator", "indicators")

    def prepare(self) -> None:
        rows = Indicator.objects.live().select_related("department").order_by("department__order", "name", "pk")
        self.versions = {i.pk: i.version for i in rows}
        self.moved: set[int] = set()
        pairs = [(i.pk, i.name, {f"{i.department.short_name} {i.name}"}) for i in rows]
        self.fields["indicator"].widget.load(pairs)
        self.names = {pk: name for pk, name, _ in pairs}

    def rows(self) -> models.QuerySet:
        rows = self.model._default_manager.filter(indicator__archived_at__isnull=True)
        own = "fiscal_year" if self.model is IndicatorTarget else "as_of"
        return rows.order_by("indicator__department__order", "indicator__name", "indicator", own, "pk")

    def indicator_of(self, row: Row) -> Indicator:
        key = row.values["indicator"] if row.kind == "new" else row.obj.indicator_id
        return Indicator.objects.get(pk=self.parent_of(key))


class TargetSheet(FigureSheet):
    slug, caption = "targets", "目標"
    model = IndicatorTarget
    named = ("indicator", "fiscal_year")
    deletes = "削除されます"

    indicator = Column("指標", One(), attribute="indicator_id", required=True, once=True, width=40)
    fiscal_year = Column(
        "年度", FiscalYear(FIRST_YEAR, LAST_YEAR), required=True, once=True, width=10, note="西暦か和暦の年度"
    )  # fmt: skip
    value = Column("目標値", Number(), width=14)
    text = Column("目標の状態（定性）", width=40)

    class Meta:
        model = IndicatorTarget

    def version_of(self, obj: Any) -> int:
        return self.versions[obj.indicator_id]

    def store(self, row: Row, by: Any) -> Any:
        """The targets of an indicator are one list under its version: earlier rows of the file are in it already."""
        indicator = self.indicator_of(row)
        goals: dict[int, Any] = {t.fiscal_year: t.text or t.value for t in indicator.targets.all()}
        year = row.values["fiscal_year"] if row.kind == "new" else row.obj.fiscal_year
        if row.kind == "new" and year in goals:
            raise ValidationError({"fiscal_year": "この年度の目標は、すでに登録されています。"})
        if row.kind == "removed":
            del goals[year]
        else:
            goals[year] = self._goal(row)
        version = indicator.version if row.kind == "new" or self._moved_here(indicator.pk) else row.version
        services.set_targets(indicator=indicator, targets=goals, version=version, by=by)
        self.moved.add(indicator.pk)
        return None

    def _moved_here(self, pk: int) -> bool:
        """Whether this very file has moved the indicator's version on."""
        before = self.earlier["indicators"].touched if "indicators" in self.earlier else set()
        return pk in self.moved or pk in before

    @staticmethod
    def _goal(row: Row) -> Any:
        values = {n: row.values.get(n, getattr(row.obj, n)) for n in ("value", "text")}
        if values["text"] and values["value"] is not None:
            raise ValidationError({"text": "数と文の両方は入力できません。"})
        goal = values["text"] or values["value"]
        if goal is None or goal == "":
            raise ValidationError({"value": NOTHING_LEFT})
        return goal

    def label_of(self, obj: Any) -> str:
        return f"{self.names[obj.indicator_id]} {obj.fiscal_year}年度"


class ActualSheet(FigureSheet):
    slug, caption = "actuals", "実績"
    model = IndicatorActual
    named = ("indicator", "as_of")

    indicator = Column("指標", One(), attribute="indicator_id", required=True, once=True, width=40)
    as_of = Column("時点", Day(), required=True)
    value = Column("実績値", Number(), width=14, note="率の指標は分子と分母を入力します。率は計算します")
    numerator = Column("分子", Number(), width=12)
    denominator = Column("分母", Number(), width=12)
    text = Column("実績の状態（定性）", width=36)
    comment = Column("コメント", once=True, width=30)
    reason = Column(
        "訂正の理由", Inward(300), attribute="pk", width=30, note="登録ずみの実績を直す行だけ。前の値とともに残ります"
    )

    class Meta:
        model = IndicatorActual

    def read_value(self, obj: Any, column: Column) -> Any:
        """A rate is given by its parts only."""
        if column.name == "value" and obj.numerator is not None:
            return None
        return super().read_value(obj, column)

    def store(self, row: Row, by: Any) -> Any:
        values = row.values
        if row.kind == "new":
            given = {n: values[n] for n in ("as_of", *GIVEN, "comment") if n in values}
            return services.record_actual(indicator=self.indicator_of(row), by=by, **given)
        given = {n: values.get(n, getattr(row.obj, n)) for n in ("as_of", *GIVEN)}
        if given["numerator"] is not None:
            given["value"] = values.get("value")
            if given["value"] is not None and not {"numerator", "denominator"} & set(values):
                raise ValidationError({"value": BY_PARTS})
        return services.correct_actual(
            actual=row.obj, version=row.version, reason=values.get("reason", ""), by=by, **given
        )  # fmt: skip

    def label_of(self, obj: Any) -> str:
        return f"{self.names[obj.indicator_id]} {obj.as_of.isoformat()}"
