"""How many axes of a reply are answered, for pages that show the numbers alone."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When

from lib.joined import joined, split
from maturity.models import Assessment, Rubric, Score
from maturity.queries import rubric_at
from rounds.models import Reply


def answered_axes(reply: Reply) -> tuple[int, int]:
    """Answered axes, and all of them; the same as `queries.answers_of` finds (1 query)."""
    versions = list(_versions(reply))
    own = next((v for v in versions if v.is_own), None) or rubric_at(reply.round.created_at, versions)
    if own is None:
        return 0, 0
    said = split(own.said)
    return said.count("1"), len(said) or own.axis_count


def _versions(reply: Reply) -> Any:
    """Versions of the rubric with the number of their axes; what a reply `said` on each is 1 where it is answered."""
    scores = Score.objects.filter(assessment__reply=reply, axis__rubric=OuterRef("pk"))
    answered = Case(When(Q(not_applicable=True) | Q(level__isnull=False), then=Value(1)), default=Value(0))
    own = Assessment.objects.filter(reply=reply, rubric=OuterRef("pk"))
    return Rubric.objects.annotate(
        axis_count=Count("axes"), is_own=Exists(own), said=joined(scores, "axis__rubric", answered)
    )
