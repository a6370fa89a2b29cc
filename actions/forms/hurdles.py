"""Forms of hurdles: raised in a reply, worked on the register, and requests to the country or the prefecture."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Department
from actions.forms.plans import Boxes
from actions.models import Action, Hurdle, PolicyRequest
from actions.services.hurdles import HURDLE_FIELDS, RAISED_FIELDS, REQUEST_FIELDS
from lib.forms import PortalModelForm, WarekiDateField
from lib.writes import StaleError
from rounds.models import Reply

AREAS = {"rows": 3}


class _HurdleForm(PortalModelForm):
    actions = Boxes(label="影響する取組", queryset=None, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "選んでください"), *Hurdle._meta.get_field("kind").flatchoices]
        self.fields["actions"].queryset = self._actions()
        # Read once: a field asks the database again each time that it is drawn.
        self.fields["actions"].choices = self._choices()
        self.initial["version"] = self.instance.version if self.instance.pk else None
        if self.instance.pk:
            self.initial["actions"] = [a.pk for a in self.instance.actions.all()]

    def _actions(self) -> QuerySet:
        held = self.instance.actions.values("pk") if self.instance.pk else []
        return Action.objects.filter(Q(archived_at__isnull=True) | Q(pk__in=held)).order_by("code", "pk")

    def _choices(self) -> list[tuple[int, str]]:
        return [(a.pk, str(a)) for a in self._actions().only("code", "title")]

    def _post_clean(self) -> None:
        """The service fills and checks the instance."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "actions")}

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        stored = list(error.current.actions.all()) if error.current else []
        if error.current and set(stored) != set(self.cleaned_data.get("actions", ())):
            self.conflicts["actions"] = "、".join(map(str, stored)) or "（なし）"


class RaiseForm(_HurdleForm):
    """A hurdle as a department raises it; it ticks among its own actions."""

    class Meta:
        model = Hurdle
        fields = RAISED_FIELDS
        widgets = {"text": forms.Textarea(attrs=AREAS)}

    def __init__(self, *args: Any, reply: Reply, own: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        """`own` are the department's actions with their names, if somebody read them."""
        self.reply, self.own = reply, own
        super().__init__(*args, **kwargs)
        self.fields["title"].widget.attrs["placeholder"] = "例：請求書に押印が要るため、電子で完結しない"
        self.fields["cross_cutting"].help_text = "ほかの課も同じことで困っているとき"

    def _actions(self) -> QuerySet:
        return super()._actions().of_department(self.reply.department_id)

    def _choices(self) -> list[tuple[int, str]]:
        return super()._choices() if self.own is None else self.own


class HurdleForm(_HurdleForm):
    """A hurdle on the register, with who works on it and what came of it."""

    class Meta:
        model = Hurdle
        fields = HURDLE_FIELDS
        widgets = {"text": forms.Textarea(attrs=AREAS), "resolution": forms.Textarea(attrs=AREAS)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = Department.objects.current().sections()
        for name in ("raised_by_department", "owner_department"):
            held = getattr(self.instance, f"{name}_id", None) or 0
            self.fields[name].queryset = Department.objects.filter(Q(pk__in=sections.values("pk")) | Q(pk=held))
        self.fields["raised_by_department"].empty_label = "選んでください"
        self.fields["owner_department"].empty_label = "決まっていない"
        self.fields["resolution"].help_text = "解決にするときは必要です。"


class RequestForm(PortalModelForm):
    submitted_on = WarekiDateField(label="提出日", required=False)
    answered_on = WarekiDateField(label="回答日", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PolicyRequest
        fields = REQUEST_FIELDS
        widgets = {"text": forms.Textarea(attrs={"rows": 4}), "answer": forms.Textarea(attrs=AREAS)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version if self.instance.pk else None
        self.fields["addressee"].widget.attrs["placeholder"] = "例：総務省、デジタル庁、県"

    def _post_clean(self) -> None:
        """The service fills and checks the instance."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
