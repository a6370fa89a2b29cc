"""Forms of grades: a scale with its steps, which plan uses it, and the grade of headquarters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from actions.filters import state_choices
from actions.forms.plans import RowFormSet, StepForm, rows_of
from actions.grading import Preset
from actions.models import Action, Grade, GradeScale, HeadGrade
from lib.forms import PortalForm, PortalModelForm, WholeNumberField
from strategy.models import Plan


class GradeForm(StepForm):
    code = forms.CharField(label="記号", max_length=8)
    label = forms.CharField(label="意味", max_length=40)
    value = WholeNumberField(
        label="平均に使う値", required=False,
        validators=[
            MinValueValidator(1, "1以上にしてください。平均に入れない評価は空欄にします。"), MaxValueValidator(99),
        ],
    )  # fmt: skip
    agrees = forms.MultipleChoiceField(
        label="合う判定", required=False, choices=state_choices, widget=forms.CheckboxSelectMultiple
    )


GradeFormSet: type[RowFormSet] = rows_of(GradeForm)


class ScaleForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = GradeScale
        fields = ("name", "note")

    def _post_clean(self) -> None:
        """The service fills and checks the instance."""


class ScaleForms:
    """A scale and its grades, bound together."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, scale: GradeScale | None = None, preset: Preset | None = None
    ) -> None:
        given = {"version": scale.version} if scale else {"name": preset.name, "note": preset.note} if preset else {}
        self.main = ScaleForm(data, instance=scale, initial=given)
        steps: list[Any] = list(scale.grades.all()) if scale else list(preset.steps) if preset else []
        rows = [
            {"id": getattr(s, "pk", None), "code": s.code, "label": s.label, "value": s.value, "agrees": list(s.agrees)}
            for s in steps
        ]
        self.grades = GradeFormSet(data, prefix="grades", initial=rows if data is None else None)

    def is_valid(self) -> bool:
        return all([self.main.is_valid(), self.grades.is_valid()])

    def values(self) -> dict[str, Any]:
        return {
            "name": self.main.cleaned_data["name"], "note": self.main.cleaned_data["note"], "rows": self.grades.rows(),
        }  # fmt: skip


NO_SCALE = "none"


class PlanScaleForm(PortalForm):
    """Both are chosen each time: a form that is sent as it opened takes no scale away."""

    plan = forms.ModelChoiceField(
        label="計画", queryset=Plan.objects.order_by("order", "pk"), empty_label="選んでください"
    )
    scale = forms.ChoiceField(label="評価区分")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scales = {str(s.pk): s for s in GradeScale.objects.all()}
        named = [(key, str(s)) for key, s in self.scales.items()]
        self.fields["scale"].choices = [("", "選んでください"), *named, (NO_SCALE, "使わない")]

    def clean_scale(self) -> GradeScale | None:
        return self.scales.get(self.cleaned_data["scale"])


class HeadGradeForm(PortalForm):
    """The grade of headquarters for the day of the last report; `given` is what stands for that day."""

    grade = forms.ModelChoiceField(label="本部評価", queryset=Grade.objects.none(), empty_label="選んでください")
    comment = forms.CharField(
        label="本部のコメント", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="自己評価と違う評価にするときは必要です。",
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, action: Action, given: HeadGrade | None, **kwargs: Any) -> None:
        if given:
            kwargs["initial"] = {"grade": given.grade_id, "comment": given.comment, "version": given.version}
        super().__init__(*args, **kwargs)
        self.fields["grade"].queryset = Grade.objects.filter(scale__plan_scales__plan=action.plan_id)
        self.previous = {"grade": f"自己評価 {action.self_grade}" if action.self_grade else ""}
