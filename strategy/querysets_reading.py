"""Reads of glossary, relations and personal visions as chainable verbs."""

from __future__ import annotations

from django.db import models
from django.db.models import Prefetch, Q

from accounts.models import Membership
from lib.fold import fold


class VisionQuerySet(models.QuerySet):
    def shared(self) -> VisionQuerySet:
        """What everyone may read; the only way to visions other than the reader's own."""
        return self.filter(shared=True)

    def with_posts(self) -> VisionQuerySet:
        """Each author with the posts held today, as `user.held` (2 more queries)."""
        held = Membership.objects.current().select_related("department")
        return self.select_related("user").prefetch_related(Prefetch("user__memberships", held, to_attr="held"))

    def found(self, text: str) -> VisionQuerySet:
        wanted = fold(text)
        return self.filter(Q(ideal__folded__contains=wanted) | Q(will_do__folded__contains=wanted))
