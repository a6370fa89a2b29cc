"""Reads of the meetings as chainable verbs."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Case, Count, F, When


class MeetingQuerySet(models.QuerySet):
    def planned(self) -> MeetingQuerySet:
        return self.filter(state="planned")

    def held(self) -> MeetingQuerySet:
        return self.filter(state="held")

    def past(self) -> MeetingQuerySet:
        """What was held or cancelled, the newest first."""
        return self.exclude(state="planned").order_by("-held_on", "-pk")

    def headquarters(self) -> MeetingQuerySet:
        """Sittings of the body that decides (本部会議)."""
        return self.filter(body__kind="headquarters")

    def with_counts(self) -> MeetingQuerySet:
        """Annotate how many items and decisions there are, and whether the material was frozen."""
        return self.annotate(
            n_agenda=Count("agenda", distinct=True), n_decisions=Count("decisions", distinct=True),
            n_snapshots=Count("snapshots", distinct=True),
        )  # fmt: skip

    def soonest_first(self) -> MeetingQuerySet:
        return self.order_by("held_on", "pk")


class DecisionQuerySet(models.QuerySet):
    def unfinished(self) -> DecisionQuerySet:
        """Those that somebody still has to do or to look at."""
        return self.exclude(state="done")

    def of(self, departments: set[int]) -> DecisionQuerySet:
        return self.filter(department_id__in=departments)

    def before(self, day: dt.date) -> DecisionQuerySet:
        """Those of meetings before that day."""
        return self.filter(meeting__held_on__lt=day)

    def most_urgent_first(self) -> DecisionQuerySet:
        return self.order_by(F("due_on").asc(nulls_last=True), "meeting__held_on", "order", "pk")

    def unfinished_first(self) -> DecisionQuerySet:
        """Open ones by their due date, then what is done."""
        is_done = Case(When(state="done", then=1), default=0)
        return self.order_by(is_done, F("due_on").asc(nulls_last=True), "-meeting__held_on", "order", "pk")

    def for_lists(self) -> DecisionQuerySet:
        return self.select_related("meeting__body", "department")


class SnapshotQuerySet(models.QuerySet):
    def light(self) -> SnapshotQuerySet:
        """For lists: the content stays in the database."""
        return self.defer("content").select_related("round", "meeting", "corrected_by")

    def valid(self) -> SnapshotQuerySet:
        """Those that no later one corrects."""
        return self.filter(corrected_by__isnull=True)
