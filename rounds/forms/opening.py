"""Opening a round and changing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundWidget
from django.utils import timezone

from accounts.models import Department
from lib import fiscal
from lib.forms import PortalForm, WarekiDateField
from rounds import sections
from rounds.forms.acts import LARGEST
from rounds.forms.questions import QuestionRows, typed_rows
from rounds.models import Question, Round
from rounds.monitor import OTHER
from rounds.queries import periods_asked
from rounds.services import default_title

FARTHEST = dt.timedelta(days=366)
DEFAULT_WEEKS = 3


def period_choices(today: dt.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Halves, quarters, months and years around `today`, the newest first; the coming one can be asked ahead."""
    half = fiscal.half_of(today)
    quarter = fiscal.Period(f"{half.fiscal_year}Q{1 + ((today.month - fiscal.FIRST_MONTH) % 12) // 3}")
    year = fiscal.Period(str(half.fiscal_year))
    month = fiscal.Period(f"{today:%Y-%m}")
    spans = (("半期", half, 4), ("四半期", quarter, 6), ("月", month, 12), ("年度", year, 3))
    return [(name, [(p.key, p.label) for p in _around(at, back)]) for name, at, back in spans]


def _around(at: fiscal.Period, back: int) -> list[fiscal.Period]:
    periods = [at.next(), at]
    for _ in range(back):
        periods.append(periods[-1].previous())
    return periods


def _proposed(running: fiscal.Period) -> fiscal.Period:
    """The half-year that is over, else the first later one that no round has asked about yet."""
    asked, over = periods_asked(), running.previous()
    return next((p for p in (over, running, running.next()) if p.key not in asked), over)


