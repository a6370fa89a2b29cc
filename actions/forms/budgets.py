"""Forms of budgets: one row with its breakdown, the grid of a department, and a funding programme."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from actions import money
from actions.models import Action, Budget, FundingProgramme, budget_kind_choices
from actions.services.budgets import BUDGET_FIELDS, PROGRAMME_FIELDS
from lib import fiscal
from lib.forms import PortalModelForm, WholeNumberField, display
from lib.writes import StaleError

YEARS_BACK, YEARS_AHEAD = 4, 3


class AmountField(WholeNumberField):
    """千円, typed as people do: 1,200 or １２００, 180万円, △300 for a reduction; blank is unknown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.error_messages["invalid"] = "千円単位の整数で入力してください。"
        self.widget.attrs["class"] = "num"

    def to_python(self, value: Any) -> int | None:
        return super().to_python(money.parse(value) if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int) else value


def year_choices(today: Any, *held: int) -> list[tuple[int, str]]:
    """Fiscal years that may be chosen, latest first."""
    this = fiscal.fiscal_year(today)
    years = {*range(this - YEARS_BACK, this + YEARS_AHEAD + 1), *held}
    return [(year, fiscal.Period(str(year)).label) for year in sorted(years, reverse=True)]


def _programmes(year: int | None, held: int | None) -> QuerySet:
    """Programmes of the year, and the one that is stored."""
    rows = FundingProgramme.objects.all()
    return rows if year is None else rows.filter(Q(pk__in=rows.valid_in(year).values("pk")) | Q(pk=held or 0))


class BudgetForm(PortalModelForm):
    """One row. The year and the kind are chosen when it is made and stay."""

    requested = AmountField(label="要求額")
    approved = AmountField(label="予算額")
    executed = AmountField(label="決算額")
    national = AmountField(label="国庫支出金")
    prefectural = AmountField(label="県支出金")
    bond = AmountField(label="地方債")
    other = AmountField(label="その他")
    general = AmountField(label="一般財源")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Budget
        fields = BUDGET_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance if self.instance.pk else None
        self.fields["programme"].queryset = _programmes(
            stored.fiscal_year if stored else None, stored.programme_id if stored else None
        )
        self.fields["programme"].empty_label = "（使わない・未定）"
        if stored:
            self.initial["version"] = stored.version

    def _post_clean(self) -> None:
        """Leave the instance alone: the service fills and checks it."""

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in BUDGET_FIELDS}

    @property
    def stages(self) -> list[forms.BoundField]:
        return [self[name] for name in money.STAGES]

    @property
    def sources(self) -> list[forms.BoundField]:
        return [self[name] for name in money.SOURCES]


class NewBudgetForm(BudgetForm):
    fiscal_year = forms.TypedChoiceField(label="年度", coerce=int)
    kind = forms.ChoiceField(label="区分", choices=budget_kind_choices)
    number = WholeNumberField(label="補正の号数", required=False, min_value=1, max_value=99)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fiscal_year"].choices = year_choices(timezone.localdate())
        self.fields["number"].help_text = "補正のときだけ入力します。"

    @property
    def place(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"fiscal_year": data["fiscal_year"], "kind": data["kind"], "number": data["number"] or 0}


class GridBudgetForm(BudgetForm):
    """The 当初 row of one action in the grid. `seen` is a digest of what was shown, so that a row nobody
    touched is left alone even when another person has changed it meanwhile."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    class Meta(BudgetForm.Meta):
        fields = (*money.AMOUNTS, "programme")

    def __init__(self, *args: Any, action: Action, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"b{action.pk}", **kwargs)
        self.action = action
        held = self.instance.programme
        own = [(held.pk, str(held))] if held and held.pk not in dict(choices) else []
        self.fields["programme"].choices = [("", "（なし）"), *choices, *own]
        for bound in self.cells:
            attrs = bound.field.widget.attrs
            attrs |= {"aria-label": f"{action.code} {bound.label}", "data-cell": bound.name}
        if not self.is_bound:
            self.initial["seen"] = self._digest()
            self.initial.setdefault("version", 0)

    @property
    def cells(self) -> list[forms.BoundField]:
        return [self[name] for name in self.Meta.fields]

    @property
    def is_touched(self) -> bool:
        is_sent = self.add_prefix("version") in self.data
        return is_sent and self.data.get(self.add_prefix("seen")) != self._digest()

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def refusals(self) -> list[tuple[str, str, str, str]]:
        """Every error as id of the cell, column, value as typed, message."""
        found = [(b.auto_id, b.label, str(b.value() or display(None))[:40], e) for b in self.cells for e in b.errors]
        return found + [(self.cells[0].auto_id, "", "", e) for e in self.non_field_errors()]

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        self.data = self.data.copy()
        # What was typed is now a choice against the stored value, also where it equals what was shown.
        self.data[self.add_prefix("seen")] = ""
        if error.current is None:
            self.data[self.add_prefix("version")] = "0"

    def _digest(self) -> str:
        values = [str(b.value() if b.value() is not None else "") for b in self.cells]
        return hashlib.sha256("\x1f".join(values).encode()).hexdigest()


class ProgrammeForm(PortalModelForm):
    valid_from = forms.TypedChoiceField(label="使える最初の年度", coerce=int, empty_value=None, required=False)
    valid_to = forms.TypedChoiceField(label="使える最後の年度", coerce=int, empty_value=None, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = FundingProgramme
        fields = PROGRAMME_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = fiscal.fiscal_year(timezone.localdate())
        held = [y for y in (self.instance.valid_from, self.instance.valid_to) if y]
        years = sorted({*range(this - 12, this + 9), *held}, reverse=True)
        choices = [("", "（決まっていない）"), *((y, fiscal.Period(str(y)).label) for y in years)]
        for name in ("valid_from", "valid_to"):
            self.fields[name].choices = choices
        self.fields["rate"].help_text = "1/2 の形。定まっていないときは空欄にします。"
        self.fields["verified"].help_text = "交付要綱などの原典を確かめるまでは、印を付けません。"
        if self.instance.pk:
            self.initial["version"] = self.instance.version

    def _post_clean(self) -> None:
        """Leave the instance alone: the service fills and checks it."""

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PROGRAMME_FIELDS}

