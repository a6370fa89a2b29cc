"""Forms of indicators: the indicator, its yearly targets, an actual, a correction."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import Department
from lib import fiscal
from lib.forms import PortalForm, PortalModelForm, WarekiDateField, display
from lib.writes import StaleError
from strategy.achievement import LARGEST, PLACES, figure
from strategy.models import Element, Indicator, IndicatorActual, Plan, PriorityItem
from strategy.models.indicators import DIGITS, FIRST_YEAR, LAST_YEAR

SPARE_ROWS = 2
YEARS_SHOWN, YEARS_BACK, YEARS_AHEAD = 2, 5, 10
MOST_ROWS = 120
_MINUS = str.maketrans(dict.fromkeys("−‐‑–—", "-"))


class NumberField(forms.DecimalField):
    """A number typed in any width, with separators; blank is unknown, never 0."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"required": False, "max_digits": DIGITS, "decimal_places": PLACES} | kwargs
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})
        self.error_messages["invalid"] = "数字で入力してください。"

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            text = unicodedata.normalize("NFKC", value).translate(_MINUS)
            value = "".join(text.split()).replace(",", "").removesuffix("%")
        number = super().to_python(value)
        if number is None or not number.is_finite():
            return number
        if number.copy_abs() > LARGEST:
            raise ValidationError("整数部を12桁までにしてください。", code="large")
        return number or Decimal(0)

    def prepare_value(self, value: Any) -> Any:
        return figure(value).replace(",", "").replace("−", "-") if isinstance(value, Decimal) else value


class ElementChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Element) -> str:
        return f"{obj.layer.name}　{obj}"


class ItemChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: PriorityItem) -> str:
        return f"{obj.tag}　{obj.name}" if obj.plan.is_current else f"{obj.plan.label} {obj.tag}　{obj.name}"


