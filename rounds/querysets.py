"""Reads of rounds as chainable verbs."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.roles import Role

NAMED = (
    "round", "department", "submitted_by", "approved_by", "returned_by", "accepted_by", "reopened_by", "voided_by",
)  # fmt: skip


def shown_state(at: str = "") -> Case:
    """`Reply.shown_state` in SQL: silence is told apart from a draft. `at` leads from another model to the reply."""
    silent = Q((f"{at}state", "draft")) & Q((f"{at}started_at__isnull", True))
    return Case(When(silent, then=Value("silent")), default=F(f"{at}state"), output_field=CharField())


class RoundQuerySet(models.QuerySet):
    def opened(self, today: dt.date) -> RoundQuerySet:
        """Rounds that departments may answer today (late entry included until closed)."""
        return self.filter(opens_on__lte=today, closed_at__isnull=True)

    def unclosed(self) -> RoundQuerySet:
        """Rounds that were not closed yet, planned ones included."""
        return self.filter(closed_at__isnull=True)

    def past_due(self, today: dt.date) -> RoundQuerySet:
        return self.filter(due_on__lt=today)

    def with_counts(self) -> RoundQuerySet:
        """Annotate how many replies stand in each shown state: `n_silent`, `n_draft` … and `n_all` without 廃止."""
        silent = Q(replies__state="draft", replies__started_at__isnull=True)
        counts = {
            f"n_{state}": Count("replies", filter=Q(replies__state=state))
            for state in ("submitted", "approved", "returned", "accepted", "void")
        }
        return self.annotate(
            n_all=Count("replies", filter=~Q(replies__state="void")),
            n_silent=Count("replies", filter=silent),
            n_draft=Count("replies", filter=Q(replies__state="draft", replies__started_at__isnull=False)),
            **counts,
        )


class ReplyQuerySet(models.QuerySet):
    def of(self, departments: set[int] | None) -> ReplyQuerySet:
        """Replies of the given departments; None means every department."""
        return self if departments is None else self.filter(department_id__in=departments)

    def editable(self) -> ReplyQuerySet:
        """Those that may be entered now, single replies reopened after the close included."""
        still = Q(round__closed_at__isnull=True) | Q(reopened_at__isnull=False)
        return self.filter(still, state__in=("draft", "returned"))

    def silent(self) -> ReplyQuerySet:
        """Nothing entered yet."""
        return self.filter(state="draft", started_at__isnull=True)

    def awaiting(self) -> ReplyQuerySet:
        """Approved by the department, waiting for 事務局."""
        return self.filter(state="approved")

    def accepted(self) -> ReplyQuerySet:
        return self.filter(state="accepted")

    def pending(self, today: dt.date) -> ReplyQuerySet:
        """Not accepted yet in a round that is open today or reopened for them, the nearest due date first."""
        return (
            self.filter(Q(round__closed_at__isnull=True) | Q(reopened_at__isnull=False), round__opens_on__lte=today)
            .exclude(state__in=("accepted", "void"))
            .order_by("round__due_on", "department__order", "pk")
        )

    def with_people(self) -> ReplyQuerySet:
        """Join what a reply's page names: round, department and who moved it."""
        return self.select_related(*NAMED)

    def in_place(self) -> ReplyQuerySet:
        """Annotate what 事務局 did in place of the department, by the posts that the people held on that day."""
        return self.annotate(
            submitted_in_place=self._by_office("submitted", Role.LEAD, Role.MEMBER),
            approved_in_place=self._by_office("approved", Role.LEAD),
        )

    def _by_office(self, act: str, *own: Role) -> Case:
        """Whether 事務局 did it, and nobody who had one of the roles of its `own` in the department."""
        posts = self.model._meta.get_field(f"{act}_by").related_model._meta.get_field("memberships").related_model
        day = OuterRef(f"{act}_at__date")
        held = posts.objects.filter(user=OuterRef(f"{act}_by"), valid_from__lte=day, valid_until__gte=day).order_by()
        in_department = held.filter(role__in=own, department=OuterRef("department"))
        office = Exists(held.filter(role=Role.SECRETARIAT)) & ~Exists(in_department)
        return Case(When(office, then=Value(True)), default=Value(False))

    def for_page(self) -> ReplyQuerySet:
        """For a reply's page: besides the people how often it was corrected (`n_formers`), and the department's last
        accepted reply before it (`previous_id`)."""
        mine = self.model._meta.get_field("formers").related_model.objects.filter(reply=OuterRef("pk")).order_by()
        formers = mine.values("reply").annotate(n=Count("pk")).values("n")
        older = self.model.objects.accepted().filter(department=OuterRef("department"))
        older = older.filter(round__period_end__lt=OuterRef("round__period_end")).order_by("-round__period_end", "-pk")
        return self.with_people().in_place().annotate(
            n_formers=Coalesce(Subquery(formers), 0), previous_id=Subquery(older.values("pk")[:1])
        )  # fmt: skip

    def light(self) -> ReplyQuerySet:
        """For lists: the department and its 部 joined, the frozen content left in the database."""
        return self.select_related("department__parent").defer("frozen")

    def grouped(self) -> ReplyQuerySet:
        """In the order of the organisation: 部, then 課."""
        return self.order_by(
            models.F("department__parent__order").asc(nulls_last=True), "department__parent_id",
            "department__order", "pk",
        )  # fmt: skip


class AttachmentQuerySet(models.QuerySet):
    def present(self) -> AttachmentQuerySet:
        """Those on the reply now."""
        return self.filter(removed_at__isnull=True)


class RemarkQuerySet(models.QuerySet):
    def unresolved(self) -> RemarkQuerySet:
        return self.filter(resolved_at__isnull=True)
