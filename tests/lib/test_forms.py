"""What a form says about a field that was left empty."""

from __future__ import annotations

import pytest
from django import forms

from lib.forms import PortalForm


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
