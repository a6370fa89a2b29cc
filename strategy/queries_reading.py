"""Reads behind glossary, relations to other plans and personal visions."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import Count, Prefetch
from django.urls import reverse

from lib.fold import fold
from lib.prepared import Prepared
from strategy import kana
from strategy.hints import Entry, Glossary
from strategy.models import Edition, PersonalVision, Plan, PlanRelation, Term

_TERMS = Prepared(lambda: Term.objects.values_list("pk", "term", "aliases", "explanation"))
_SHARED = Prepared(lambda: PersonalVision.objects.shared().order_by().values_list("shared").annotate(n=Count("pk")))


def glossary() -> Glossary:
    """The terms as hints for one page (one query)."""
    entries = [Entry(pk, term, (term, *aliases), text) for pk, term, aliases, text in _TERMS.rows()]
    return Glossary(entries, reverse("strategy:terms"))


def terms_by_row(wanted: str = "") -> list[tuple[str, list[Term]]]:
    """Terms that contain `wanted` in any of their texts, under the rows of the kana table (one query)."""
    needle = fold(wanted)
    found = [t for t in Term.objects.all() if needle in fold("\n".join((t.term, t.reading, t.explanation, *t.aliases)))]
    found.sort(key=lambda t: ((*kana.ROWS, kana.OTHER).index(kana.row_of(t.reading)), t.reading, t.pk))
    return [(row, list(terms)) for row, terms in groupby(found, key=lambda t: kana.row_of(t.reading))]


def relations_of(plan: Plan) -> list[PlanRelation]:
    """Relations in their order, each with the public edition of the other plan to open, if any (2 queries)."""
    public = Edition.objects.visible(drafts=False).order_by("-order", "-pk")
    shown = Prefetch("other__editions", public, to_attr="shown_editions")
    rows = list(plan.relations.select_related("other").prefetch_related(shown))
    for row in rows:
        editions = row.other.shown_editions if row.other else []
        row.edition = next((e for e in editions if e.status == "published"), editions[0] if editions else None)
    return rows


def shared_visions() -> int:
    return sum(n for _, n in _SHARED.rows())


def beside(edition: Edition) -> dict[str, Any]:
    """What the page of an edition shows with its sheet. A draft is for editing: no hints between the tools."""
    hints = None if edition.is_draft else glossary()
    return {"glossary": hints, "relations": relations_of(edition.plan), "shared_visions": shared_visions()}
