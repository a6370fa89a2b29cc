"""Forms of the city's own plans. Plain forms, not model forms: the service alone changes a row."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from lib import fiscal, wareki
from lib.forms import PortalForm, WarekiDateField, display
from lib.writes import StaleError
from strategy import presets, tree
from strategy.board import Stated
from strategy.models import Edition, Element, Layer, Plan
from strategy.models.plans import numbering_choices, role_choices
from strategy.services import elements as element_services

TITLE_LENGTH, BODY_LENGTH = 200, 4000


class FiscalYearField(forms.CharField):
    """A fiscal year typed as 令和9年度, R9 or 2027; cleaned to the calendar year in which it begins."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        text = unicodedata.normalize("NFKC", str(value)).strip().removesuffix("度").removesuffix("年")
        try:
            if text.isdigit():
                return fiscal.parse(text).fiscal_year
            return wareki.parse_date(f"{text}.5.1" if text[:1].isascii() else f"{text}年5月1日").year
        except ValueError as error:
            raise ValidationError(f"「{value}」は年度として読めません。令和9年度のように入力してください。") from error

    def prepare_value(self, value: Any) -> Any:
        return wareki.fiscal_year_name(value) if isinstance(value, int) else value


class ValuedForm(PortalForm):
    @property
    def values(self) -> dict[str, Any]:
        """What the service is given."""
        return self.cleaned_data


class VersionedForm(ValuedForm):
    """Carries the version of the row that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


def _counted(form: PortalForm, name: str) -> None:
    """Let the page count the characters of a field into the element `<field id>-count`."""
    form.fields[name].widget.attrs["data-count"] = f"{form[name].auto_id}-count"


class ElementForm(VersionedForm):
    label = forms.CharField(label="番号", max_length=20, required=False)
    title = forms.CharField(label="表題", max_length=TITLE_LENGTH)
    body = forms.CharField(
        label="説明", max_length=BODY_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, element: Element | Stated, focus: bool = True, **kwargs: Any) -> None:
        kwargs["initial"] = {n: getattr(element, n) for n in ("label", "title", "body", "version")}
        super().__init__(*args, auto_id=f"e{element.pk}_%s", **kwargs)
        _counted(self, "body")
        if focus:
            self.fields["title"].widget.attrs["data-focus"] = True


class NewElementForm(ValuedForm):
    parent = forms.ModelChoiceField(label="上位の要素", queryset=Element.objects.none(), empty_label="選んでください")
    label = forms.CharField(label="番号", max_length=20, required=False)
    title = forms.CharField(label="表題", max_length=TITLE_LENGTH)
    body = forms.CharField(
        label="説明", max_length=BODY_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, layer: Layer, parent: Element | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"parent": parent, "label": element_services.next_label(layer, parent)}
        super().__init__(*args, auto_id=f"l{layer.pk}_%s", **kwargs)
        above = element_services.layers_above(layer)
        if above:
            self.fields["parent"].queryset = parents_in(layer.edition, above)
        else:
            del self.fields["parent"]
        _counted(self, "body")
        if parent is not None or not above:
            self.fields["title"].widget.attrs["data-focus"] = True
        if not above:
            return
        # A number such as 1-3 depends on the parent, which may be chosen here: empty means the next one.
        self.fields["label"].help_text = "空欄なら続きの番号" if layer.numbering != "none" else ""
        if parent is None:
            self.initial["label"] = ""

    @property
    def values(self) -> dict[str, Any]:
        data = {"parent": None, **self.cleaned_data}
        return data | {"label": data["label"] or None}


class ParentForm(VersionedForm):
    """Choose another parent in the layers above."""

    parent = forms.ModelChoiceField(label="新しい上位の要素", queryset=Element.objects.none(), empty_label=None)

    def __init__(self, *args: Any, element: Element, **kwargs: Any) -> None:
        kwargs["initial"] = {"parent": element.parent_id, "version": element.version}
        super().__init__(*args, auto_id=f"e{element.pk}_%s", **kwargs)
        above = element_services.layers_above(element.layer)
        self.fields["parent"].queryset = parents_in(element.edition, above).exclude(pk=element.pk)
        self.fields["parent"].widget.attrs["data-focus"] = True


class PlaceForm(VersionedForm):
    """Where a dropped card goes: beside another element of the same edition."""

    beside = forms.ModelChoiceField(queryset=Element.objects.none())
    side = forms.ChoiceField(choices=(("before", "前"), ("after", "後")))

    def __init__(self, *args: Any, element: Element, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["beside"].queryset = element.edition.elements.select_related("layer", "parent")


def parents_in(edition: Edition, layer_ids: list[int]) -> Any:
    return edition.elements.filter(layer_id__in=layer_ids).order_by("layer__order", "order", "pk")


class LinksForm(VersionedForm):
    """Choose the elements of other layers that an element is linked to."""

    targets = forms.ModelMultipleChoiceField(
        label="関連する要素", queryset=Element.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, element: Element, **kwargs: Any) -> None:
        self.linked = list(element.linked.all())
        kwargs["initial"] = {"targets": [t.pk for t in self.linked], "version": element.version}
        super().__init__(*args, auto_id=f"e{element.pk}_%s", **kwargs)
        self.fields["targets"].queryset = _linkable(element, self.linked)

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        if isinstance(error.current, Element):
            now = "、".join(str(t) for t in error.current.linked.all())
            self.conflicts["targets"] = display(now)

    @property
    def by_layer(self) -> list[tuple[str, list[tuple[Element, bool]]]]:
        """Candidates under the name of their layer, each with whether it is checked."""
        chosen = {str(v) for v in (self["targets"].value() or [])}
        groups: dict[str, list[tuple[Element, bool]]] = {}
        for row in self.fields["targets"].queryset:
            groups.setdefault(row.layer.name, []).append((row, str(row.pk) in chosen))
        return list(groups.items())


def _linkable(element: Element, linked: list[Element]) -> Any:
    """Elements of layers beside the element's own line of layers, and whatever is linked already."""
    parents = dict(Layer.objects.filter(edition_id=element.edition_id).values_list("pk", "parent_id"))
    line = tree.branches(parents)[element.layer_id] | set(tree.path(element.layer_id, parents))
    wanted = Q(layer_id__in=set(parents) - line) | Q(pk__in=[t.pk for t in linked])
    return (
        element.edition.elements.filter(wanted)
        .exclude(pk=element.pk)
        .select_related("layer")
        .order_by("layer__order", "order", "pk")
    )


