"""Forms of a decision: the decision itself, its report, and the actions that follow from it."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.access import department_scope
from accounts.models import Department, User
from accounts.roles import Permission
from actions.models import Action
from actions.queries_codes import next_code
from lib.forms import PortalForm, PortalModelForm, WarekiDateField
from meetings.models import Decision, Meeting
from strategy.models import Plan


class DecisionForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    due_on = WarekiDateField(label="期限", required=False)

    class Meta:
        model = Decision
        fields = ("kind", "text", "department", "due_on", "agenda_item")
        help_texts = {"department": "指示と宿題では必須です。", "agenda_item": "この会議の議題から選びます。"}

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.meeting = meeting
        self.initial["version"] = self.instance.version
        self.fields["department"].queryset = Department.objects.current() | Department.objects.filter(
            pk=self.instance.department_id
        )
        self.fields["agenda_item"].queryset = meeting.agenda.all()

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def _post_clean(self) -> None:
        """The service checks the whole; a half-filled row must not be judged twice."""


class ReportForm(PortalForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label="報告", max_length=1000, widget=forms.Textarea)


class StepForm(PortalForm):
    """The version seen, for acts of one button."""

    version = forms.IntegerField()


class OpenActionForm(PortalForm):
    """A new action, begun from a decision; the rest of its plan is written on its own page."""

    code = forms.CharField(label="整理番号", max_length=20)
    title = forms.CharField(label="取組名", max_length=120)
    lead_department = forms.ModelChoiceField(label="担当", queryset=Department.objects.none())
    purpose = forms.CharField(label="目的", max_length=2000, required=False, widget=forms.Textarea)
    starts_on = WarekiDateField(label="開始日")
    ends_on = WarekiDateField(label="終了予定日")

    def __init__(self, *args: Any, decision: Decision, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows, scope = Department.objects.current().sections(), department_scope(by, Permission.EDIT_ACTION)
        self.fields["lead_department"].queryset = rows if scope is None else rows.filter(pk__in=scope)
        self.initial |= {
            "code": next_code(Plan.objects.filter(is_main=True).values_list("pk", flat=True).first()),
            "title": decision.text[:120], "lead_department": decision.department_id,
            "purpose": f"{decision.meeting.title}の{decision.get_kind_display()}による。",
            "starts_on": decision.meeting.held_on, "ends_on": decision.due_on,
        }  # fmt: skip


class ActionChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Action) -> str:
        return f"{obj}（{obj.lead_department.short_name}）"


class LinkActionForm(PortalForm):
    """An action that exists: linked only, or its end moved because of the decision."""

    action = ActionChoice(label="取組", queryset=Action.objects.none())
    ends_on = WarekiDateField(
        label="新しい終了予定日", required=False, help_text="日付を変えないときは空欄のままにします。"
    )

    date_reason = forms.CharField(label="変更の理由", max_length=300, required=False)

    def __init__(self, *args: Any, decision: Decision, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = decision.get_kind_display()
        self.initial["date_reason"] = f"{decision.meeting.title}の{kind}「{decision.text}」による。"[:300]
        rows = Action.objects.live().select_related("lead_department").order_by("lead_department__order", "code")
        if (scope := department_scope(by, Permission.EDIT_ACTION)) is not None:
            rows = rows.filter(lead_department__in=scope)
        linked = decision.links.values("action_id")
        self.fields["action"].queryset = rows.exclude(pk__in=linked)


class CorrectForm(PortalForm):
    reason = forms.CharField(label="訂正の理由", max_length=300)
