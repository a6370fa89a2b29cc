"""What the ledger keeps of one action and of its reports."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from actions.models import Action, ProgressReport
from audit import acts
from audit.models import Entry
from lib.prepared import Prepared

LEDGER_ROWS = 50


class Line(NamedTuple):
    at: dt.datetime
    actor: str
    act: str
    label: str
    changes: dict[str, list[Any]]
    note: str

    @property
    def act_label(self) -> str:
        return acts.label(self.act)


COLUMNS = ("at", "actor", "act", "object_label", "changes", "note")


def _entries(action: int) -> QuerySet[Any]:
    """Two reads of one index, each of one kind of object."""
    reports = ProgressReport.objects.filter(action=action).order_by().values(text=Cast("pk", CharField()))
    on_it = Entry.objects.filter(object_type=Action._meta.label_lower, object_id=str(action)).order_by()
    on_reports = Entry.objects.filter(object_type=ProgressReport._meta.label_lower, object_id__in=reports).order_by()
    both = on_it.values_list("seq", *COLUMNS).union(on_reports.values_list("seq", *COLUMNS), all=True)
    return both.order_by("-seq")[:LEDGER_ROWS]


_ENTRIES = Prepared(_entries)


def history_of(action: Action) -> list[Line]:
    """Entries on the action and on its reports, newest first (1 query)."""
    return [Line._make(row[1:]) for row in _ENTRIES.rows(action.pk)]
