"""Small forms: the version seen, a reason, what is sent back, and an answer to a free question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from lib.forms import PortalForm, WarekiDateField
from rounds.models import Question, Reply
from rounds.queries import Line, parts_of
from rounds.services import Mark

LARGEST = 2**31 - 1
_PAIR = re.compile(r"(?P<reply>[0-9]{1,9}):(?P<version>[0-9]{1,9})")


class VersionForm(PortalForm):
    """The version that the person saw when pressing a button."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LARGEST)


class ReasonForm(VersionForm):
    """Why 事務局 acts on one reply out of turn."""

    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3, "data-focus": True}),
        error_messages={"required": "理由を入力してください。"},
    )  # fmt: skip

    def __init__(self, *args: Any, reply: Reply, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": reply.version}, **kwargs)
        self.fields["reason"].help_text = help_text


EXAMPLE = "例：自己判定と自動判定が食い違っています。理由を書いてください。"
EMPTY = "差し戻しの理由を入力してください。項目ごとの指摘だけでもかまいません。"


class ReturnForm(VersionForm):
    """A reason for the whole reply, and a line for each of its items; one of them must be written."""

    comment = forms.CharField(
        label="差し戻しの理由", max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-focus": True, "placeholder": EXAMPLE}),
    )  # fmt: skip

    def __init__(self, *args: Any, reply: Reply, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": reply.version}, auto_id=f"return-{reply.pk}-%s", **kwargs)
        where = f"{reply.department}の推進員と課長の回答画面に表示します。"
        self.fields["comment"].help_text = f"{where}入力済みの回答は残ります。"
        self.items = [(p.section, dot) for p in parts_of(reply) for dot in p.standing.dots]
        for n, (_, dot) in enumerate(self.items):
            field = forms.CharField(label=dot.title, max_length=300, required=False)
            self.fields[f"item{n}"] = field
            self._dress(f"item{n}", field)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The lines for single items by section."""
        found: dict[str, list[forms.BoundField]] = {}
        for n, (section, _) in enumerate(self.items):
            found.setdefault(section.title, []).append(self[f"item{n}"])
        return list(found.items())

    @property
    def has_item_errors(self) -> bool:
        return any(name.startswith("item") for name in self.errors)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        written = [data.get("comment"), *(data.get(f"item{n}") for n in range(len(self.items)))]
        if not any(written) and not self.errors:
            self.add_error("comment", EMPTY)
        return data

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        marks = [
            Mark(section.key, dot.anchor, dot.title, data[f"item{n}"])
            for n, (section, dot) in enumerate(self.items)
            if data[f"item{n}"]
        ]
        return {"version": data["version"], "comment": data["comment"], "remarks": marks}


def seen_versions(values: Iterable[str]) -> dict[int, int]:
    """Read `reply:version` pairs as the page sent them; an empty map when any of them is of another shape."""
    pairs = [_PAIR.fullmatch(text) for text in values]
    return {int(p["reply"]): int(p["version"]) for p in pairs if p} if all(pairs) else {}


class NumberField(forms.DecimalField):
    """A number that may be typed in full-width digits or with separators."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").strip()
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class AnswerForm(VersionForm):
    """The answer to one question, in the field that its kind needs."""

    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:
        question = line.question
        initial = {"version": line.version, "value": line.answer.value}
        super().__init__(*args, initial=initial, auto_id=f"{question.anchor}-%s", **kwargs)
        self.line = line
        self.fields["value"] = field = _field_for(question)
        field.label, field.help_text = question.text, question.help
        self._dress("value", field)
        self.previous = {"value": line.previous} if line.previous else {}


def _field_for(question: Question) -> forms.Field:
    if question.kind == "number":
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        messages = {"invalid": "数値で入力してください。"}
        return NumberField(required=False, max_digits=18, decimal_places=4, widget=widget, error_messages=messages)
    if question.kind == "date":
        return WarekiDateField(required=False)
    if question.kind == "choice":
        return forms.ChoiceField(required=False, choices=[("", "選んでください"), *((c, c) for c in question.choices)])
    return forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
