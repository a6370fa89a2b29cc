"""Forms of the 新旧対照表: the reason of a change, and where stranded things go."""

from __future__ import annotations

from typing import Any

from django import forms

from lib.forms import PortalForm
from lib.http import number_of
from strategy.forms.plans import VersionedForm
from strategy.models import ChangeNote, Edition, Element

NOWHERE = "none"  # the choice to go without an element


class ChangeNoteForm(VersionedForm):
    text = forms.CharField(label="変更の理由", max_length=200, required=False)

    def __init__(self, *args: Any, note: ChangeNote | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"text": note.text if note else "", "version": note.version if note else 0}
        super().__init__(*args, auto_id="note_%s", **kwargs)
        self.fields["text"].widget.attrs["data-focus"] = True


class RelinkForm(PortalForm):
    """One stranded thing and the element it goes to."""

    key = forms.CharField(max_length=60)
    target = forms.CharField(max_length=20, error_messages={"required": "付け替え先を選んでください。"})

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition

    def clean_target(self) -> Element | None:
        text = self.cleaned_data["target"]
        if text == NOWHERE:
            return None
        pk = number_of(text)
        found = self.edition.elements.filter(pk=pk).first() if pk is not None else None
        if found is None:
            raise forms.ValidationError(f"付け替え先は{self.edition.label}の要素から選んでください。")
        return found
