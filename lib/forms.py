"""Form ground: the renderer, wareki dates, full-width figures, and the two-value view of a conflict."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.renderers import TemplatesSetting
from django.utils.choices import BlankChoiceIterator

from lib import drawing, fiscal, wareki
from lib.writes import StaleError


class Renderer(TemplatesSetting):
    """Fields and the usual widgets are written by `lib.drawing`; everything else is a template."""

    field_template_name = drawing.FIELD
    form_template_name = "forms/_form.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        written = drawing.drawn(template_name, context)
        return super().render(template_name, context, request) if written is None else written


class WarekiDateField(forms.DateField):
    """A date typed as 令和8年11月1日, R8.11.1 or 2026-11-01; full-width digits too."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("placeholder", "例 R8.11.1")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        try:
            return fiscal.countable(wareki.parse_date(str(value)))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return wareki.format_date(value, "long") if isinstance(value, dt.date) else value


class WholeNumberField(forms.IntegerField):
    """An integer that may be typed in full-width digits or with separators."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})
        self.error_messages["invalid"] = "整数で入力してください。"

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").strip().removesuffix("%")
        return super().to_python(value)


def plain_text(value: str) -> str:
    """Store text as NFC without control characters (variation selectors of names stay), and without the two that no
    workbook and no slide can hold."""
    text = unicodedata.normalize("NFC", value)
    return "".join(c for c in text if c in "\n\r\t" or (unicodedata.category(c) != "Cc" and c not in "\ufffe\uffff"))


# Widgets whose value is chosen, not typed.
CHOSEN = (forms.Select, forms.RadioSelect, forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.FileInput)


DASHES = BLANK_CHOICE_DASH[0][1]


def _name_the_blank(field: forms.Field) -> None:
    """Words for the choice of nothing, in place of Django's row of dashes; a form may still give its own."""
    words = "選んでください" if field.required else "指定なし"
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = words
    elif isinstance(field, forms.ChoiceField) and isinstance(field.choices, BlankChoiceIterator):
        field.choices = BlankChoiceIterator(field.choices.choices, [("", words)])


class PortalForm(forms.Form):
    """A form of the portal: classes of the look, error links, and conflicts shown by field."""

    required_css_class = "required"
    # Whether it asks who is there and nothing would be saved: its refusal does not speak of saving.
    only_asks = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.conflicts: dict[str, str] = {}
        self.previous: dict[str, str] = {}
        for name, field in self.fields.items():
            self._dress(name, field)

    def _dress(self, name: str, field: forms.Field) -> None:
        widget = field.widget
        # Django speaks of a "field", which nobody who fills in a form calls so.
        if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
            asked = "選んでください。" if isinstance(widget, CHOSEN) else "入力してください。"
            field.error_messages["required"] = asked
        _name_the_blank(field)
        if isinstance(
            widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple | forms.HiddenInput
        ):
            return
        classes = widget.attrs.get("class", "")
        widget.attrs["class"] = f"in {classes}".strip()
        # Django gives every Textarea ten rows; that is more than most answers need.
        if isinstance(widget, forms.Textarea) and str(widget.attrs.get("rows", 10)) == "10":
            widget.attrs["rows"] = 3

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in data.items():
            if isinstance(value, str):
                data[name] = plain_text(value)
        return data

    def show_conflict(self, error: StaleError) -> None:
        """Keep what was typed, show beside each differing field what is stored now, and take
        over the stored version so that saving again is a deliberate choice."""
        current = error.current
        if current is None:
            self.add_error(None, error.told("ほかの人が先に削除しています。"))
            return
        for name in self.cleaned_data:
            if name in self.fields and name != "version" and hasattr(current, name):
                now = getattr(current, name)
                if not isinstance(now, models.Manager) and now != self.cleaned_data[name]:
                    words = getattr(current, f"get_{name}_display", None)
                    self.conflicts[name] = display(words() if words else now)
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(current.version)  # type: ignore[attr-defined]
        self.add_error(None, error)

    def add_refusal(self, error: ValidationError) -> None:
        """Put a service's refusal on the fields it names, the rest on top."""
        if isinstance(error, StaleError):
            self.show_conflict(error)
        elif hasattr(error, "error_dict"):
            for name, messages in error.error_dict.items():
                self.add_error(name if name in self.fields else None, messages)
        else:
            self.add_error(None, error)


class PortalModelForm(PortalForm, forms.ModelForm):
    """ModelForm with the same behaviour; saving is the service's business, never `save()`."""


def display(value: Any) -> str:
    """A stored value as a person reads it."""
    if value is None or value == "":
        return "（空欄）"
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, dt.date):
        return wareki.format_date(value, "long")
    return str(value)


def chosen(field: forms.Field, value: Any) -> str:
    """The same where the value may be a key of the field's choices."""
    choices = dict(getattr(field, "choices", ())) if isinstance(value, str) and value else {}
    return display(choices.get(value, value))


def status_of(form: forms.BaseForm) -> int:
    """HTTP status of a page with this form: 200 fresh, 409 on a conflict, 422 refused."""
    if not form.errors:
        return 200
    stale = any(e.code == "stale" for e in form.non_field_errors().as_data())
    return 409 if stale else 422
