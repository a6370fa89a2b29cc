"""The fields of a reply's rows are written by functions: the same names, values and choices as their form has."""

from __future__ import annotations

import datetime as dt
from html import escape
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from actions.forms.reports import RowForm
from actions.models import Action, Grade, GradeScale, Milestone, PlanScale, ProgressReport
from actions.queries import Row, row_for
from actions.sections import RowView
from actions.templatetags.reply_rows import reply_row
from rounds.models import Reply

pytestmark = pytest.mark.django_db
BAD = "<b>\"'&\n二行目"


class Fields(HTMLParser):
    """Values and choices of the fields of a page by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.ids: list[str] = []
        self.open = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag == "option":
            self.choices.setdefault(self.open, []).append(given["value"] or "")
            if "selected" in given:
                self.values[self.open] = given["value"] or ""
        elif tag in ("input", "select", "textarea"):
            self.open = given["name"] or ""
            self.values[self.open] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.get_starttag_text() and self.get_starttag_text().startswith("<textarea"):
            self.values[self.open] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.values[self.open] = self.values[self.open].removeprefix("\n")
            self.open = ""


def expected(form: RowForm) -> dict[str, str]:
    """What Django's own widgets would show."""
    shown = {name: form[name].field.widget.format_value(form[name].value()) for name in form.fields}
    return {name: (value[0] if isinstance(value, list) else value) or "" for name, value in shown.items()}


def drawn(row: Row, form: RowForm | None) -> tuple[str, Fields]:
    view = RowView(row, form, True, opened=True)
    html = reply_row(SimpleNamespace(get=lambda key: None), view, row.reply)
    return html, Fields(html)


@pytest.fixture
def row(reply: Reply, action: Action) -> Row:
    """A row with a scale of grades, milestones of both kinds, and a report that says something of everything."""
    scale = GradeScale.objects.create(name="段階")
    grade = Grade.objects.create(scale=scale, code="A", label=BAD[:6])
    PlanScale.objects.create(plan=action.plan, scale=scale)
    due = dt.date(2027, 3, 1)
    Milestone.objects.create(action=action, title="済み", due_on=due, done_on=due)
    stone = Milestone.objects.create(action=action, title=BAD[:6], due_on=due)
    ProgressReport.objects.create(
        action=action, reply=reply, as_of=reply.round.period_end, lifecycle="paused", percent=7, done=BAD, grade=grade,
        reason="", reason_kind="people", new_ends_on=due,
        milestones_done={str(stone.pk): {"title": stone.title, "done_on": "2026-11-01"}},
        milestones_moved={str(stone.pk): {"title": stone.title, "old_on": "2027-03-01", "due_on": "2027-06-30"}},
    )
    return row_for(action, reply, timezone.localdate())


def test_a_stored_row(row: Row) -> None:
    form = RowForm(row=row)
    html, fields = drawn(row, None)
    assert {n: v for n, v in fields.values.items() if n in form.fields} == expected(form)
    for name in ("lifecycle", "reason_kind", "grade"):
        assert fields.choices[name] == [str(key) for key, _ in form.fields[name].choices]
    assert len(fields.ids) == len(set(fields.ids))
    assert "<b>\"" not in html


def test_a_row_without_a_report(reply: Reply, action: Action) -> None:
    row = row_for(action, reply, timezone.localdate())
    form = RowForm(row=row)
    assert {n: v for n, v in drawn(row, None)[1].values.items() if n in form.fields} == expected(form)


def test_a_refused_row_keeps_what_was_typed(row: Row) -> None:
    stone = row.milestones[-1]
    sent: dict[str, Any] = {
        "lifecycle": "done", "percent": BAD[:6], "done": BAD, "new_ends_on": "いつか", f"due_{stone.pk}": "x<y",
        "grade": "9", "version": "4",
    }  # fmt: skip
    data = QueryDict(mutable=True)
    data.update(sent)
    form = RowForm(data, row=row)
    assert not form.is_valid()
    html, fields = drawn(row, form)
    assert {n: fields.values[n] for n in sent if n != "grade"} == {n: v for n, v in sent.items() if n != "grade"}
    assert html.count('aria-invalid="true"') == len(form.errors.keys() | {"reason"})
    for name in form.errors:
        assert escape(str(form.errors[name][0])) in html.split(f'-e-{name}">', 1)[1].split("</div>", 1)[0]
