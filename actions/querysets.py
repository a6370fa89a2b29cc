"""Reads of actions as chainable verbs. `with_state` mirrors `status.state` in SQL."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db import models
from django.db.models import CharField, Func, Q

from actions import status
from lib.fold import fold


class StateKey(Func):
    """`status.state` in SQL, its cases in the same order. Written out: every page compiles it, and Django takes several
    times as long for the same of `Case` and `When`."""

    READS = ("lifecycle", "ends_on", "starts_on", "reported_as_of", "behind")
    output_field = CharField()

    def __init__(self, today: dt.date, expected_as_of: dt.date | None) -> None:
        super().__init__(*self.READS)
        self.today, self.expected_as_of = today, expected_as_of

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        of = dict(zip(self.READS, (compiler.compile(e)[0] for e in self.source_expressions), strict=True))
        days = [self.today]
        todo = ""
        if self.expected_as_of is not None:
            silent = f"({of['reported_as_of']} IS NULL OR {of['reported_as_of']} < %s)"
            todo = f"WHEN {silent} AND {of['starts_on']} <= %s THEN 'todo' "
            days += [self.expected_as_of] * 2
        done, stopped = _listed(status.DONE_LIFECYCLES), _listed(status.STOPPED_LIFECYCLES)
        return (
            f"CASE WHEN {of['lifecycle']} IN {done} THEN 'done' WHEN {of['lifecycle']} IN {stopped} THEN 'stop' "
            f"WHEN {of['ends_on']} < %s THEN 'over' {todo}WHEN {of['behind']} THEN 'late' ELSE 'run' END"
        ), [connection.ops.adapt_datefield_value(day) for day in days]


def _listed(words: tuple[str, ...]) -> str:
    return "({})".format(", ".join(f"'{word}'" for word in words))


class Listed(NamedTuple):
    """What a row of the list shows of an action."""

    pk: int
    code: str
    title: str
    lead_department_id: int
    lead_department__short_name: str
    percent: int
    ends_on: dt.date
    pushes: int
    reported_as_of: dt.date | None
    state_key: str


class ActionQuerySet(models.QuerySet):
    def live(self) -> ActionQuerySet:
        return self.filter(archived_at__isnull=True)

    def with_state(self, today: dt.date, expected_as_of: dt.date | None) -> ActionQuerySet:
        """Annotate `state_key`."""
        return self.annotate(state_key=StateKey(today, expected_as_of))

    def for_lists(self) -> ActionQuerySet:
        """Without the long texts, which no list shows."""
        return self.defer("purpose", "issue", "sought", "created_at", "updated_at")

    def for_rows(self) -> models.QuerySet[Any, tuple[Any, ...]]:
        """No more than a row of the list shows, as the values of `Listed`; the rows carry `state_key`."""
        return self.values_list(*Listed._fields)

    def led_by(self, department_ids: set[int] | None) -> ActionQuerySet:
        return self if department_ids is None else self.filter(lead_department_id__in=department_ids)

    def of_department(self, department: int) -> ActionQuerySet:
        """Actions that a department leads or helps with; as a union, for which PostgreSQL uses the indexes of both."""
        led = self.model.objects.filter(lead_department=department).order_by().values("pk")
        helped = self.model.supporting.through.objects.filter(department=department).values("action")
        return self.filter(pk__in=led.union(helped))

    def reportable(self) -> ActionQuerySet:
        """Actions a department still reports on; finished ones have said their last word."""
        return self.live().exclude(lifecycle__in=status.REPORTED_LAST)

    def serving(self, element_ids: set[int]) -> ActionQuerySet:
        """Actions that serve any of the elements; a subquery, so that counts over joins stay true."""
        links = self.model.elements.through.objects.filter(element_id__in=element_ids)
        return self.filter(pk__in=links.values("action_id"))

    def behind_item(self, item_id: int) -> ActionQuerySet:
        """Actions of a national item; a subquery for the same reason."""
        links = self.model.items.through.objects.filter(priorityitem_id=item_id)
        return self.filter(pk__in=links.values("action_id"))

    def on_line(self, line: str) -> ActionQuerySet:
        """Actions that serve an axis of maturity, in whichever version of the rubric they were linked."""
        links = self.model.axes.through.objects.filter(axis__line=line)
        return self.filter(pk__in=links.values("action_id"))

    def found(self, text: str) -> ActionQuerySet:
        return self.filter(sought__contains=fold(text))


class ReportQuerySet(models.QuerySet):
    def official(self) -> ReportQuerySet:
        """Accepted reports: what everyone may read."""
        return self.filter(accepted_at__isnull=False)

    def latest_first(self) -> ReportQuerySet:
        return self.order_by("-as_of", "-accepted_at", "-pk")


class DateChangeQuerySet(models.QuerySet):
    def later(self) -> DateChangeQuerySet:
        """Moves to a later day: what counts as 計画変更."""
        return self.filter(new_on__gt=models.F("old_on"))

    def of_end(self) -> DateChangeQuerySet:
        """Moves of the end date of the action itself, oldest first."""
        return self.filter(kind="end").order_by("changed_at", "pk")


class HurdleQuerySet(models.QuerySet):
    def official(self) -> HurdleQuerySet:
        """What everybody may read: entered by 事務局, or raised in a reply that was accepted."""
        return self.filter(accepted_at__isnull=False)

    def unsolved(self) -> HurdleQuerySet:
        return self.exclude(state="solved")

    def found(self, text: str) -> HurdleQuerySet:
        wanted = fold(text)
        return self.filter(
            Q(title__folded__contains=wanted)
            | Q(text__folded__contains=wanted)
            | Q(resolution__folded__contains=wanted)
        )
