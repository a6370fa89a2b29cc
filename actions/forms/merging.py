"""The form that ends an action in favour of another."""

from __future__ import annotations

from typing import Any

from django import forms

from actions.models import Action, merge_choices
from lib.forms import PortalForm


class MergeForm(PortalForm):
    into = forms.ModelChoiceField(
        label="引き継ぐ取組", queryset=Action.objects.none(), empty_label="選んでください",
        help_text="保管した取組と、引き継がれた取組は選べません。",
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="終わり方", choices=merge_choices, widget=forms.RadioSelect,
        help_text="統合：同じ内容を1つにまとめる。置き換え：新しい取組が古い取組に代わる。",
    )  # fmt: skip
    reason = forms.CharField(label="理由", max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"version": action.version, "kind": "merged"})
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Action.objects.live().exclude(pk=action.pk).order_by("code", "pk")
