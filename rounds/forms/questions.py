"""The rows in which 事務局 writes free questions; an empty row asks nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from lib.forms import PortalForm
from rounds.models import Question, kind_choices
from rounds.services.rounds import MOST_QUESTIONS

WRITTEN = ("text", "choices", "help")


class QuestionForm(PortalForm):
    text = forms.CharField(label="質問", max_length=300, required=False)
    kind = forms.ChoiceField(label="答え方", required=False, choices=kind_choices, initial="text")
    choices = forms.CharField(
        label="選択肢", max_length=2100, required=False, help_text="「選択」のときだけ、1行に1つずつ。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    help = forms.CharField(label="補足", max_length=300, required=False)
    required = forms.BooleanField(label="必ず答えてもらう", required=False, initial=True)

    @property
    def is_filled(self) -> bool:
        return any(self.cleaned_data.get(name) for name in WRITTEN)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not any(data.get(name) for name in WRITTEN) or self.errors:
            return data
        if not data["text"]:
            self.add_error("text", "質問を入力してください。たずねないときは、この行をすべて空にします。")
            return data
        data["kind"] = data["kind"] or "text"
        data["choices"] = [line.strip() for line in data["choices"].splitlines() if line.strip()]
        try:
            Question(**data).clean()
        except ValidationError as error:
            self.add_refusal(error)
        return data


class _Rows(forms.BaseFormSet):
    def filled(self) -> list[dict[str, Any]]:
        """The questions to ask, in order."""
        return [form.cleaned_data for form in self.forms if form.is_filled]


QuestionRows = forms.formset_factory(
    QuestionForm, formset=_Rows, extra=1, max_num=MOST_QUESTIONS, absolute_max=MOST_QUESTIONS, validate_max=True
)


def typed_rows(rows: forms.BaseFormSet) -> list[dict[str, Any]]:
    """The rows as they were typed, unchecked."""
    if not rows.is_bound:
        return []
    return [{field.name: field.data for field in form} for form in rows.forms]
