"""What a form says about a field that was left empty."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Department
from lib import fiscal
from lib.forms import PortalForm, PortalModelForm, WarekiDateField, plain_text
from meetings.models import Decision


class Asked(PortalForm):
    title = forms.CharField()
    kind = forms.ChoiceField(choices=[("a", "A")])
    way = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    agreed = forms.BooleanField()
    sheet = forms.FileField()
    reason = forms.CharField(error_messages={"required": "理由を入力してください。"})


@pytest.mark.parametrize(
    ("name", "said"),
    [("title", "入力してください。"), ("kind", "選んでください。"), ("way", "選んでください。"),
     ("agreed", "選んでください。"), ("sheet", "選んでください。"), ("reason", "理由を入力してください。")],
)  # fmt: skip
def test_an_empty_field_is_asked_for_in_plain_words(name: str, said: str) -> None:
    assert Asked({}, {}).errors[name] == [said]


class Chosen(PortalModelForm):
    class Meta:
        model = Decision
        fields = ("kind", "department")


@pytest.mark.django_db
def test_the_choice_of_nothing_has_words() -> None:
    """選んでください where something is needed, 指定なし where nothing may be chosen; never a row of dashes."""
    form = Chosen()
    first = {name: next(iter(form.fields[name].choices)) for name in ("kind", "department")}
    assert first == {"kind": ("", "選んでください"), "department": ("", "指定なし")}
    assert "選んでください</option>" in str(form["kind"])


def test_characters_that_no_file_can_hold_are_not_stored() -> None:
    assert plain_text("窓口\ufffe\uffff\x0b改革\U000e0100") == "窓口改革\U000e0100"


@pytest.mark.parametrize("typed", ["9999-12-31", "9998-04-01", "明治6年3月31日"])
def test_a_day_that_no_schedule_can_count_with_is_refused(typed: str) -> None:
    """People type 9999-12-31 for "never"."""
    with pytest.raises(ValidationError, match="1873年4月1日から9998年3月31日まで"):
        WarekiDateField().clean(typed)


@pytest.mark.parametrize("typed", ["R99.4.1", "9998-03-31", "1873-04-01"])
def test_the_first_and_the_last_day_belong_to_a_half(typed: str) -> None:
    day = WarekiDateField().clean(typed)
    assert fiscal.half_of(day).contains(day)


def test_a_form_keeps_its_own_words() -> None:
    class Own(PortalForm):
        department = forms.ModelChoiceField(queryset=Department.objects.none(), empty_label="全庁")

    assert Own().fields["department"].empty_label == "全庁"
