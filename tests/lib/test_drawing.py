"""Widgets written by functions: what Django's templates give, but for the line breaks between elements."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from lib import drawing
from lib.forms import PortalForm, Renderer, WarekiDateField

BAD = "<b>\"'&"
CHOICES = [("", "すべて"), (1, BAD), ("部", [("a", "税務課"), (BAD, mark_safe("<i>太字</i>"))])]
ATTRS = {"id": "x", "class": "in", "required": True, "disabled": False, "data-n": 3, "title": BAD, "rows": None}
WIDGETS = (
    forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput,
    forms.DateInput, forms.DateTimeInput, forms.TimeInput, forms.CheckboxInput, forms.Textarea, forms.Select,
    forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple,
)  # fmt: skip
VALUES = (None, "", "a", 1, True, BAD, mark_safe("<i>"), ["a", 1, BAD])


def both(widget: forms.Widget, value: Any, attrs: dict[str, Any]) -> tuple[str, str]:
    mine, theirs = (str(widget.render(f"n{BAD}", value, dict(attrs), r)) for r in (Renderer(), TemplatesSetting()))
    return on_one_line(mine), on_one_line(theirs)


def on_one_line(html: str) -> str:
    return re.sub(r"\s*(<[^<>]*>)\s*", r"\1", html)


@pytest.mark.parametrize("kind", WIDGETS, ids=lambda k: k.__name__)
def test_as_the_templates(kind: type[forms.Widget]) -> None:
    widget = kind(choices=CHOICES) if issubclass(kind, forms.widgets.ChoiceWidget) else kind()
    for value in VALUES:
        for attrs in ({}, ATTRS):
            mine, theirs = both(widget, value, attrs)
            assert mine == theirs


@given(st.text(), st.dictionaries(st.text("abcdefgh-", min_size=1), st.text() | st.booleans() | st.integers()))
def test_any_text_and_attributes(value: str, attrs: dict[str, Any]) -> None:
    for kind in (forms.TextInput, forms.Textarea):
        mine, theirs = both(kind(), value, attrs)
        assert mine == theirs


def test_every_drawn_widget_has_a_template_of_django() -> None:
    for name in drawing.DRAWN:
        assert TemplatesSetting().get_template(name)


class Sample(PortalForm):
    name = forms.CharField(label="名<b>前", help_text="20字まで", max_length=20)
    day = WarekiDateField(label="日", required=False)
    seen = forms.BooleanField(label="見た", required=False)
    kind = forms.ChoiceField(label="区分", widget=forms.RadioSelect, choices=[("a", "A")])


def test_group_of_a_field() -> None:
    form = Sample({"name": "x" * 21})
    form.previous, form.conflicts = {"name": "前<b>"}, {"name": "今<b>"}
    html = form["name"].as_field_group()
    assert '<div class="f bad" id="f-id_name">' in html
    assert '<label for="id_name">名&lt;b&gt;前<span class="req">必須</span></label>' in html
    assert '<p class="was" id="id_name_helptext">20字まで</p>' in html
    assert "前回 前&lt;b&gt;" in html
    assert "いま保存されている値：今&lt;b&gt;" in html
    assert '<ul class="errorlist" id="id_name_error"><li class="err">' in html
    assert 'aria-invalid="true"' in html


def test_group_of_an_optional_field_and_of_boxes() -> None:
    form = Sample()
    assert "必須" not in form["day"].as_field_group()
    assert 'class="f f-check"' in form["seen"].as_field_group()
    assert '<label class="check"><input type="checkbox"' in form["seen"].as_field_group()
    assert '<fieldset><legend class="label">区分<span class="req">必須</span></legend>' in form["kind"].as_field_group()
