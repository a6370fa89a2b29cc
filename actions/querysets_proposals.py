"""Reads of 導入計画書 as chainable verbs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from lib.fold import fold


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user: User, departments: set[int] | None) -> ProposalQuerySet:
        """Those a reader may know of: decided ones, those of the own departments, and those to be scored.

        `departments` are those for which the reader may write; None means all of them (事務局).
        """
        if departments is None:
            return self
        scored = Q(pk__in=self.model.objects.filter(reviews__sheets__reviewer=user).values("pk"))
        return self.filter(Q(state="decided") | Q(department__in=departments) | scored)

    def found(self, text: str) -> ProposalQuerySet:
        wanted = fold(text)
        return self.filter(Q(title__folded__contains=wanted) | Q(content__folded__contains=wanted))
