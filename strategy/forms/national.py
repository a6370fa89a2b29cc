"""Forms of the national plan: a register's row, alone and in the grid, a check, a target, a checklist to make."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Department
from lib import fiscal
from lib.forms import PortalForm, PortalModelForm, WarekiDateField, WholeNumberField, display
from lib.writes import StaleError
from strategy.models import ChecklistItem, Element, Layer, NationalTarget, RegisterEntry
from strategy.services.checklists import GUIDING

MOST_CASES = 999_999_999
# Counts of cases are published a year or more late; older ones are history.
YEARS_BACK = 10


class VersionedForm(PortalModelForm):
    """Carries the version that the person saw; `values` are what the service stores."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def focus_first(self) -> None:
        """Let the first field take the focus when the form is swapped into a page."""
        first = next(field for name, field in self.fields.items() if name != "version")
        first.widget.attrs["autofocus"] = True


class EntryForm(VersionedForm):
    """A business system has no channel and no cases; a procedure has both."""

    due_on = WarekiDateField(label="完了の見込み", required=False)
    done_on = WarekiDateField(label="完了日", required=False)
    volume = WholeNumberField(label="年間件数", required=False, min_value=0, max_value=MOST_CASES)
    online_volume = WholeNumberField(label="うちオンライン", required=False, min_value=0, max_value=MOST_CASES)
    volume_year = forms.TypedChoiceField(label="件数の年度", required=False, coerce=int, empty_value=None)
    department = forms.ModelChoiceField(
        label="所管", required=False, queryset=Department.objects.none(), empty_label="（未定）"
    )

    class Meta:
        model = RegisterEntry
        fields = (
            "applicable", "reason", "channel", "state", "due_on", "done_on",
            "department", "system_name", "volume", "online_volume", "volume_year",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An abolished department stays selectable on the row that already names it.
        own = Q(pk__in=Department.objects.current()) | Q(pk=self.instance.department_id)
        self.fields["department"].queryset = Department.objects.filter(own)
        self.fields["reason"].help_text = "対象外のときに入力します。"
        self.fields["volume_year"].choices = [("", "（未入力）"), *_years(self.instance.volume_year)]
        if not self.instance.group:
            for name in ("channel", "volume", "online_volume", "volume_year"):
                del self.fields[name]


def _years(held: int | None) -> list[tuple[int, str]]:
    """Fiscal years that may be chosen, newest first, and the one that is stored."""
    last = fiscal.fiscal_year(timezone.localdate())
    years = {*range(last - YEARS_BACK, last + 1), *([held] if held else [])}
    return [(year, fiscal.parse(str(year)).short_label) for year in sorted(years, reverse=True)]


class GridEntryForm(EntryForm):
    """A row of the grid. `seen` is a digest of the values that were shown, so that a row nobody
    touched is left alone even when another person has changed it meanwhile."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    field_order = (
        "applicable", "state", "reason", "channel", "department", "due_on", "done_on", "system_name",
        "volume", "online_volume", "volume_year",
    )  # fmt: skip

    def __init__(self, *args: Any, departments: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"e{kwargs['instance'].pk}", **kwargs)
        own = self.instance.department
        held = [(own.pk, own.short_name)] if own and own.pk not in dict(departments) else []
        self.fields["department"].choices = [("", "（未定）"), *departments, *held]
        for bound in self.cells:
            bound.field.help_text = ""
            attrs = bound.field.widget.attrs
            attrs |= {"aria-label": f"{self.instance.name} {bound.label}", "data-cell": bound.name}
            attrs.pop("placeholder", None)
        if not self.is_bound:
            self.initial["seen"] = self._digest()

    @property
    def cells(self) -> list[forms.BoundField]:
        return [self[name] for name in self.field_order or () if name in self.fields]

    @property
    def is_sent(self) -> bool:
        return self.add_prefix("version") in self.data

    @property
    def is_touched(self) -> bool:
        return self.is_sent and self.data.get(self.add_prefix("seen")) != self._digest()

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values.items() if name != "seen"}

    @property
    def refusals(self) -> list[tuple[str, str, str, str]]:
        """Every error as id of the cell, column, value as typed, message."""
        found = [(b.auto_id, b.label, self._shown(b), e) for b in self.cells for e in b.errors]
        return found + [(self.cells[0].auto_id, "", "", e) for e in self.non_field_errors()]

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        # What was typed is now a choice against the stored value, also where it equals what was shown.
        self.data[self.add_prefix("seen")] = ""

    def _shown(self, bound: forms.BoundField) -> str:
        value = bound.value()
        if value in (None, ""):
            return display(None)
        words = {str(key): word for key, word in getattr(bound.field, "choices", ())}
        return str(words.get(str(value), value))[:40]

    def _digest(self) -> str:
        values = [str(b.value() if b.value() is not None else "") for b in self.cells]
        return hashlib.sha256("\x1f".join(values).encode()).hexdigest()


class CheckForm(VersionedForm):
    done_on = WarekiDateField(label="済んだ日", required=False)

    class Meta:
        model = ChecklistItem
        fields = ("state", "done_on", "evidence")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].help_text = "そう言える文書や会議の名称を書きます。"


class TargetForm(VersionedForm):
    due_on = WarekiDateField(label="期日", required=False)

    class Meta:
        model = NationalTarget
        fields = ("statement", "due_on", "due_label", "measure", "source", "verified")
        widgets = {name: forms.Textarea(attrs={"rows": 2}) for name in ("statement", "measure", "source")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_label"].help_text = "令和7年度末のように、文書のとおりに書きます。空欄なら期日を示します。"
        self.fields["verified"].help_text = "確認済みの目標の期日だけを、期限の判定に使います。"


class LayerChoiceForm(PortalForm):
    """The layer of guidelines of which a checklist is made; those that have one are left out."""

    layer = forms.ModelChoiceField(label="指針の階層", queryset=Layer.objects.none(), empty_label="（選んでください）")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        filled = Exists(Element.objects.filter(layer=OuterRef("pk")))
        rows = Layer.objects.filter(filled, role__in=GUIDING, edition__status="published")
        field = self.fields["layer"]
        field.queryset = rows.select_related("edition__plan").order_by("edition__plan__order", "order", "pk")
        field.label_from_instance = lambda layer: f"{layer.edition}「{layer.name}」"
