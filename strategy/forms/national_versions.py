"""Forms of the versions of the national plan: version, item, the lines of a mapping, the move to another version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from lib.forms import PortalForm, WarekiDateField, WholeNumberField
from strategy.forms.national import VersionedForm
from strategy.models import ItemMapping, NationalPlan, PriorityItem
from strategy.models.national import relation_choices
from strategy.queries_move import HolderStep, Move, RegisterStep
from strategy.services.national_mapping import Line, LinesRefused

MOST_LINES = 300
SPARE_LINES = 2
GONE = "選ばれた項目がありません。ほかの人が削除した可能性があります。選び直してください。"

Choices = list[tuple[Any, str]]


class VersionForm(VersionedForm):
    published_on = WarekiDateField(label="公表日", required=False)
    period_from = WarekiDateField(label="計画期間の始め", required=False)
    period_to = WarekiDateField(label="計画期間の終わり", required=False)
    as_of = WarekiDateField(label="出典を確かめた日")

    class Meta:
        model = NationalPlan
        fields = ("name", "label", "published_on", "period_from", "period_to", "source", "as_of", "note", "verified")
        widgets = {"source": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].help_text = "第2.3版のように、文書のとおりに書きます。"
        self.fields["source"].help_text = "文書の名称と、その中の場所を書きます。"
        self.fields["verified"].help_text = "原典を確かめるまでは、印を付けません。"


class ItemForm(VersionedForm):
    number = WholeNumberField(label="番号", min_value=1, max_value=999)

    class Meta:
        model = PriorityItem
        fields = ("category", "number", "name", "short_name", "description", "verified")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["short_name"].help_text = "図と一覧で使います。"


class LineForm(PortalForm):
    """One row of a mapping. A row without a relation is left out as long as one of its items is missing."""

    source = forms.ChoiceField(label="旧版の項目", required=False, error_messages={"invalid_choice": GONE})
    relation = forms.ChoiceField(label="関係", required=False)
    target = forms.ChoiceField(label="新しい版の項目", required=False, error_messages={"invalid_choice": GONE})
    note = forms.CharField(label="備考", required=False, max_length=300)
    drop = forms.BooleanField(label="削除", required=False)

    def __init__(self, *args: Any, old: Choices, new: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [("", "（対応する項目なし）"), *old]
        self.fields["target"].choices = [("", "（選んでください）"), *new]
        self.fields["relation"].choices = [("", "（未定）"), *relation_choices()]
        place = int(self.prefix.removeprefix("m")) + 1
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{place}行目の{field.label}"
            if name != "note":
                field.widget.attrs.pop("placeholder", None)

    @property
    def line(self) -> Line | None:
        """The row as the service takes it; None where it is left out."""
        data = self.cleaned_data
        if data["drop"] or (not data["relation"] and not (data["source"] and data["target"])):
            return None
        return Line(_number(data["source"]), _number(data["target"]), data["relation"], data["note"])


def _number(value: str) -> int | None:
    return int(value) if value else None


class MappingForm(PortalForm):
    """The whole mapping: the lines, and the version of the newer plan that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    count = forms.IntegerField(min_value=0, max_value=MOST_LINES, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None, *, target: NationalPlan, rows: Iterable[ItemMapping],
        old: list[PriorityItem], new: list[PriorityItem],
    ) -> None:  # fmt: skip
        super().__init__(data)
        rows = list(rows)
        shown = _initial_lines(rows, old, new)
        self.initial |= {"version": target.version, "count": len(shown)}
        choices = {"old": _choices(old), "new": _choices(new)}
        count = self._count() if self.is_bound else len(shown)
        self.lines = [
            LineForm(data, prefix=f"m{n}", initial=None if self.is_bound else shown[n], **choices)
            for n in range(count)
        ]  # fmt: skip

    def _count(self) -> int:
        """Number of lines that were sent; 0 for nonsense, which the field itself then refuses."""
        try:
            return max(0, min(int(self.data.get("count", "")), MOST_LINES))
        except ValueError:
            return 0

    def is_valid(self) -> bool:
        return all([super().is_valid(), *[line.is_valid() for line in self.lines]])

    @property
    def kept(self) -> list[tuple[LineForm, Line]]:
        return [(form, line) for form in self.lines if (line := form.line) is not None]

    def add_lines(self, refused: LinesRefused) -> None:
        """Put the refusals on the lines that they name by their place among those kept."""
        kept = self.kept
        for place, errors in refused.lines.items():
            for name, message in errors.items():
                kept[place][0].add_error(name, message)
        self.add_error(None, refused)

    @property
    def refusals(self) -> list[tuple[str, int, str, str]]:
        """Every error of a line as id of the field, line number, label, message."""
        return [
            (bound.auto_id, place, bound.label, error)
            for place, line in enumerate(self.lines, 1)
            for bound in line.visible_fields()
            for error in bound.errors
        ]


def _choices(items: Iterable[PriorityItem]) -> Choices:
    return [(item.pk, f"{item.tag} {item.name}") for item in items]


def _initial_lines(
    rows: list[ItemMapping], old: list[PriorityItem], new: list[PriorityItem]
) -> list[dict[str, Any]]:
    """What is stored, then a line for every item still without a row, then spare lines."""
    stored = [{"source": r.source_id, "relation": r.relation, "target": r.target_id, "note": r.note} for r in rows]
    sources, targets = {r.source_id for r in rows}, {r.target_id for r in rows}
    open_old = [{"source": i.pk} for i in old if i.pk not in sources]
    open_new = [{"target": i.pk} for i in new if i.pk not in targets]
    return [*stored, *open_old, *open_new, *({} for _ in range(SPARE_LINES))]


class MoveForm(PortalForm):
    """The move to another version: what the person saw, and a choice for each register and each unmapped thing."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    current_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None, *, move: Move) -> None:
        super().__init__(data)
        self.move = move
        current = move.current.version if move.current else None
        self.initial |= {"version": move.target.version, "current_version": current}
        choices = _choices(move.new_items)
        for row in move.registers:
            self._add(row.key, row.register.name, choices, row.suggested)
        for row in move.unmapped:
            self._add(row.holder.key, row.holder.label, choices, None)

    def _add(self, key: str, name: str, choices: Choices, initial: int | None) -> None:
        field = forms.TypedChoiceField(
            label=f"{name}の新しい項目", required=False, coerce=int, empty_value=None, initial=initial,
            choices=[("", "（旧版の項目に残す）"), *choices], error_messages={"invalid_choice": GONE},
        )  # fmt: skip
        field.widget.attrs |= {"class": "in", "aria-label": field.label}
        self.fields[key] = field

    @property
    def choices(self) -> dict[str, int | None]:
        return {key: value for key, value in self.cleaned_data.items() if "-" in key}

    @property
    def register_rows(self) -> list[tuple[RegisterStep, forms.BoundField]]:
        return [(row, self[row.key]) for row in self.move.registers]

    @property
    def unmapped_rows(self) -> list[tuple[HolderStep, list[PriorityItem], forms.BoundField]]:
        return [(row, self.move.named(row.step.lost), self[row.holder.key]) for row in self.move.unmapped]

    def renew(self) -> None:
        """Take over the versions as they are now, so that sending again is a deliberate choice."""
        self.data = self.data.copy()
        self.data["version"] = str(self.initial["version"])
        self.data["current_version"] = str(self.initial["current_version"] or "")
