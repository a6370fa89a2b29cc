"""Forms of 導入計画書: what the department writes, who reviews, one reviewer's sheet, the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.access import department_scope
from accounts.models import Department, User
from accounts.roles import Permission
from actions import scoring
from actions.forms.budgets import AmountField
from actions.forms.plans import Boxes
from actions.models import Proposal, ReviewSheet, decision_choices
from actions.queries_proposals import guiding_layers, possible_reviewers, usual_layers
from actions.services.proposals import PROPOSAL_FIELDS
from lib.forms import PortalForm, PortalModelForm, WarekiDateField
from strategy.models import Layer


class ProposalForm(PortalModelForm):
    starts_on = WarekiDateField(label="始める時期", required=False)
    ends_on = WarekiDateField(label="終える時期", required=False)
    initial_cost = AmountField(label="初期費用（千円）", min_value=0)
    yearly_cost = AmountField(label="年間の費用（千円）", min_value=0)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Proposal
        fields = PROPOSAL_FIELDS

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = _departments(user, self.instance)
        self.fields["department"].empty_label = "選んでください"
        for name in ("issue", "content", "effect", "alternatives"):
            self.fields[name].widget.attrs["rows"] = 4
        for name in ("initial_cost", "yearly_cost"):
            self.fields[name].help_text = "分からないときは空欄にします。180万円 のようにも入力できます。"
        if self.instance.pk:
            self.initial["version"] = self.instance.version

    def _post_clean(self) -> None:
        """Leave the instance alone: the service fills and checks it."""

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PROPOSAL_FIELDS}


def _departments(user: User, stored: Proposal) -> QuerySet:
    scope = department_scope(user, Permission.WRITE_PROPOSAL)
    rows = Department.objects.current().sections()
    rows = rows if scope is None else rows.filter(pk__in=scope)
    return Department.objects.filter(pk__in=[*rows.values_list("pk", flat=True), stored.department_id or 0])


class LayerBoxes(Boxes):
    def label_from_instance(self, obj: Layer) -> str:
        return f"{obj.edition}「{obj.name}」"


class StartForm(PortalForm):
    """With which guidelines, and by whom."""

    layer = LayerBoxes(label="採点する指針", queryset=Layer.objects.none())
    reviewers = Boxes(label="審査員", queryset=User.objects.none())
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        layers = guiding_layers()
        self.fields["layer"].queryset = layers
        self.fields["layer"].help_text = "始めるときの文言を写し取ります。あとで版が変わっても、採点は変わりません。"
        self.initial.setdefault("layer", [layer.pk for layer in usual_layers(list(layers))])
        self.fields["reviewers"].queryset = possible_reviewers()
        self.fields["reviewers"].help_text = "審査員はそれぞれ自分の審査票に書き、決定までほかの人の点を見ません。"


class SheetForm(PortalForm):
    """Points and a comment for each guideline of the review, in its order."""

    comment = forms.CharField(
        label="全体の意見", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    done = forms.BooleanField(label="採点を終えた", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sheet: ReviewSheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guidelines = sheet.review.guidelines
        stored = {row.key: row for row in sheet.scores.all()}
        self.initial |= {"comment": sheet.comment, "done": sheet.done_at is not None, "version": sheet.version}
        points = [("", "未採点"), *((str(n), f"{n} {word}") for n, word in scoring.WORDS.items())]
        for number, guideline in enumerate(self.guidelines):
            row, words = stored.get(guideline["key"]), f"{guideline['label']} {guideline['title']}".strip()
            score = forms.TypedChoiceField(
                label=f"{words}の点", choices=points, coerce=int, empty_value=None, required=False,
                widget=forms.RadioSelect,
            )  # fmt: skip
            comment = forms.CharField(label=f"{words}への意見", required=False, max_length=300)
            comment.widget.attrs |= {"class": "in", "placeholder": "意見（なくても構いません）"}
            self.fields |= {f"score_{number}": score, f"comment_{number}": comment}
            if row:
                self.initial |= {f"score_{number}": row.score, f"comment_{number}": row.comment}

    @property
    def rows(self) -> list[tuple[dict[str, str], forms.BoundField, forms.BoundField]]:
        return [(g, self[f"score_{n}"], self[f"comment_{n}"]) for n, g in enumerate(self.guidelines)]

    @property
    def scores(self) -> dict[str, tuple[int | None, str]]:
        data = self.cleaned_data
        return {g["key"]: (data[f"score_{n}"], data[f"comment_{n}"]) for n, g in enumerate(self.guidelines)}


class DecisionForm(PortalForm):
    decision = forms.ChoiceField(label="決定", widget=forms.RadioSelect)
    reason = forms.CharField(label="理由・条件", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, only_return: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = decision_choices()
        self.fields["decision"].choices = [c for c in choices if c[0] == "returned"] if only_return else choices
        if only_return:
            self.initial["decision"] = "returned"
