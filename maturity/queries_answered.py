"""How many axes of a reply are answered, for pages that show the numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Count, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from lib.joined import joined, split
from maturity.models import Axis, Rubric, Score
from maturity.queries import rubric_at
from rounds.models import Reply


def answered_axes(replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
    """By reply id its answered axes, and all of them; the same as `queries.answers_of` finds (1 query)."""
    versions = list(_versions(replies))
    own = {v.reply: v for v in versions if v.reply}
    return {r.pk: _counted(own.get(r.pk) or rubric_at(r.round.created_at, versions), r) for r in replies}


def _counted(version: Any, reply: Reply) -> tuple[int, int]:
    if version is None:
        return 0, 0
    said = split(version.said) if version.reply == reply.pk else []
    return said.count("1"), len(said) or version.axis_count


def _versions(replies: Sequence[Reply]) -> Any:
    """Versions of the rubric with the number of their axes, each once for every `reply` that was begun with it, or
    else once; what the reply `said` on each axis is 1 where it is answered."""
    begun = FilteredRelation("assessment", condition=Q(assessment__reply__in=[r.pk for r in replies]))
    rows = Rubric.objects.annotate(begun=begun, reply=F("begun__reply_id"))
    scores = Score.objects.filter(assessment__reply=OuterRef("reply"), axis__rubric=OuterRef("pk"))
    answered = Case(When(Q(not_applicable=True) | Q(level__isnull=False), then=Value(1)), default=Value(0))
    axes = Axis.objects.filter(rubric=OuterRef("pk")).order_by().values("rubric").annotate(n=Count("pk")).values("n")
    return rows.annotate(axis_count=Coalesce(Subquery(axes), 0), said=joined(scores, "axis__rubric", answered))
