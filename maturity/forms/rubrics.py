"""Forms of the editor: heads of a draft, one axis with its levels, the mapping to the version before."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from lib.forms import PortalForm, WarekiDateField, WholeNumberField, display
from lib.writes import StaleError
from maturity.models import HIGHEST_NUMBER, Axis, Rubric
from maturity.services.rubrics import RUBRIC_FIELDS

DESCRIPTOR_LENGTH = 300


class VersionForm(PortalForm):
    """Nothing but the version that the person saw, for an act that is asked about once."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class RubricForm(PortalForm):
    label = forms.CharField(label="版", max_length=30, help_text="例 第2版")
    name = forms.CharField(label="名称", max_length=100)
    lowest = WholeNumberField(
        label="最も低い段階",
        min_value=0,
        max_value=HIGHEST_NUMBER,
        help_text="ふつうは1です。「未着手」を段階に入れるときは0にします。",
    )
    highest = WholeNumberField(label="最も高い段階", min_value=1, max_value=HIGHEST_NUMBER, help_text="ふつうは5です。")
    target_level = WholeNumberField(
        label="全庁の目標レベル", min_value=0, max_value=HIGHEST_NUMBER, required=False,
        help_text="課が自分の目標を決めるまで、この目標を示します。",
    )  # fmt: skip
    uses_weights = forms.BooleanField(
        label="軸に重みを付けて、全体の平均を計算する", required=False,
        help_text="付けないときは、どの軸も同じ重さです。付けると、全体の平均を示す画面にそのことが出ます。",
    )  # fmt: skip
    source = forms.CharField(label="出典", max_length=300, required=False)
    as_of = WarekiDateField(label="出典を確かめた日", required=False)
    note = forms.CharField(label="説明", max_length=1000, required=False, widget=forms.Textarea)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rubric: Rubric, **kwargs: Any) -> None:
        initial = {name: getattr(rubric, name) for name in (*RUBRIC_FIELDS, "version")}
        super().__init__(*args, initial=initial, **kwargs)


class WeightField(forms.DecimalField):
    """A weight typed in full-width figures too."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value)


class AxisForm(PortalForm):
    """One axis; a field for each level of the draft's range. A level may stay empty until publication."""

    name = forms.CharField(label="軸の名前", max_length=40)
    description = forms.CharField(
        label="説明", max_length=200, required=False, help_text="この軸で何を見るかを1文で書きます。"
    )
    weight = WeightField(
        label="重み", min_value=Decimal("0.1"), max_value=100, max_digits=4, decimal_places=1, initial=Decimal(1),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, rubric: Rubric, axis: Axis | None = None, **kwargs: Any) -> None:
        self.numbers = list(rubric.numbers)
        super().__init__(*args, initial=_axis_initial(axis), **kwargs)
        self.fields["version"].required = axis is not None
        for number in self.numbers:
            field = forms.CharField(label=f"レベル{number}", max_length=DESCRIPTOR_LENGTH, required=False,
                                    widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
            self.fields[f"level_{number}"] = field
            self._dress(f"level_{number}", field)
        if not rubric.uses_weights:
            self.fields[
                "weight"
            ].help_text = "この版は重みを使わない設定です。入れた値は、使う設定にしたときに効きます。"

    @property
    def values(self) -> dict[str, Any]:
        """What the service is given."""
        data = dict(self.cleaned_data)
        texts = {n: data.pop(f"level_{n}") for n in self.numbers}
        if data["version"] is None:
            data.pop("version")
        return data | {"descriptors": texts}

    @property
    def preview(self) -> list[tuple[int, str]]:
        """The levels as typed."""
        return [(n, self[f"level_{n}"].value() or "") for n in self.numbers]

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        if error.current is None:
            return
        stored = {f"level_{x.number}": x.descriptor for x in error.current.levels.all()}
        for name, now in stored.items():
            if name in self.cleaned_data and self.cleaned_data[name] != now:
                self.conflicts[name] = display(now)


def _axis_initial(axis: Axis | None) -> dict[str, Any]:
    if axis is None:
        return {}
    values = {name: getattr(axis, name) for name in ("name", "description", "weight", "version")}
    return values | {f"level_{x.number}": x.descriptor for x in axis.levels.all()}


class MappingForm(PortalForm):
    """For each axis of a version the axis of the version before that it continues."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rubric: Rubric, axes: Sequence[Axis], former: Sequence[Axis], **kwargs: Any) -> None:
        by_line = {a.line: a.pk for a in former}
        initial = {f"axis_{a.pk}": by_line.get(a.line) for a in axes} | {"version": rubric.version}
        super().__init__(*args, initial=initial, **kwargs)
        self.axes = axes
        choices = [("", "新しい軸（続きではない）"), *((a.pk, a.name) for a in former)]
        for axis in axes:
            field = forms.TypedChoiceField(
                label=axis.name, choices=choices, coerce=int, empty_value=None, required=False
            )
            field.error_messages["invalid_choice"] = "前の版にない軸です。選び直してください。"
            self.fields[f"axis_{axis.pk}"] = field
            self._dress(f"axis_{axis.pk}", field)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        chosen = [v for k, v in data.items() if k.startswith("axis_") and v is not None]
        for name, value in list(data.items()):
            if name.startswith("axis_") and value is not None and chosen.count(value) > 1:
                self.add_error(name, "前の版の同じ軸が2回選ばれています。対応は1つにしてください。")
        return data

    @property
    def pairs(self) -> dict[int, int | None]:
        return {a.pk: self.cleaned_data[f"axis_{a.pk}"] for a in self.axes}
