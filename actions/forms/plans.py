"""The form of an action's plan, with its schedule and milestones as lists of rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.forms import BaseFormSet, formset_factory
from django.forms.models import ModelChoiceIterator
from django.utils import timezone

from accounts.access import department_scope
from accounts.models import Department, User
from accounts.roles import Permission
from actions.models import Action, Milestone, owner_choices, reason_choices
from actions.queries_codes import next_code
from actions.queries_links import links_of
from actions.services.labels import ACTION_FIELDS, ACTION_SETS, milestone_line, phase_line
from actions.services.plans import refuse_facts
from lib.forms import PortalForm, PortalModelForm, WarekiDateField, display
from lib.wareki import format_date
from lib.writes import StaleError
from maturity.models import Axis
from strategy.models import Element, Plan, PriorityItem
from strategy.models.national import tag_of

BLANK_ROWS = 3
MOST_ROWS = 60
LONGEST_KEY = 18
MOVING = ("date_reason_kind", "date_reason")
END_FIRST = "終わりは始め以後の日にしてください。"


class Worded(ModelChoiceIterator):
    """Keys and labels of the choices, read once and as the columns that the labels need."""

    @cached_property
    def rows(self) -> list[tuple[Any, str]]:
        found = self.queryset.values_list("pk", *self.field.columns)
        return [(key, self.field.worded(*values)) for key, *values in found]

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from self.rows


class Pick(forms.ModelChoiceField):
    """One row of many, by its name."""

    iterator, columns, worded = Worded, ("name",), str


class Boxes(forms.ModelMultipleChoiceField):
    """Several rows to tick; a key that no database integer can hold is an unknown choice like any other."""

    widget = forms.CheckboxSelectMultiple

    def _check_values(self, value: Any) -> QuerySet:
        for key in value:
            if len(str(key)) > LONGEST_KEY:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(key)[:LONGEST_KEY]},
                )
        return super()._check_values(value)


class NamedBoxes(Boxes):
    """Rows by their names."""

    iterator, columns, worded = Worded, ("name",), str


class LayeredElements(NamedBoxes):
    columns = ("layer__name", "label", "title")

    @staticmethod
    def worded(layer: str, label: str, title: str) -> str:
        return f"{layer}　{f'{label} {title}'.strip()}"


class TaggedItems(NamedBoxes):
    columns = ("category", "number", "name", "plan__label", "plan__is_current")

    @staticmethod
    def worded(category: str, number: int, name: str, version: str, is_current: bool) -> str:
        words = f"{tag_of(category, number)}　{name}"
        return words if is_current else f"{version} {words}"


def _boxes(label: str, field: type[Boxes] = NamedBoxes) -> Boxes:
    return field(label=label, queryset=None, required=False)


class ActionForm(PortalModelForm):
    """Facts and relations of an action. Who may only edit their own department chooses among those."""

    plan = Pick(label="計画", queryset=Plan.objects.all(), empty_label=None)
    lead_department = Pick(label="担当", queryset=Department.objects.none(), empty_label="選んでください")
    starts_on = WarekiDateField(label="開始日")
    ends_on = WarekiDateField(label="終了予定日")
    supporting = _boxes("関係する所属")
    elements = _boxes("戦略の要素", LayeredElements)
    items = _boxes("国の項目", TaggedItems)
    axes = _boxes("成熟度の軸")
    date_reason_kind = forms.ChoiceField(
        label="期日を動かす理由の区分", required=False, choices=lambda: [("", "選んでください"), *reason_choices()]
    )
    date_reason = forms.CharField(
        label="期日を動かす理由", max_length=300, required=False,
        help_text="終了予定日、節目の期日、計画の工程の終わりを後ろへ動かすときに必要です。計画変更として残ります。",
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Action
        fields = ACTION_FIELDS  # the sets would be read whole, each by itself
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3}), "issue": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance if self.instance.pk else None
        self.fields["lead_department"].queryset = lead_choices(user, stored)
        for name, rows in _choices(stored).items():
            self.fields[name].queryset = rows
        self.fields["code"].help_text = "計画の中で1つだけの番号。例 K-12"
        if stored:
            self.initial["version"] = stored.version
            links = links_of(stored)
            self.initial |= {name: [link.pk for link in links[name]] for name in ACTION_SETS}
        else:
            for name in MOVING:
                del self.fields[name]
            main = self.initial.setdefault("plan", Plan.objects.filter(is_main=True).first())
            self.initial.setdefault("code", next_code(getattr(main, "pk", main)))
            self.fields["code"].help_text += "。次の番号を入れてあります。変えられます"

    def clean_code(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["code"]).strip()

    def _post_clean(self) -> None:
        """Leave the instance alone: the service fills and checks it, and words the refusal for every caller."""

    def values(self) -> dict[str, Any]:
        """The cleaned values as the services take them."""
        names = (*ACTION_FIELDS, *ACTION_SETS, *(n for n in MOVING if n in self.fields))
        return {name: self.cleaned_data[name] for name in names}

    def show_refusal(self) -> None:
        """What the service would refuse among the values that could be read."""
        meant = copy(self.instance)
        for name in ACTION_FIELDS:
            setattr(meant, name, self.cleaned_data.get(name))
        try:
            refuse_facts(meant, self.instance, [n for n in ACTION_FIELDS if n not in self.cleaned_data])
        except ValidationError as error:
            self.add_refusal(error)

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        for name in ACTION_SETS:
            stored = list(getattr(error.current, name).all()) if error.current else []
            if error.current and name in self.cleaned_data and set(stored) != set(self.cleaned_data[name]):
                self.conflicts[name] = "、".join(map(str, stored)) or "（なし）"


def lead_choices(user: User, stored: Action | None) -> QuerySet:
    rows = Department.objects.filter(
        Q(pk__in=Department.objects.current().sections().values("pk")) | Q(pk=_pk(stored, "lead_department_id"))
    )
    scope = department_scope(user, Permission.EDIT_ACTION)
    return rows if scope is None else rows.filter(pk__in=scope)


def _choices(stored: Action | None) -> dict[str, QuerySet]:
    """What may be ticked: everything in force, and what is ticked already."""
    return {
        "supporting": _or_held(Department.objects.current().sections(), stored, "supported_actions"),
        "elements": _or_held(Element.objects.in_force(), stored, "actions").order_by("layer__order", "order", "pk"),
        "items": _or_held(PriorityItem.objects.current(), stored, "actions"),
        "axes": _or_held(Axis.objects.filter(rubric__is_current=True), stored, "actions"),
    }


def _or_held(rows: QuerySet, stored: Action | None, relation: str) -> QuerySet:
    held = rows.model._default_manager.filter(**{relation: _pk(stored, "pk")})
    return rows.model._default_manager.filter(Q(pk__in=rows.values("pk")) | Q(pk__in=held.values("pk")))


def _pk(stored: Model | None, name: str) -> int:
    return getattr(stored, name) if stored else 0


class StepForm(PortalForm):
    """A row of the schedule or of the milestones; `id` names the step that it continues."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def has_changed(self) -> bool:
        """A row whose every visible field was emptied is an empty row, whatever it was before."""
        return any(name != "id" for name in self.changed_data)


