"""The form that changes many actions at once, and the sealed preview that it is carried out from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core import signing
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.models import User
from actions.forms.plans import LayeredElements, TaggedItems, lead_choices
from actions.models import Action, lifecycle_choices, reason_choices
from actions.services.bulk import Change, seen
from actions.status import STOPPED_LIFECYCLES
from lib.forms import PortalForm, WholeNumberField
from strategy.models import Element, PriorityItem

SALT = "actions.bulk"
SEALED_SECONDS = 3600
SHIFT = "-36から36までの整数で入力してください。"
KEEP = "変えない"


class BulkForm(PortalForm):
    """What is left empty stays as it is."""

    lead_department = forms.ModelChoiceField(label="担当", queryset=None, required=False, empty_label=KEEP)
    lifecycle = forms.ChoiceField(
        label="状況", required=False, choices=lambda: [("", KEEP), *lifecycle_choices()],
        help_text="取組ごとに随時報告として記録します。",
    )  # fmt: skip
    months = WholeNumberField(
        label="終了予定日をずらす月数", required=False,
        validators=[MinValueValidator(-36, SHIFT), MaxValueValidator(36, SHIFT)],
        help_text="例 6（後ろへ6か月）、-3（前へ3か月）。月末の日は月末のままです。",
    )  # fmt: skip
    reason_kind = forms.ChoiceField(
        label="理由の区分", required=False, choices=lambda: [("", "選んでください"), *reason_choices()]
    )
    reason = forms.CharField(
        label="理由", required=False, max_length=300,
        help_text="期日を後ろへ動かすとき、中止・休止にするときは必要です。",
    )  # fmt: skip
    add_items = TaggedItems(label="加える国の項目", queryset=None, required=False)
    drop_items = TaggedItems(label="外す国の項目", queryset=None, required=False)
    add_elements = LayeredElements(label="加える戦略の要素", queryset=None, required=False)
    drop_elements = LayeredElements(label="外す戦略の要素", queryset=None, required=False)

    def __init__(self, *args: Any, user: User, actions: Sequence[Action], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [a.pk for a in actions]
        self.fields["lead_department"].queryset = lead_choices(user, None)
        self.fields["add_items"].queryset = PriorityItem.objects.current().select_related("plan")
        served = Action.items.through.objects.filter(action__in=keys).values("priorityitem")
        self.fields["drop_items"].queryset = PriorityItem.objects.filter(pk__in=served).select_related("plan")
        ordered = Element.objects.select_related("layer").order_by("layer__order", "order", "pk")
        self.fields["add_elements"].queryset = ordered.filter(pk__in=Element.objects.in_force().values("pk"))
        links = Action.elements.through.objects.filter(action__in=keys)
        self.fields["drop_elements"].queryset = ordered.filter(pk__in=links.values("element"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and self.change(data).is_empty:
            raise forms.ValidationError("変えることを1つ以上選んでください。")
        later, stops = (data.get("months") or 0) > 0, data.get("lifecycle") in STOPPED_LIFECYCLES
        if (later or stops) and not data.get("reason"):
            self.add_error("reason", "期日を後ろへ動かすとき、中止・休止にするときは、理由を入力してください。")
        if stops and not data.get("reason_kind"):
            self.add_error("reason_kind", "理由の区分を選んでください。")
        return data

    def change(self, data: Mapping[str, Any] | None = None) -> Change:
        values = dict(data if data is not None else self.cleaned_data)
        values["months"] = values.get("months") or 0
        sets = {n: list(values.get(n) or ()) for n in ("add_items", "drop_items", "add_elements", "drop_elements")}
        return Change(**values | sets)

    def spec(self) -> dict[str, Any]:
        """The cleaned values as they can be sent again."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if hasattr(value, "values_list"):
                found[name] = [str(o.pk) for o in value]
            else:
                found[name] = getattr(value, "pk", value)
        return {k: v for k, v in found.items() if v not in (None, "", [])}


def seal(form: BulkForm, actions: Sequence[Action]) -> str:
    """What the preview showed, so that nothing else is carried out."""
    rows = {str(a.pk): [a.version, seen(a)] for a in actions}
    return signing.dumps({"rows": rows, "spec": form.spec()}, salt=SALT, compress=True)


def unseal(token: str) -> dict[str, Any] | None:
    """The content of a preview; None for one that is too old or was not made here."""
    try:
        return signing.loads(token, salt=SALT, max_age=SEALED_SECONDS)
    except signing.BadSignature:
        return None
