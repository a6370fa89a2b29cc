"""Forms of a reply's rows: a register's row as the department sees it, and the figure of an indicator."""

from __future__ import annotations

from typing import Any

from django import forms

from lib.forms import chosen, display
from lib.writes import StaleError
from strategy.forms.indicators import ActualForm
from strategy.forms.national import EntryForm
from strategy.models.reported import typed
from strategy.queries_reported import ActualRow, EntryRow


class Answered:
    """What both rows share: a version of the report, and the values typed for it."""

    row: EntryRow | ActualRow
    version_of_report: int

    def _begin(self, row: EntryRow | ActualRow) -> None:
        form: Any = self
        form.row = row
        report = row.report
        form.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
        form.initial["version"] = report.version if report else 0
        if report and report.answer == "given":
            form.initial |= typed(report.values)

    def show_conflict(self, error: StaleError) -> None:
        """Show beside each field what somebody else has reported meanwhile."""
        form: Any = self
        report = error.current
        if report is not None:
            said = typed(report.values)  # type: ignore[attr-defined]
            for name, value in form.cleaned_data.items():
                if name in said and said[name] != value:
                    form.conflicts[name] = chosen(form.fields[name], said[name])
            form.data = form.data.copy()
            form.data[form.add_prefix("version")] = str(report.version)  # type: ignore[attr-defined]
        form.add_error(None, error)


class ReportedEntryForm(Answered, EntryForm):
    """Only what a department knows; whether the row applies, and to whom it belongs, 事務局 decides."""

    def __init__(self, *args: Any, row: EntryRow, **kwargs: Any) -> None:
        super().__init__(*args, instance=row.entry, auto_id=f"{row.anchor}-%s", **kwargs)
        for name in set(self.fields) - set(row.asked) - {"version"}:
            del self.fields[name]
        self._begin(row)
        for name in row.asked:
            now = getattr(row.entry, name)
            shown = getattr(row.entry, f"get_{name}_display", None)
            self.previous[name] = shown() if shown else display(now)

    def _post_clean(self) -> None:
        """The service checks the row as a whole; the form answers for its own fields only."""

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in self.row.asked}


class ReportedActualForm(Answered, ActualForm):
    def __init__(self, *args: Any, row: ActualRow, **kwargs: Any) -> None:
        super().__init__(*args, indicator=row.indicator, auto_id=f"{row.anchor}-%s", **kwargs)
        del self.fields["as_of"]
        self.fields["comment"] = forms.CharField(label="補足", max_length=300, required=False)
        self._dress("comment", self.fields["comment"])
        if self.data.get("answer") == "unknown":
            for name in row.asked:
                self.fields[name].required = False
        self._begin(row)
        if row.report:
            self.initial["comment"] = row.report.comment
        self.previous[row.asked[0]] = row.before

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in self.row.asked}
