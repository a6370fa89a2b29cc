"""Forms of glossary terms, relations to other plans and the personal vision."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from lib.forms import display
from lib.writes import StaleError
from strategy.forms.plans import ValuedForm, VersionedForm
from strategy.models import PersonalVision, Plan, PlanRelation, Term
from strategy.models.relations import relation_choices
from strategy.models.visions import attitude_choices

VISION_LENGTH = 1000
in_hiragana = RegexValidator(r"^[ぁ-ゖー・ 　]+$", "よみは、ひらがなで入力してください。")


class NewTermForm(ValuedForm):
    term = forms.CharField(label="用語", max_length=60)
    reading = forms.CharField(
        label="よみ", max_length=60, validators=[in_hiragana], help_text="ひらがな。並び順に使います。"
    )
    aliases = forms.CharField(
        label="別の書き方", required=False, max_length=600,
        help_text="読点で区切ります。本文のこの書き方にも説明が付きます。",
    )  # fmt: skip
    explanation = forms.CharField(label="説明", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_aliases(self) -> list[str]:
        words = (w.strip() for w in re.split(r"[、,，]", self.cleaned_data["aliases"]))
        return list(dict.fromkeys(w for w in words if w and w != self.cleaned_data.get("term")))


class TermForm(VersionedForm, NewTermForm):
    def __init__(self, *args: Any, row: Term, **kwargs: Any) -> None:
        kwargs["initial"] = {n: getattr(row, n) for n in ("term", "reading", "explanation", "version")}
        super().__init__(*args, **kwargs)
        self.initial["aliases"] = "、".join(row.aliases)

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        if "aliases" in self.conflicts:
            self.conflicts["aliases"] = display("、".join(error.current.aliases))


class SeenForm(VersionedForm):
    """Confirms an act on the version that the person saw."""

    def __init__(self, *args: Any, row: Term | PlanRelation, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": row.version}, **kwargs)


class NewRelationForm(ValuedForm):
    kind = forms.ChoiceField(label="関係", choices=relation_choices)
    name = forms.CharField(label="ほかの計画の名称", max_length=100, required=False)
    other = forms.ModelChoiceField(
        label="ポータルにある計画", queryset=Plan.objects.none(), required=False, empty_label="選ばない（名称を書く）"
    )
    basis = forms.CharField(label="根拠", max_length=200, required=False, help_text="法令の条、計画の章など")
    note = forms.CharField(label="説明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = Plan.objects.exclude(pk=plan.pk)


class RelationForm(VersionedForm, NewRelationForm):
    def __init__(self, *args: Any, row: PlanRelation, **kwargs: Any) -> None:
        kwargs["initial"] = {n: getattr(row, n) for n in ("kind", "name", "other", "basis", "note", "version")}
        super().__init__(*args, plan=row.plan, **kwargs)


class VisionForm(VersionedForm):
    """The three prompts of the worksheet, as the staff of a city are asked them."""

    ideal = forms.CharField(
        label="理想の姿", max_length=VISION_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="自分のこと、職場、家族、何でもかまいません。どう過ごしていきたいか、そのために仕事で実現したいこと",
    )  # fmt: skip
    attitude = forms.ChoiceField(
        label="理想の姿のために、どちらの態度を選びますか", choices=attitude_choices, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    will_do = forms.CharField(
        label="理想の姿に近づくために、何をしますか", max_length=VISION_LENGTH, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="仕事としてやること、ふだんの生活でやること、どんなことからでも",
    )  # fmt: skip
    shared = forms.BooleanField(
        label="庁内に公開する", required=False,
        help_text="公開すると、所属と役割を添えて庁内の全員が読めます（氏名は出ません）。公開中の文は操作の記録にも残ります。いつでも非公開に戻せます。",
    )  # fmt: skip

    def __init__(self, *args: Any, row: PersonalVision, **kwargs: Any) -> None:
        kwargs["initial"] = {n: getattr(row, n) for n in ("ideal", "attitude", "will_do", "shared", "version")}
        super().__init__(*args, **kwargs)
        for name in ("ideal", "will_do"):
            self.fields[name].widget.attrs["data-count"] = f"{self[name].auto_id}-count"

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        if error.current is None:
            self.data = self.data.copy()
            self.data[self.add_prefix("version")] = "0"
            self.add_error(None, "残しておくときは、もう一度保存してください。")
