"""Forms of the comparison: another municipality's scores, a file of them, a national figure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from lib.forms import PortalForm, WarekiDateField, WholeNumberField, display
from lib.writes import StaleError
from maturity.exchange_format import MAX_BYTES
from maturity.models import Axis
from maturity.models_evidence import NationalIndicator, Reference, area_choices, own_choices
from maturity.services.references import INDICATOR_FIELDS, REFERENCE_FIELDS


class PlainDecimalField(forms.DecimalField):
    """A decimal typed in full-width figures or with separators too; NaN and Infinity are no numbers."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})
        self.error_messages["invalid"] = "数で入力してください。"

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").strip()
        return super().to_python(value)


class ReferenceForm(PortalForm):
    """The heads of a municipality and a level for each axis of the rubric in use."""

    municipality = forms.CharField(
        label="自治体", max_length=60, help_text="名前を伏せるときは「A市」「人口10万の市」のように書きます。"
    )
    as_of = WarekiDateField(label="基準日")
    source = forms.CharField(label="出典", max_length=200, help_text="だれから、どの資料で受け取ったかを書きます。")
    note = forms.CharField(label="備考", max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, axes: Sequence[Axis], reference: Reference | None = None, **kwargs: Any) -> None:
        self.axes = axes
        super().__init__(*args, initial=_reference_initial(reference, axes), **kwargs)
        self.fields["version"].required = reference is not None
        for axis in axes:
            low, high = axis.rubric.lowest, axis.rubric.highest
            field = PlainDecimalField(
                label=axis.name, required=False, max_digits=4, decimal_places=2, min_value=low, max_value=high,
                help_text=f"{low}〜{high}。わからないときは空欄",
            )  # fmt: skip
            self.fields[f"level_{axis.pk}"] = field
            self._dress(f"level_{axis.pk}", field)

    @property
    def levels(self) -> list[forms.BoundField]:
        return [self[f"level_{a.pk}"] for a in self.axes]

    @property
    def values(self) -> dict[str, Any]:
        """What the service is given, without the version."""
        data = self.cleaned_data
        return {n: data[n] for n in REFERENCE_FIELDS} | {"levels": {a.pk: data[f"level_{a.pk}"] for a in self.axes}}

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        if error.current is None:
            return
        stored = _reference_initial(error.current, self.axes)
        for axis in self.axes:
            name = f"level_{axis.pk}"
            if self.cleaned_data.get(name) != stored.get(name):
                self.conflicts[name] = display(stored.get(name))


def _reference_initial(reference: Reference | None, axes: Sequence[Axis]) -> dict[str, Any]:
    if reference is None:
        return {}
    by_line = {s.axis.line: s.level for s in reference.scores.select_related("axis")}
    heads = {name: getattr(reference, name) for name in (*REFERENCE_FIELDS, "version")}
    return heads | {f"level_{a.pk}": by_line.get(a.line) for a in axes}


class UploadForm(PortalForm):
    file = forms.FileField(
        label="ファイル", max_length=200, help_text=f"JSON か CSV（UTF-8）、{MAX_BYTES // 1024}KBまで。",
        widget=forms.FileInput(attrs={"accept": ".json,.csv"}),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Refuse by the announced size, before the file is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            size = f"{file.size // 1024:,}KB"
            raise forms.ValidationError(f"ファイルが大きすぎます（{size}）。{MAX_BYTES // 1024}KBまでです。")
        return file


class ConfirmForm(PortalForm):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class DeleteForm(PortalForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class IndicatorForm(PortalForm):
    area = forms.ChoiceField(label="分野", choices=area_choices)
    name = forms.CharField(label="指標", max_length=80, help_text="例 CIOの任命")
    own_answer = forms.ChoiceField(label="本市", choices=own_choices)
    own_value = PlainDecimalField(label="本市の値", required=False, max_digits=12, decimal_places=2)
    national_value = PlainDecimalField(
        label="全国の値",
        required=False,
        max_digits=12,
        decimal_places=2,
        help_text="公表されていなければ空欄にします。",
    )
    denominator = WholeNumberField(
        label="全国の母数", required=False, min_value=1, max_value=2_000_000_000,
        help_text="市区町村は1,741です。割合そのものが値の指標では空欄にします。",
    )  # fmt: skip
    unit = forms.CharField(label="単位", max_length=20, initial="団体")
    as_of = WarekiDateField(label="時点")
    source = forms.CharField(label="出典", max_length=200)
    note = forms.CharField(label="備考", max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, indicator: NationalIndicator | None = None, **kwargs: Any) -> None:
        names = (*INDICATOR_FIELDS, "version")
        initial = {name: getattr(indicator, name) for name in names} if indicator else {}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["version"].required = indicator is not None

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in INDICATOR_FIELDS}
