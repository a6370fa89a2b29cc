"""Forms of a meeting, its agenda and its attendance."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from actions.models import Action
from lib.forms import PortalForm, PortalModelForm, WarekiDateField, plain_text
from meetings.models import AgendaItem, Body, Meeting
from meetings.models.meetings import attendance_choices


class ClockField(forms.Field):
    """A time of day: 10:00, 10時, 10時30分; full-width digits too."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> dt.time | None:
        text = unicodedata.normalize("NFKC", str(value or "")).strip()
        if not text:
            return None
        match = re.fullmatch(r"(\d{1,2})(?::(\d{2})|時(?:(\d{1,2})分|(半))?)", text)
        if not match:
            raise ValidationError("時刻は 10:00 のように入力してください。")
        minute = 30 if match[4] else int(match[2] or match[3] or 0)
        if int(match[1]) > 23 or minute > 59:
            raise ValidationError(f"「{text}」という時刻はありません。")
        return dt.time(int(match[1]), minute)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value


class ActionsField(forms.ModelMultipleChoiceField):
    """Actions by their codes, typed or chosen; unknown codes are named."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"queryset": Action.objects.none(), "required": False, "widget": forms.TextInput}
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        codes = [c for c in re.split(r"[\s,、，]+", unicodedata.normalize("NFKC", plain_text(str(value or "")))) if c]
        rows = list(Action.objects.live().filter(code__in=codes))
        if unknown := [c for c in codes if c not in {a.code for a in rows}]:
            raise ValidationError(f"整理番号「{unknown[0][:20]}」の取組がありません。")
        return rows

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return "、".join(a.code for a in value)


class PlanForm(PortalForm):
    """A new meeting."""

    body = forms.ModelChoiceField(label="会議体", queryset=Body.objects.all())
    title = forms.CharField(
        label="会議名",
        max_length=80,
        required=False,
        help_text="空欄のときは「第5回 DX推進本部会議」のように付けます。",
    )
    held_on = WarekiDateField(label="開催日")
    starts_at = ClockField(label="開始時刻", required=False)
    place = forms.CharField(label="場所", max_length=80, required=False)


class MeetingForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    held_on = WarekiDateField(label="開催日")
    starts_at = ClockField(label="開始時刻", required=False)

    class Meta:
        model = Meeting
        fields = ("title", "held_on", "starts_at", "place", "state", "minutes", "internal_minutes")
        help_texts = {
            "minutes": "すべての利用者が読めます。",
            "internal_minutes": "事務局と本部員だけが読めます。会議資料や公開データには載りません。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        for name in ("minutes", "internal_minutes"):
            self.fields[name].widget.attrs["rows"] = 8

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class AgendaForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    actions = ActionsField(label="関係する取組", help_text="整理番号を「、」で区切って書きます。例 K-12、F-07")

    class Meta:
        model = AgendaItem
        fields = ("kind", "title", "note", "actions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["actions"] = list(self.instance.actions.all()) if self.instance.pk else []

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"actions"}


class AttendanceForm(PortalForm):
    """One row for each post of the body, and for those that were kept earlier under their old names."""

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {a.post: a for a in meeting.attendance.all()}
        deputies = meeting.body.deputies
        self.posts = list(kept) if meeting.state == "held" and kept else list(dict.fromkeys([*meeting.body.members]))
        for n, post in enumerate(self.posts):
            row = kept.get(post)
            self.fields[f"state-{n}"] = forms.ChoiceField(
                label=f"{post}の出欠", choices=attendance_choices, initial=row.state if row else "present"
            )
            names = list(dict.fromkeys([*deputies.get(post, []), *([row.deputy] if row and row.deputy else [])]))
            self.fields[f"deputy-{n}"] = forms.ChoiceField(
                label=f"{post}の代理", required=False, choices=[("", "—"), *((d, d) for d in names)],
                initial=row.deputy if row else "",
            )  # fmt: skip
        for name, field in self.fields.items():
            self._dress(name, field)

    @property
    def seats(self) -> list[tuple[str, Any, Any]]:
        return [(post, self[f"state-{n}"], self[f"deputy-{n}"]) for n, post in enumerate(self.posts)]

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        data = self.cleaned_data
        return [(post, data[f"state-{n}"], data[f"deputy-{n}"]) for n, post in enumerate(self.posts)]