class EditionForm(VersionedForm):
    label = forms.CharField(label="版の名前", max_length=30, help_text="例 第2.0版")
    effective_on = WarekiDateField(label="施行日", required=False)
    summary = forms.CharField(
        label="改定の要点", required=False, max_length=BODY_LENGTH, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        names = ("label", "effective_on", "summary", "version")
        kwargs["initial"] = {n: getattr(edition, n) for n in names}
        super().__init__(*args, **kwargs)
        _counted(self, "summary")


class PublishForm(VersionedForm):
    effective_on = WarekiDateField(label="施行日", help_text="この版で進める最初の日です。")

    def __init__(
        self, *args: Any, edition: Edition, former: Edition | None, today: dt.date, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"effective_on": edition.effective_on or today, "version": edition.version}
        super().__init__(*args, **kwargs)
        if former and former.effective_on:
            told = f"公開中の{former.label}の施行日は{wareki.format_date(former.effective_on)}です。"
            self.fields["effective_on"].help_text += told

    @property
    def day(self) -> dt.date | None:
        """The day as it was typed, or proposed."""
        return (self.cleaned_data if self.is_bound else self.initial).get("effective_on")


class PlanForm(VersionedForm):
    name = forms.CharField(label="計画の名称", max_length=100)
    municipality = forms.CharField(label="団体名", max_length=40)
    fiscal_from = FiscalYearField(label="計画期間の最初の年度", required=False, help_text="例 令和9年度")
    fiscal_to = FiscalYearField(label="計画期間の最後の年度", required=False)
    source = forms.CharField(label="出典", max_length=200, required=False)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        names = ("name", "municipality", "fiscal_from", "fiscal_to", "source", "version")
        kwargs["initial"] = {n: getattr(plan, n) for n in names}
        super().__init__(*args, **kwargs)


class NewPlanForm(ValuedForm):
    preset = forms.ChoiceField(label="形", widget=forms.RadioSelect)
    name = forms.CharField(label="計画の名称", max_length=100)
    municipality = forms.CharField(label="団体名", max_length=40)
    fiscal_from = FiscalYearField(label="計画期間の最初の年度", required=False, help_text="例 令和9年度")
    fiscal_to = FiscalYearField(label="計画期間の最後の年度", required=False)
    is_main = forms.BooleanField(
        label="取組を結び付ける計画にする", required=False, help_text="取組の進捗は、この計画の要素ごとに集計します。"
    )

    def __init__(self, *args: Any, municipality: str, has_main: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"municipality": municipality, "is_main": not has_main}
        super().__init__(*args, **kwargs)
        self.fields["preset"].choices = presets.choices()
        self.initial["preset"] = self.fields["preset"].choices[0][0]
        if has_main:
            del self.fields["is_main"]

    @property
    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return {"layers": presets.layers(data.pop("preset")), **data}


class LayerForm(VersionedForm):
    name = forms.CharField(label="名称", max_length=40)
    role = forms.ChoiceField(label="役割", choices=role_choices)
    numbering = forms.ChoiceField(label="番号の付け方", choices=numbering_choices)
    note = forms.CharField(label="説明", max_length=200, required=False)

    def __init__(self, *args: Any, layer: Layer, **kwargs: Any) -> None:
        names = ("name", "role", "numbering", "note", "version")
        kwargs["initial"] = {n: getattr(layer, n) for n in names}
        super().__init__(*args, auto_id=f"l{layer.pk}_%s", **kwargs)


class NewLayerForm(ValuedForm):
    name = forms.CharField(label="名称", max_length=40)
    parent = forms.ModelChoiceField(
        label="上位の階層", queryset=Layer.objects.none(), required=False, empty_label="なし（一番上）"
    )
    role = forms.ChoiceField(label="役割", choices=role_choices, initial="other")
    numbering = forms.ChoiceField(label="番号の付け方", choices=numbering_choices)
    note = forms.CharField(label="説明", max_length=200, required=False)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = edition.layers.all()