class PhaseForm(StepForm):
    label = forms.CharField(label="段階", max_length=30)
    owner = forms.ChoiceField(label="主体", choices=owner_choices, initial="office")
    starts_on = WarekiDateField(label="始め")
    ends_on = WarekiDateField(label="終わり")
    actual = forms.BooleanField(label="実績", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", END_FIRST)
        return data


class MilestoneForm(StepForm):
    title = forms.CharField(label="節目", max_length=80)
    due_on = WarekiDateField(label="期日")
    done_on = WarekiDateField(label="達成日", required=False)

    def clean_done_on(self) -> Any:
        day = self.cleaned_data["done_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("達成日は今日までの日にしてください。")
        return day


class StoneForm(MilestoneForm):
    """One milestone in its place. `version` is that of its action: whoever changed the list moved it on."""

    date_reason = forms.CharField(label="期日を後ろへ動かす理由", max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, milestone: Milestone, **kwargs: Any) -> None:
        self.milestone = milestone
        kwargs.setdefault("initial", {n: getattr(milestone, n) for n in ("title", "due_on", "done_on")})
        kwargs["initial"]["version"] = milestone.action.version
        super().__init__(*args, auto_id=f"stone-{milestone.pk}-%s", **kwargs)
        del self.fields["id"]
        self.fields["due_on"].help_text = f"いま {format_date(milestone.due_on)}"

    def show_conflict(self, error: StaleError) -> None:
        """The lock is the action's; the values to compare are the milestone's as it is stored."""
        super().show_conflict(error)
        for name in ("title", "due_on", "done_on"):
            now = getattr(self.milestone, name)
            if now != self.cleaned_data.get(name):
                self.conflicts[name] = display(now)


class RowFormSet(BaseFormSet):
    """Rows with a few blank ones after them; a ticked 削除 drops a row."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        number = (index or 0) + 1
        form.fields["DELETE"].label = "削除"
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{number}行目の{field.label}"

    def rows(self) -> list[dict[str, Any]]:
        """The filled rows that stay, in order."""
        kept = (f.cleaned_data for f in self.forms if f not in self.deleted_forms)
        return [{k: v for k, v in data.items() if k != "DELETE"} for data in kept if data]


def rows_of(form: type[PortalForm]) -> type[RowFormSet]:
    return formset_factory(
        form, formset=RowFormSet, extra=BLANK_ROWS, can_delete=True,
        max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True,
    )  # fmt: skip


PhaseFormSet = rows_of(PhaseForm)
MilestoneFormSet = rows_of(MilestoneForm)

PHASE_NAMES = tuple(PhaseForm.base_fields)
MILESTONE_NAMES = tuple(MilestoneForm.base_fields)


class PlanForms:
    """The three parts of the edit page, bound together: facts, schedule, milestones."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, user: User, action: Action | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.main = ActionForm(data, instance=action, user=user, initial=dict(initial or {}))
        # Sent rows stand for themselves: measured against a list that changed since, a blank row would seem filled.
        shown = action if data is None else None
        self.phases = PhaseFormSet(data, prefix="phases", initial=_stored(shown, "phases", PHASE_NAMES))
        self.milestones = MilestoneFormSet(
            data, prefix="milestones", initial=_stored(shown, "milestones", MILESTONE_NAMES)
        )
        self.stored_lists: dict[str, list[str]] = {}

    def is_valid(self) -> bool:
        """All parts are checked, so that every error shows at once."""
        if all([self.main.is_valid(), self.phases.is_valid(), self.milestones.is_valid()]):
            return True
        self.main.show_refusal()
        return False

    def values(self) -> dict[str, Any]:
        return self.main.values() | {"phases": self.phases.rows(), "milestones": self.milestones.rows()}

    def show_stored_lists(self, current: Action) -> None:
        """After a conflict, tell what the lists hold now."""
        self.stored_lists = {
            "工程": [phase_line(p) for p in current.phases.all()],
            "節目": [milestone_line(m) for m in current.milestones.all()],
        }


def _stored(action: Action | None, name: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    return list(getattr(action, name).values(*fields)) if action else []
