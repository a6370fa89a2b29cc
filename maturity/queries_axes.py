"""The axes of a version with their levels: of one that is known, or of the one that a round is answered against."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import BigIntegerField, Case, F, FilteredRelation, Q, QuerySet, Subquery, Value, When

from lib.models import set_prefetched
from lib.prepared import PreparedRows
from lib.unchanged import kept
from maturity.models import Axis, Level, Rubric
from rounds.models import Round


@kept
def axes_of(rubric: Rubric) -> list[Axis]:
    """The axes of a version in order, each with its levels (1 query)."""
    return _with_their_levels((axis, axis.told) for axis in _AXES.objects(rubric.pk))


@kept
def version_of_round(round_: Round) -> tuple[Rubric | None, list[Axis]]:
    """The version that a round is answered against, and its axes, each with the version and its levels (1 query)."""
    rows = _ROUND_VERSION.objects(round_.pk)
    axes = _with_their_levels((row.axis, row.told) for row in rows if row.axis)
    for axis in axes:
        axis.rubric = rows[0]
    return rows[0] if rows else None, axes


def _with_their_levels(rows: Iterable[tuple[Axis, Level | None]]) -> list[Axis]:
    levels: dict[Axis, list[Level]] = {}
    for axis, level in rows:
        levels.setdefault(axis, []).extend([level] if level else [])
    for axis, found in levels.items():
        set_prefetched(axis, "levels", found)
    return list(levels)


def _with_levels(rubric: int) -> QuerySet:
    rows = Axis.objects.filter(rubric=rubric).annotate(told=FilteredRelation("levels"))
    return rows.order_by("order", "pk", "told__number")


def _best(round_: int) -> Subquery:
    """The key of the version that `rubric_at` chooses for the moment at which a round was created."""
    moment = Subquery(Round.objects.filter(pk=round_).order_by().values("created_at"))
    begun = Q(published_at__isnull=True) | Q(published_at__lte=moment)
    keys = (
        Case(When(begun, then=Value(0)), default=Value(1)),
        Case(When(begun, published_at__isnull=True, then=Value(1)), default=Value(0)),
        Case(When(begun, then=F("published_at"))).desc(nulls_last=True),
        Case(When(begun, then=None), default=F("published_at")).asc(nulls_first=True),
        Case(When(begun, is_current=True, then=Value(0)), default=Value(1)),
        Case(When(begun, then=-F("pk")), default=F("pk"), output_field=BigIntegerField()),
    )
    return Subquery(Rubric.objects.filter(is_draft=False).order_by(*keys).values("pk")[:1])


def _best_with_axes(round_: int) -> QuerySet:
    rows = Rubric.objects.filter(pk=_best(round_)).annotate(axis=FilteredRelation("axes"))
    rows = rows.annotate(told=FilteredRelation("axis__levels"))
    return rows.order_by("axis__order", "axis__pk", "told__number")


_AXES = PreparedRows(Axis, _with_levels, joined=(("told", Level),))
_ROUND_VERSION = PreparedRows(Rubric, _best_with_axes, joined=(("axis", Axis), ("told", Level)))
