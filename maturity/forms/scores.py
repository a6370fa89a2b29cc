"""Forms of one axis: the department's answer, the level that 事務局 sets beside it, and the city's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from lib.forms import PortalForm, WarekiDateField
from lib.writes import StaleError
from maturity.models import Axis, CityAssessment, Level, Score, confidence_choices

NOTED = (
    "level", "not_applicable", "not_applicable_reason", "evidence", "confidence", "target_level", "target_on",
)  # fmt: skip


def offer(field: forms.ChoiceField, levels: Sequence[Level], axis: Axis, blank: str = "") -> list[tuple[int, str]]:
    """Let the field choose from the axis's levels (and nothing, said as `blank`), and name them in its refusal."""
    numbers = [(level.number, f"レベル {level.number}") for level in levels]
    reach = f"{levels[0].number}〜{levels[-1].number}" if levels else ""
    field.error_messages["invalid_choice"] = f"レベル%(value)sは「{axis}」にありません。{reach}から選んでください。"
    field.choices = [("", blank), *numbers] if blank else numbers
    return numbers


def level_conflicts(form: PortalForm, error: StaleError) -> None:
    """Say levels and confidence as the page says them, where another person's value stands beside the own one."""
    names = {"level", "target_level", "confidence", "reviewed_level"}
    for name in form.conflicts.keys() & names:
        if value := getattr(error.current, name):
            labels = dict(confidence_choices())
            form.conflicts[name] = labels[value] if name == "confidence" else f"レベル{value}"


class ScoreForm(PortalForm):
    """One axis. Radio buttons cannot be cleared and a ticked box not be overruled by choosing a level, so
    `clean` lets the later of the two win; `resolved` then says that the controls must be drawn again."""

    level = forms.TypedChoiceField(
        label="レベル", coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    not_applicable = forms.BooleanField(label="この軸は該当しない", required=False)
    not_applicable_reason = forms.CharField(label="該当しない理由", max_length=200, required=False)
    evidence = forms.CharField(label="根拠（資料の名前やURL）", max_length=500, required=False)
    confidence = forms.ChoiceField(label="確からしさ", required=False)
    target_level = forms.TypedChoiceField(label="目標レベル", coerce=int, empty_value=None, required=False)
    target_on = WarekiDateField(label="目標の期日", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, score: Score, levels: Sequence[Level], **kwargs: Any) -> None:
        key = score.axis.key
        super().__init__(*args, auto_id=f"axis-{key}-%s", initial=_initial(score), **kwargs)
        self.score = score
        self.resolved = False
        offer(self.fields["level"], levels, score.axis)
        offer(self.fields["target_level"], levels, score.axis, "決めていない")
        self.fields["confidence"].choices = [("", "選んでください"), *confidence_choices()]
        self.fields["target_on"].widget.attrs["placeholder"] = "例 令和10年3月末"
        for name in NOTED:
            self.fields[name].widget.attrs["aria-describedby"] = self.note_id(name)

    def note_id(self, name: str) -> str:
        """Id of the element that holds the field's errors, there even when it is empty."""
        return f"axis-{self.score.axis.key}-{name}-note"

    @property
    def noted(self) -> list[tuple[forms.BoundField, str, str]]:
        """Each field with the id of its errors and the id of its (first) control."""
        return [(self[name], self.note_id(name), self._control_id(name)) for name in NOTED]

    def _control_id(self, name: str) -> str:
        if name != "level":
            return self[name].id_for_label
        numbers = [number for number, _ in self.fields["level"].choices]
        return f"axis-{self.score.axis.key}-level-{numbers[0] if numbers else ''}"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        level, skipped = data.get("level"), data.get("not_applicable")
        if "clear" in self.data:
            self.resolved = True
            return data | {"level": None, "not_applicable": False}
        if skipped and level is not None and self.score.level == level:
            self.resolved = True
            return data | {"level": None}
        if skipped and level is not None and self.score.not_applicable:
            self.resolved = True
            return data | {"not_applicable": False}
        return data

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        level_conflicts(self, error)


def _initial(score: Score) -> dict[str, Any]:
    return {name: getattr(score, name) for name in (*NOTED, "version")}


class ReviewForm(PortalForm):
    """The level that 事務局 sets beside the department's own."""

    reviewed_level = forms.TypedChoiceField(label="確認後のレベル", coerce=int, empty_value=None, required=False)
    review_comment = forms.CharField(
        label="コメント", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, score: Score, levels: Sequence[Level], **kwargs: Any) -> None:
        initial = {name: getattr(score, name) for name in ("reviewed_level", "review_comment", "version")}
        super().__init__(*args, auto_id=f"score-{score.pk}-%s", initial=initial, **kwargs)
        offer(self.fields["reviewed_level"], levels, score.axis, "まだ確認していない")

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        level_conflicts(self, error)


class CityForm(PortalForm):
    """One axis as 組織として."""

    level = forms.TypedChoiceField(label="組織としてのレベル", coerce=int, empty_value=None, required=False)
    evidence = forms.CharField(label="根拠（資料の名前やURL）", max_length=500, required=False)
    comment = forms.CharField(label="説明", max_length=500, required=False, widget=forms.Textarea)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stored: CityAssessment, levels: Sequence[Level], **kwargs: Any) -> None:
        initial = {name: getattr(stored, name) for name in ("level", "evidence", "comment", "version")}
        super().__init__(*args, auto_id=f"city-{stored.axis.pk}-%s", initial=initial, **kwargs)
        offer(self.fields["level"], levels, stored.axis, "まだ決めていない")

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        level_conflicts(self, error)