class ElementChoices(ElementChoice, forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class ItemChoices(ItemChoice, forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class ConflictWords:
    """Adds to the two-value view what `PortalForm` leaves out: numbers as written, and links."""

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)  # type: ignore[misc]
        form: Any = self
        for name, typed in form.cleaned_data.items():
            now = getattr(error.current, name, None)
            if name in form.conflicts and isinstance(now, Decimal):
                form.conflicts[name] = figure(now)
            elif hasattr(now, "all") and {o.pk for o in now.all()} != {o.pk for o in typed}:
                form.conflicts[name] = "、".join(str(o) for o in now.all()) or display("")


class IndicatorForm(ConflictWords, PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    baseline = NumberField(label="基準値")
    baseline_on = WarekiDateField(label="基準値の日付", required=False)
    elements = ElementChoices(label="戦略の要素", required=False, queryset=Element.objects.none())
    items = ItemChoices(label="国の項目", required=False, queryset=PriorityItem.objects.none())

    class Meta:
        model = Indicator
        fields = (
            "name", "kind", "department", "qualitative", "method", "direction", "unit", "baseline", "baseline_text",
            "baseline_on", "elements", "items", "source", "note",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Q(pk__in=Department.objects.current()) | Q(pk=self.instance.department_id)
        self.fields["department"].queryset = Department.objects.filter(own)
        self.fields["department"].empty_label = "選んでください"
        self._offer_links()
        self.fields["unit"].help_text = "件、人、台など。率は空欄にすると％になります。"
        self.fields["method"].help_text = "累計は始めからの合計、単年はその年度の値、率は分子÷分母です。"
        self.fields["direction"].help_text = "維持する指標は、目標の±10％以内を達成とします。"
        self.fields["baseline"].help_text = "分からないときは空欄にします。0とは数えません。"
        self.fields["qualitative"].help_text = "目標と実績を文で書きます。達成の計算には入れません。"
        self.fields["note"].widget.attrs["rows"] = 3
        self.fields["source"].help_text = "値を取った統計や調査の名称を書きます。"

    def _offer_links(self) -> None:
        """Elements in force and items of today's version; what is linked already stays selectable."""
        linked_elements, linked_items = Q(), Q()
        if self.instance.pk:
            linked_elements = Q(pk__in=list(_in_force_or_linked(self.instance)))
            linked_items = Q(indicators=self.instance)
            self.initial["elements"] = _in_force_or_linked(self.instance)
        elements = Element.objects.filter(Q(pk__in=Element.objects.in_force()) | linked_elements)
        items = PriorityItem.objects.filter(Q(plan__is_current=True) | linked_items)
        self.fields["elements"].queryset = (
            elements.select_related("layer").order_by("layer__order", "order", "pk").distinct()
        )
        self.fields["items"].queryset = items.select_related("plan").distinct()

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def _in_force_or_linked(indicator: Indicator) -> list[int]:
    """Linked elements, each replaced by the one of the edition in force with the same lineage."""
    linked = dict(indicator.elements.values_list("lineage", "pk"))
    in_force = dict(Element.objects.in_force().filter(lineage__in=linked).values_list("lineage", "pk"))
    return list((linked | in_force).values())


class TargetForm(PortalForm):
    """One year's target: a number, or words when the indicator is told in words."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, is_words: bool, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goal = forms.CharField(required=False, max_length=200) if is_words else NumberField()
        goal.label = "目標"
        self.fields["goal"] = goal
        self._dress("goal", goal)
        choices = [(y, fiscal.parse(str(y)).label) for y in years]
        self.fields["year"].choices = [("", "年度を選ぶ"), *choices]
        # The row names itself to a screen reader; the table's heads name the columns.
        self.fields["goal"].widget.attrs["aria-label"] = f"{self.year_label or '追加する年度'}の目標"
        self.fields["year"].widget.attrs["aria-label"] = "年度"

    @property
    def year_label(self) -> str:
        year = self.initial.get("year")
        return fiscal.parse(str(year)).label if year else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("goal") not in (None, "") and not data.get("year") and "year" not in self.errors:
            self.add_error("year", "年度を選んでください。")
        return data


class BaseTargets(forms.BaseFormSet):
    def clean(self) -> None:
        years = [f.cleaned_data["year"] for f in self.forms if f.is_valid() and f.cleaned_data.get("goal") is not None]
        if twice := {y for y in years if y and years.count(y) > 1}:
            names = "、".join(fiscal.parse(str(y)).label for y in sorted(twice))
            raise ValidationError(f"{names}の目標が2行以上あります。1つにしてください。")

    @property
    def goals(self) -> dict[int, Any]:
        """Years with a target as typed; a blank row is no target."""
        found = [(f.cleaned_data.get("year"), f.cleaned_data.get("goal")) for f in self.forms]
        return {year: goal for year, goal in found if year and goal not in (None, "")}

    def show_conflicts(self, stored: Mapping[int, Any]) -> None:
        """Beside each target that differs, what is stored now."""
        for form in self.forms:
            year, typed = form.cleaned_data.get("year"), form.cleaned_data.get("goal") or None
            now = stored.get(year) if year else None
            if year and now != typed:
                form.conflicts["goal"] = figure(now) if isinstance(now, Decimal) else display(now)

    @property
    def has_conflicts(self) -> bool:
        return any(form.conflicts for form in self.forms)


TargetFormSet = forms.formset_factory(
    TargetForm, formset=BaseTargets, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


def targets_form(
    indicator: Indicator, plan: Plan | None, *, is_words: bool, today: dt.date, data: Any = None
) -> BaseTargets:
    """Rows for the years of the plan and those with a target, then empty ones for any other year."""
    stored = goals_of(indicator)
    this = fiscal.fiscal_year(today)
    first = max((plan and plan.fiscal_from) or this, FIRST_YEAR)
    last = min((plan and plan.fiscal_to) or this + YEARS_SHOWN, LAST_YEAR)
    shown = sorted({*range(first, last + 1), *stored})
    rows = [{"year": y, "goal": stored.get(y)} for y in shown] + [{"year": None, "goal": None}] * SPARE_ROWS
    offered = range(min([this - YEARS_BACK, *shown]), max([this + YEARS_AHEAD, *shown]) + 1)
    return TargetFormSet(data, initial=rows, prefix="targets", form_kwargs={"is_words": is_words, "years": offered})


def goals_of(indicator: Indicator) -> dict[int, Any]:
    if not indicator.pk:
        return {}
    return {t.fiscal_year: t.text or t.value for t in indicator.targets.all()}


class ActualForm(ConflictWords, PortalForm):
    """Shows only the fields of the indicator's kind: a number, the parts of a rate, or words."""

    as_of = WarekiDateField(label="時点", help_text="いつの値かを入れます。年度末の値は3月31日です。")
    value = NumberField(label="実績値", required=True)
    numerator = NumberField(label="分子", required=True)
    denominator = NumberField(label="分母", required=True)
    text = forms.CharField(label="実績の状態", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    comment = forms.CharField(
        label="コメント", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = ("text",) if indicator.qualitative else ("numerator", "denominator") if indicator.is_rate else ("value",)
        for name in {"value", "numerator", "denominator", "text"} - set(used):
            del self.fields[name]
        if "value" in self.fields and indicator.method == "cumulative":
            self.fields["value"].label = f"始めからの合計（{indicator.unit}）"
        elif "value" in self.fields:
            self.fields["value"].label = f"実績値（{indicator.unit}）"

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class CorrectionForm(ActualForm):
    """The figure as it should be, and why; or its withdrawal."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label="訂正の理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    withdraw = forms.BooleanField(
        label="この実績を取り消し、値を不明にする", required=False,
        help_text="取り消しても、これまでの値は履歴に残ります。",
    )  # fmt: skip

    def __init__(self, *args: Any, actual: IndicatorActual, **kwargs: Any) -> None:
        names = ("as_of", "value", "numerator", "denominator", "text", "version")
        kwargs["initial"] = {name: getattr(actual, name) for name in names}
        super().__init__(*args, indicator=actual.indicator, **kwargs)
        del self.fields["comment"]
        if self.data.get(self.add_prefix("withdraw")):
            for name in ("value", "numerator", "denominator", "text"):
                if name in self.fields:
                    self.fields[name].required = False
