"""Forms of a reorganisation: its day, one change of each kind, and where each thing goes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Department, Reorganisation
from accounts.queries_reorganisation import Move, Plan
from lib.forms import PortalForm, PortalModelForm, WarekiDateField

SPLIT_ROWS = 4


class ReorganisationForm(PortalModelForm):
    effective_on = WarekiDateField(label="施行日", help_text="この日から新しい所属になります。例 R9.4.1")

    class Meta:
        model = Reorganisation
        fields = ("title", "effective_on", "note")


def _existing(row: Reorganisation) -> QuerySet:
    """Departments that go on beyond the day and are in no other change."""
    taken = row.changes.values("sources")
    return Department.objects.filter(valid_to__isnull=True, valid_from__lt=row.effective_on).exclude(pk__in=taken)


def _code(required: bool = True) -> forms.CharField:
    return forms.CharField(label="所属コード", max_length=20, required=required)


def _name(required: bool = True) -> forms.CharField:
    return forms.CharField(label="新しい名称", max_length=60, required=required)


def _short(required: bool = True) -> forms.CharField:
    return forms.CharField(label="新しい略称", max_length=20, required=required)


class ChangeForm(PortalForm):
    """Common to all kinds: which department, under which 部 the new one stands."""

    source = forms.ModelChoiceField(
        label="変わる所属", queryset=Department.objects.none(), empty_label="選んでください"
    )

    def __init__(self, *args: Any, reorganisation: Reorganisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = _existing(reorganisation)
        for name in ("source", "sources", "existing", "heirs"):
            if name in self.fields:
                self.fields[name].queryset = rows
        if "parent" in self.fields:
            self.fields["parent"].queryset = rows.filter(kind="division")

    @property
    def sources(self) -> list[Department]:
        return [self.cleaned_data["source"]]

    @property
    def targets(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        return [self._founded(data["code"], data["name"], data["short_name"])]

    def _founded(self, code: str, name: str, short: str) -> dict[str, Any]:
        """A new department in the place of the first old one."""
        first, parent = self.sources[0], self.cleaned_data.get("parent")
        return {
            "code": code, "name": name, "short_name": short, "kind": first.kind, "order": first.order,
            "parent": parent.pk if parent else first.parent_id,
        }  # fmt: skip


def _parent() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label="上位の部", queryset=Department.objects.none(), required=False, empty_label="（いまと同じ）"
    )


class RenameForm(ChangeForm):
    name, short_name, code, parent = _name(), _short(), _code(), _parent()


class MergeForm(ChangeForm):
    source = None
    existing = forms.ModelChoiceField(
        label="編入する先", queryset=Department.objects.none(), required=False, empty_label="（新しい所属をつくる）",
        help_text="いまの所属にまとめるときに選びます。選んだ所属は名称もコードもそのまま続きます。",
    )  # fmt: skip
    name, short_name, code, parent = _name(False), _short(False), _code(False), _parent()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        old = forms.ModelMultipleChoiceField(
            label="統合する所属", queryset=self.fields["existing"].queryset, widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "統合する所属を2つ以上選んでください。"},
        )  # fmt: skip
        self.fields = {"sources": old, **self.fields}

    @property
    def sources(self) -> list[Department]:
        return list(self.cleaned_data["sources"])

    @property
    def targets(self) -> list[dict[str, Any]]:
        return [{"id": self.cleaned_data["existing"].pk}] if self.cleaned_data["existing"] else super().targets

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("existing"):
            for name in ("name", "short_name", "code"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "新しい所属をつくるときは入力してください。")
        return data


class SplitForm(ChangeForm):
    keep = forms.BooleanField(
        label="元の所属も残す", required=False, help_text="一部を分けて別の課をつくるときに印を付けます。"
    )
    parent = _parent()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, SPLIT_ROWS + 1):
            for name, field in (("name", _name(False)), ("short", _short(False)), ("code", _code(False))):
                field.label = f"{number}つ目の{field.label.removeprefix('新しい')}"
                field.widget.attrs["class"] = "in"
                self.fields[f"{name}_{number}"] = field

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}_{n}"] for name in ("name", "short", "code")] for n in range(1, SPLIT_ROWS + 1)]

    @property
    def targets(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        kept = [{"id": data["source"].pk}] if data["keep"] else []
        filled = [n for n in range(1, SPLIT_ROWS + 1) if data[f"name_{n}"]]
        return kept + [self._founded(data[f"code_{n}"], data[f"name_{n}"], data[f"short_{n}"]) for n in filled]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for number in range(1, SPLIT_ROWS + 1):
            given = [bool(data.get(f"{name}_{number}")) for name in ("name", "short", "code")]
            if any(given) and not all(given):
                for name, is_given in zip(("name", "short", "code"), given, strict=True):
                    if not is_given:
                        self.add_error(f"{name}_{number}", "名称・略称・コードをそろえて入力してください。")
        return data


class AbolishForm(ChangeForm):
    heirs = forms.ModelMultipleChoiceField(
        label="引き継ぐ所属", queryset=Department.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text="取組などを引き継ぐ所属です。選ばないと、すべて担当のないものとして残ります。",
    )  # fmt: skip

    @property
    def targets(self) -> list[dict[str, Any]]:
        own = self.cleaned_data["source"].pk
        return [{"id": d.pk} for d in self.cleaned_data["heirs"] if d.pk != own]


FORMS: dict[str, type[ChangeForm]] = {
    "rename": RenameForm, "merge": MergeForm, "split": SplitForm, "abolish": AbolishForm,
}  # fmt: skip
NOBODY = "none"


class AssignForm(PortalForm):
    """A choice of the target for each thing of one change."""

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moves: list[Move] = plan.moves
        choices = [(str(n), t.label) for n, t in enumerate(plan.targets)]
        choices += [(NOBODY, "（引き継がない）")]
        for move in self.moves:
            field = forms.ChoiceField(label=move.held.label, choices=choices)
            field.widget.attrs |= {"class": "in", "aria-label": f"{move.noun} {move.held.label}の引き継ぎ先"}
            self.fields[move.held.key] = field
            self.initial[move.held.key] = NOBODY if move.place is None else str(move.place)

    @property
    def groups(self) -> list[tuple[str, list[tuple[Move, forms.BoundField]]]]:
        found: dict[str, list[tuple[Move, forms.BoundField]]] = {}
        for move in self.moves:
            found.setdefault(move.noun, []).append((move, self[move.held.key]))
        return list(found.items())

    @property
    def assignments(self) -> dict[str, int | None]:
        return {key: None if place == NOBODY else int(place) for key, place in self.cleaned_data.items()}


class AdoptForm(PortalForm):
    """Which orphans go to which department."""

    department = forms.ModelChoiceField(
        label="引き継ぐ所属", queryset=Department.objects.none(), empty_label="選んでください"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.current().sections()
