"""Reads of 導入計画書: the guidelines that can be scored with, and the sheets of a review side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from actions.models import Proposal, Review, ReviewSheet
from actions.scoring import Cell, Line, overall
from strategy.models import Element, Layer

GUIDING = "guideline"
STANDING_IN = ("value", "principle")
REVIEWER_ROLES = ("secretariat", "executive", "lead")


def guiding_layers() -> QuerySet[Layer]:
    """Layers of guidelines in published editions, those of the main plan first; a layer that only groups others
    of its role stays out. A city without any may score with the values or principles of its own plan."""
    filled = Exists(Element.objects.filter(layer=OuterRef("pk")))
    grouping = Exists(Layer.objects.filter(parent=OuterRef("pk"), role=OuterRef("role")))
    rows = Layer.objects.filter(filled, ~grouping, edition__status="published").select_related("edition__plan")
    order = ("-edition__plan__is_main", "edition__plan__order", "order", "pk")
    own = rows.filter(role__in=(GUIDING, *STANDING_IN), edition__plan__is_main=True)
    return (rows.filter(role=GUIDING) | own).order_by(*order)


def usual_layers(layers: Sequence[Layer]) -> list[Layer]:
    """What is proposed to score with: the main plan's guidelines, else any plan's, else what stands in for them."""
    guiding = [layer for layer in layers if layer.role == GUIDING]
    own = [layer for layer in guiding if layer.edition.plan.is_main]
    return own or guiding[:1] or list(layers[:1])


def possible_reviewers() -> QuerySet[User]:
    """People who may be asked to score, whichever role makes them one."""
    rows = User.objects.active().holding(role__in=REVIEWER_ROLES)
    return User.objects.filter(pk__in=rows.values("pk")).order_by("display_name", "pk")


@dataclass(frozen=True)
class Result:
    """The sheets of one review side by side."""

    review: Review
    sheets: list[ReviewSheet]
    lines: list[Line]

    @property
    def overall(self) -> str:
        return overall(self.lines)

    @property
    def done(self) -> int:
        return sum(s.done_at is not None for s in self.sheets)


def result(review: Review) -> Result:
    """Every guideline with what each reviewer says of it (2 queries)."""
    sheets = list(review.sheets.select_related("reviewer").prefetch_related("scores"))
    said = {s.pk: {row.key: row for row in s.scores.all()} for s in sheets}
    lines = []
    for guideline in review.guidelines:
        line = Line(guideline["key"], guideline["label"], guideline["title"], guideline["body"])
        for sheet in sheets:
            row = said[sheet.pk].get(line.key)
            line.cells.append(Cell(str(sheet.reviewer), row.score if row else None, row.comment if row else ""))
        lines.append(line)
    return Result(review, sheets, lines)


def shown_results(reviews: Sequence[Review], *, decides: bool) -> list[Result]:
    """The reviews whose scores a reader may see, the latest first: one that runs only for who decides."""
    return [result(r) for r in reversed(reviews) if r.guidelines and (r.decision or decides)]


def own_sheet(proposal: Proposal, user: User) -> ReviewSheet | None:
    """The sheet of `user` in the review that is running."""
    rows = ReviewSheet.objects.select_related("review__proposal__department")
    return rows.filter(review__proposal=proposal, review__decision="", reviewer=user).first()
