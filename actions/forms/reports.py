"""Forms of a progress report: the row of a reply, and the page of one action."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from actions.models import Grade, Milestone, lifecycle_choices, reason_choices
from actions.queries import Row, lifecycle_word
from lib.forms import PortalForm, WarekiDateField, WholeNumberField, display
from lib.wareki import format_date
from lib.writes import StaleError

NEEDS_REASON = (
    "判定が遅れ・期限超過になるとき、終了予定日を後ろへ動かすとき、進捗率が下がるとき、"
    "中止・休止にするとき、自己評価が判定と合わないときに必要です。"
)
PERCENT_RANGE = "0から100までの整数で入力してください。"
SAID = ("lifecycle", "percent", "done", "reason_kind", "reason", "grade", "new_ends_on")
STONE = "stone_"
DUE = "due_"


class PercentField(WholeNumberField):
    """0–100, full-width digits and a percent sign accepted."""

    def __init__(self, **kwargs: Any) -> None:
        bounds = [MinValueValidator(0, PERCENT_RANGE), MaxValueValidator(100, PERCENT_RANGE)]
        super().__init__(label="進捗率", validators=bounds, **kwargs)
        self.error_messages["invalid"] = PERCENT_RANGE
        self.widget.attrs["class"] = "num"


class ReportForm(PortalForm):
    """What a report says. Subclasses decide whether the percent may stay blank."""

    lifecycle = forms.ChoiceField(label="状況", choices=lifecycle_choices)
    percent = PercentField(required=True)
    done = forms.CharField(
        label="実績と次にすること", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    reason_kind = forms.ChoiceField(
        label="理由の区分", required=False, choices=lambda: [("", "選んでください"), *reason_choices()]
    )
    reason = forms.CharField(label="理由と見通し", max_length=300, required=False)
    grade = forms.ChoiceField(label="自己評価", required=False)
    new_ends_on = WarekiDateField(label="新しい終了予定日", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: Row, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        if row.grades:
            steps = [(str(g.pk), str(g)) for g in row.grades]
            self.fields["grade"].choices = [("", "評価なし"), *steps]
        else:
            del self.fields["grade"]
        for stone in open_stones(row):
            self._add_stone(stone)

    def _add_stone(self, stone: Milestone) -> None:
        """Two dates for each milestone: another due date, and the day it was reached."""
        report, key = self.row.report, str(stone.pk)
        moved = report.milestones_moved.get(key) if report else None
        done = report.milestones_done.get(key) if report else None
        self._add_date(f"{DUE}{key}", f"「{stone.title}」の新しい期日", moved and moved["due_on"])
        self._add_date(f"{STONE}{key}", f"「{stone.title}」の達成日", done and done["done_on"])

    def _add_date(self, name: str, label: str, told: str | None) -> None:
        field = WarekiDateField(label=label, required=False)
        if told:
            self.initial[name] = dt.date.fromisoformat(told)
        self._dress(name, field)
        self.fields[name] = field

    @property
    def stones(self) -> list[tuple[Milestone, forms.BoundField, forms.BoundField]]:
        """The milestones that this report may move or call reached, with their fields for both."""
        return [(m, self[f"{DUE}{m.pk}"], self[f"{STONE}{m.pk}"]) for m in open_stones(self.row)]

    def clean_grade(self) -> Grade | None:
        chosen = self.cleaned_data["grade"]
        return next((g for g in self.row.grades if str(g.pk) == chosen), None)

    def said(self) -> dict[str, Any]:
        """The cleaned words and figures, as the services take them."""
        said = {name: self.cleaned_data.get(name) for name in SAID}
        return said | {"reached": self._days(STONE), "moved": self._days(DUE)}

    def _days(self, prefix: str) -> dict[int, dt.date]:
        """The dates entered beside milestones, by the milestone's key."""
        found = self.cleaned_data.items()
        return {int(name.removeprefix(prefix)): day for name, day in found if name.startswith(prefix) and day}

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        self._show_stones(error.current)
        if error.current is None:
            self.data = self.data.copy()
            self.data[self.add_prefix("version")] = ""
        if "percent" in self.conflicts:
            self.conflicts["percent"] += "%"

    def _show_stones(self, current: Any) -> None:
        if current is None:
            return
        for stone, *fields in self.stones:
            key = str(stone.pk)
            moved, done = current.milestones_moved.get(key, {}), current.milestones_done.get(key, {})
            for field, now in zip(fields, (moved.get("due_on"), done.get("done_on")), strict=True):
                day = dt.date.fromisoformat(now) if now else None
                if day != self.cleaned_data.get(field.name):
                    self.conflicts[field.name] = display(day)


class RowForm(ReportForm):
    """What one row of the reply's page sends; `templatetags.reply_fields` draws it. A blank percent stands for the
    percent before, which the field shows."""

    def __init__(self, *args: Any, row: Row, **kwargs: Any) -> None:
        kwargs.setdefault("initial", initial_of(row))
        super().__init__(*args, row=row, **kwargs)
        self.fields["percent"].required = False

    def clean_percent(self) -> int:
        percent = self.cleaned_data["percent"]
        return self.row.before.percent if percent is None else percent


class ActionReportForm(ReportForm):
    """The report on the page of one action, in the open round or ad hoc."""

    def __init__(self, *args: Any, row: Row, **kwargs: Any) -> None:
        kwargs.setdefault("initial", initial_of(row) | ({} if row.report else {"percent": row.before.percent}))
        super().__init__(*args, row=row, **kwargs)
        self.fields["done"].widget.attrs |= {"rows": 5, "data-count": "done-count"}
        self.fields["reason"].help_text = NEEDS_REASON
        now = format_date(row.action.ends_on)
        self.fields["new_ends_on"].help_text = f"変えるときだけ入力します。いまは{now}です。"
        self.previous = {
            "lifecycle": lifecycle_word(row.before.lifecycle),
            "percent": f"{row.before.percent}%",
            "done": row.last.done if row.last else "",
            "grade": str(row.grade_before or ""),
        }


def initial_of(row: Row) -> dict[str, Any]:
    report = row.report
    if report is None:
        return {"lifecycle": row.before.lifecycle, "grade": row.action.self_grade_id}
    kept = {name: getattr(report, name) for name in (*SAID, "version") if name != "grade"}
    return kept | {"grade": report.grade_id}


def open_stones(row: Row) -> list[Milestone]:
    """Milestones not reached before this report, in the order of their dates."""
    told = row.report.milestones_done if row.report else {}
    return [m for m in row.milestones if m.done_on is None or str(m.pk) in told]


def refuse(form: PortalForm, error: ValidationError) -> int:
    """Put a refusal on the form; returns the status to answer with (409 for a conflict, else 422)."""
    form.add_refusal(error)
    return 409 if isinstance(error, StaleError) else 422