class OpenForm(PortalForm):
    """Everything a round needs, in one form, prefilled with what is asked most often."""

    period = forms.ChoiceField(label="対象の期間")
    title = forms.CharField(
        label="件名", max_length=100, required=False,
        help_text="空欄なら期間から「令和8年度上期の照会」のように付けます。",
    )  # fmt: skip
    sections = forms.MultipleChoiceField(
        label="たずねること", required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    opens_on = WarekiDateField(label="開始日", help_text="この日から課が入力できます。")
    due_on = WarekiDateField(
        label="回答の期限", help_text="過ぎても、締め切るまでは「期限後」の印を付けて受け付けます。"
    )
    note = forms.CharField(
        label="課への説明", max_length=1000, required=False, help_text="回答の画面の上に表示します。",
        widget=forms.Textarea(attrs={"rows": 4, "data-count": "note-count"}),
    )  # fmt: skip
    departments = forms.MultipleChoiceField(
        label="照会する所属", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "照会する所属を1つ以上選んでください。"},
    )  # fmt: skip

    def __init__(self, *args: Any, rows: Sequence[Mapping[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A request without the rows asks no free question.
        sent = self.data if "q-TOTAL_FORMS" in self.data else None
        self.questions = QuestionRows(sent, initial=list(rows), prefix="q")
        today = timezone.localdate()
        self.current = {d.pk: d for d in Department.objects.current().sections().select_related("parent")}
        self.fields["period"].choices = period_choices(today)
        self.fields["sections"].choices = [(s.key, s.title) for s in sections.offered()]
        self.fields["departments"].choices = [(str(d.pk), d.name) for d in self.current.values()]
        proposed = _proposed(fiscal.half_of(today))
        self.initial = {
            "period": proposed.key, "title": default_title(proposed), "opens_on": today,
            "due_on": today + dt.timedelta(weeks=DEFAULT_WEEKS),
            "sections": [s.key for s in sections.offered()],
            "departments": [str(pk) for pk in self.current],
        } | self.initial  # fmt: skip

    @property
    def department_groups(self) -> list[tuple[int, str, list[BoundWidget]]]:
        """The checkboxes by 部 (its id, 0 for those without one), in the order of the organisation."""
        boxes = list(zip(self["departments"].subwidgets, self.current.values(), strict=True))
        boxes.sort(key=lambda pair: _place(pair[1]))
        groups = groupby(boxes, key=lambda pair: pair[1].parent)
        return [(p.pk if p else 0, p.name if p else OTHER, [box for box, _ in rows]) for p, rows in groups]

    @classmethod
    def retyped(cls, data: Any) -> OpenForm:
        """The form as it was typed, unchecked, after one of its helping buttons: one more question, or all
        departments of a 部 (`pick`) or none of them (`drop`)."""
        typed = cls(data)
        initial = {field.name: field.data for field in typed}
        chosen = set(initial["departments"] or ())
        mine = {str(d.pk) for d in typed.current.values() if _is_meant(d, data.get("pick") or data.get("drop"))}
        initial["departments"] = sorted(chosen | mine if "pick" in data else chosen - mine)
        return cls(initial=initial, rows=typed_rows(typed.questions))

    @classmethod
    def copied(cls, round_: Round) -> OpenForm:
        """The form filled in from an earlier round, moved on to the next period of the same kind."""
        today = timezone.localdate()
        offered = {key for _, rows in period_choices(today) for key, _ in rows}
        period = round_.fiscal_period.next()
        initial = {
            "sections": round_.sections, "note": round_.note, "opens_on": today,
            "due_on": today + (round_.due_on - round_.opens_on),
            "departments": [str(pk) for pk in round_.replies.values_list("department_id", flat=True)],
        }  # fmt: skip
        if period.key in offered:
            initial |= {"period": period.key, "title": default_title(period)}
        return cls(initial=initial, rows=[_row_of(q) for q in round_.questions.all()])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.questions.is_bound:
            data["questions"] = []
        elif self.questions.is_valid():
            data["questions"] = self.questions.filled()
        else:
            self.add_error(None, "自由設問に直すところがあります。下の欄を確かめてください。")
        if not data.get("sections") and not data.get("questions") and not self.errors:
            self.add_error("sections", "たずねることを1つ以上選んでください。")
        return data

    def clean_opens_on(self) -> dt.date:
        day = self.cleaned_data["opens_on"]
        if abs(day - timezone.localdate()) > FARTHEST:
            raise ValidationError("開始日は今日から1年以内の日にしてください。")
        return day

    def clean_due_on(self) -> dt.date:
        day, opens_on = _near_future(self.cleaned_data["due_on"]), self.cleaned_data.get("opens_on")
        if opens_on and day < opens_on:  # told here too, so that it stands beside what else is wrong
            raise ValidationError("回答の期限は開始日以後の日にしてください。")
        return day

    def clean_departments(self) -> list[Department]:
        return [self.current[int(pk)] for pk in self.cleaned_data["departments"]]


def _is_meant(department: Department, part: str | None) -> bool:
    """Whether a button of the departments means this one: `all`, or the id of its 部 (0 for none)."""
    return part == "all" or part == str(department.parent_id or 0)


def _row_of(question: Question) -> dict[str, Any]:
    row = {name: getattr(question, name) for name in ("text", "kind", "required", "help")}
    return row | {"choices": "\n".join(question.choices)}


def _place(department: Department) -> tuple[int, float, int]:
    parent = department.parent
    return (parent is None, parent.order if parent else 0, department.parent_id or 0)


def _near_future(day: dt.date) -> dt.date:
    today = timezone.localdate()
    if day < today:
        raise ValidationError("回答の期限は今日以後の日にしてください。")
    if day - today > 2 * FARTHEST:
        raise ValidationError("回答の期限は今日から2年以内の日にしてください。")
    return day


class EditForm(PortalForm):
    """What may change while departments are answering."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST)
    title = forms.CharField(label="件名", max_length=100)
    due_on = WarekiDateField(label="回答の期限", help_text="延ばすことだけできます。")
    note = forms.CharField(
        label="課への説明", max_length=1000, required=False, help_text="回答の画面の上に表示します。",
        widget=forms.Textarea(attrs={"rows": 4, "data-count": "note-count"}),
    )  # fmt: skip

    def __init__(self, *args: Any, round_: Round, **kwargs: Any) -> None:
        names = ("version", "title", "due_on", "note")
        super().__init__(*args, initial={n: getattr(round_, n) for n in names}, **kwargs)
        self.round = round_

    def clean_due_on(self) -> dt.date:
        day = self.cleaned_data["due_on"]
        return day if day == self.round.due_on else _near_future(day)
