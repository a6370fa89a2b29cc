"""Reads of maturity as chainable verbs."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce


class RubricQuerySet(models.QuerySet):
    def current(self) -> RubricQuerySet:
        return self.filter(is_current=True)

    def drafts(self) -> RubricQuerySet:
        return self.filter(is_draft=True)

    def visible(self, *, drafts: bool) -> RubricQuerySet:
        """Drafts only for those who edit them."""
        return self if drafts else self.filter(is_draft=False)

    def with_levels(self) -> RubricQuerySet:
        """Axes and their levels come along in two further queries."""
        return self.prefetch_related("axes__levels")


class AssessmentQuerySet(models.QuerySet):
    def official(self) -> AssessmentQuerySet:
        """Accepted assessments: what everyone may read."""
        return self.filter(accepted_at__isnull=False)

    def of_round(self, round_id: int) -> AssessmentQuerySet:
        return self.filter(reply__round_id=round_id)

    def before(self, as_of: dt.date | OuterRef, reply_id: int | OuterRef) -> AssessmentQuerySet:
        """Assessments older than that of the reply with this base date; of one base date the older reply's."""
        return self.filter(Q(as_of__lt=as_of) | Q(as_of=as_of, reply_id__lt=reply_id))

    def newest_first(self) -> AssessmentQuerySet:
        return self.order_by("-as_of", "-reply_id")

    def with_scores(self) -> AssessmentQuerySet:
        """For reading in full: round, rubric, scores and the levels of their axes."""
        return self.select_related("reply__round", "rubric", "department").prefetch_related("scores__axis__levels")


class ScoreQuerySet(models.QuerySet):
    def official(self) -> ScoreQuerySet:
        """Answers of accepted assessments."""
        return self.filter(assessment__accepted_at__isnull=False)

    def latest(self) -> ScoreQuerySet:
        """Those of each department's newest official assessment."""
        rows = self.model._meta.get_field("assessment").related_model.objects
        newest = rows.official().filter(department=OuterRef("assessment__department")).newest_first()
        return self.official().filter(assessment=Subquery(newest.values("pk")[:1]))

    def of_departments_on(self, today: dt.date) -> ScoreQuerySet:
        """Those of departments that still exist."""
        return self.exclude(assessment__department__valid_to__lt=today)

    def with_gap(self) -> ScoreQuerySet:
        """Annotate what `gaps.Gap` computes: the best known level, what is left to the target, and the due date
        with those without one last."""
        best = Coalesce("reviewed_level", "level")
        return self.annotate(
            best=best, gap_size=F("target_level") - best, due_key=Coalesce("target_on", dt.date(9999, 12, 31))
        )

    def below_target(self) -> ScoreQuerySet:
        """Open gaps, after `with_gap`; an unknown level or target is no gap."""
        return self.filter(not_applicable=False, gap_size__gt=0)

    def without_level(self) -> ScoreQuerySet:
        """A target is set, but nobody knows how far away it is."""
        return self.filter(
            not_applicable=False, target_level__isnull=False, level__isnull=True, reviewed_level__isnull=True
        )

    def with_axis(self) -> ScoreQuerySet:
        """For lists: axis, department with its 部, and round come along."""
        return self.select_related("axis", "assessment__department__parent", "assessment__reply__round")
