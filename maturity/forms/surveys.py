"""Forms of the surveys: a usage survey with its features, a questionnaire, an answer and its triage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.forms import BaseFormSet, formset_factory

from accounts.models import Department
from lib.forms import PortalForm, WarekiDateField, WholeNumberField, status_of
from lib.writes import StaleError
from maturity.models_evidence import BusinessAnswer, BusinessSurvey, UsageSurvey, kind_choices, triage_choices
from maturity.services.surveys import ANSWER_FIELDS, SURVEY_FIELDS, TRIAGE_FIELDS, USAGE_FIELDS, usage_state

BLANK_ROWS, MOST_ROWS, MOST_ACCOUNTS = 3, 60, 2_000_000_000
ROW_FIELDS = ("feature", "unused", "low_use", "accounts", "missing")


def _count(label: str, **kwargs: Any) -> WholeNumberField:
    return WholeNumberField(label=label, min_value=0, max_value=MOST_ACCOUNTS, required=False, **kwargs)


class UsageForm(PortalForm):
    system = forms.CharField(label="システム", max_length=80)
    as_of = WarekiDateField(label="時点")
    accounts = WholeNumberField(label="対象のアカウント数", min_value=1, max_value=MOST_ACCOUNTS)
    all_unused = _count("どの機能も使っていない人数")
    excluded_note = forms.CharField(
        label="除いたもの", max_length=200, required=False, help_text="例 消防署・病院の223アカウント"
    )
    low_use_rule = forms.CharField(label="低利用の決め方", max_length=100, help_text="例 年間利用50回未満")
    source = forms.CharField(label="出典", max_length=200, required=False)
    note = forms.CharField(label="わかったこと", max_length=1000, required=False, widget=forms.Textarea)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class UsageRowForm(PortalForm):
    feature = forms.CharField(label="機能", max_length=60)
    unused = _count("未利用者数")
    low_use = _count("低利用者数")
    accounts = _count("母数")
    missing = forms.CharField(label="不足している機能", max_length=200, required=False)


class UsageRows(BaseFormSet):
    """Features with a few blank rows after them; a ticked 削除 drops one."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "削除"
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{(index or 0) + 1}行目の{field.label}"

    def values(self) -> list[dict[str, Any]]:
        kept = (f.cleaned_data for f in self.forms if f not in self.deleted_forms)
        return [{k: data[k] for k in ROW_FIELDS} for data in kept if data]


UsageRowSet = formset_factory(
    UsageRowForm, formset=UsageRows, extra=BLANK_ROWS, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS,
    validate_max=True,
)  # fmt: skip


class UsageForms:
    """Heads and features of a usage survey, bound together."""

    def __init__(self, data: Mapping[str, Any] | None, *, survey: UsageSurvey | None = None) -> None:
        heads = {name: getattr(survey, name) for name in (*USAGE_FIELDS, "version")} if survey else {}
        self.main = UsageForm(data, initial=heads)
        self.main.fields["version"].required = survey is not None
        # Sent rows stand for themselves: measured against a list that changed since, a blank row would seem filled.
        stored = list(survey.statistics.values(*ROW_FIELDS)) if survey and data is None else []
        self.rows = UsageRowSet(data, prefix="rows", initial=stored)
        self.stored_rows: list[str] = []

    def is_valid(self) -> bool:
        """Both are checked, so that every error shows at once."""
        return all([self.main.is_valid(), self.rows.is_valid()])

    @property
    def values(self) -> dict[str, Any]:
        return {n: self.main.cleaned_data[n] for n in USAGE_FIELDS} | {"rows": self.rows.values()}

    def add_refusal(self, error: Any) -> None:
        """After a conflict also tell what the features are now."""
        self.main.add_refusal(error)
        if isinstance(error, StaleError) and error.current:
            self.stored_rows = usage_state(error.current)["features"]

    @property
    def status(self) -> int:
        return status_of(self.main) if self.main.errors else 422 if self.rows.is_bound else 200


class QuestionnaireForm(PortalForm):
    title = forms.CharField(label="名称", max_length=100)
    held_on = WarekiDateField(label="実施日")
    note = forms.CharField(
        label="説明",
        max_length=1000,
        required=False,
        widget=forms.Textarea,
        help_text="たずねた範囲、回答しなかった所属など",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, survey: BusinessSurvey | None = None, **kwargs: Any) -> None:
        initial = {n: getattr(survey, n) for n in (*SURVEY_FIELDS, "version")} if survey else {}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["version"].required = survey is not None

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in SURVEY_FIELDS}


class AnswerForm(PortalForm):
    department = forms.ModelChoiceField(label="所属", queryset=Department.objects.none(), empty_label="選んでください")
    kind = forms.ChoiceField(label="業務の区分", choices=kind_choices)
    problem = forms.CharField(label="困っていること", max_length=1000, widget=forms.Textarea)
    wish = forms.CharField(label="してほしいこと", max_length=1000, required=False, widget=forms.Textarea)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, answer: BusinessAnswer | None = None, **kwargs: Any) -> None:
        initial = {n: getattr(answer, n) for n in (*ANSWER_FIELDS, "version")} if answer else {}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["version"].required = answer is not None
        current = Department.objects.current().sections().values("pk")
        held = answer.department_id if answer else None
        self.fields["department"].queryset = Department.objects.filter(Q(pk__in=current) | Q(pk=held))

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ANSWER_FIELDS}


class TriageForm(PortalForm):
    """The triage of one answer, several of which stand on one page."""

    triage = forms.ChoiceField(label="整理", choices=triage_choices)
    action_ref = forms.CharField(label="取組の番号かアドレス", max_length=200, required=False)
    triage_note = forms.CharField(label="メモ", max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, answer: BusinessAnswer, **kwargs: Any) -> None:
        initial = {n: getattr(answer, n) for n in (*TRIAGE_FIELDS, "version")}
        super().__init__(*args, initial=initial, auto_id=f"answer-{answer.pk}-%s", **kwargs)
