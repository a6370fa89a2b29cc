"""Terms of the glossary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from lib import ledger
from lib.writes import StaleError, insert, save_versioned
from strategy.models import Term

FIELDS = ("term", "reading", "explanation", "aliases")
FORM_LENGTH, EXPLANATION_LENGTH = 60, 1000


@transaction.atomic
def create_term(*, term: str, reading: str, explanation: str, aliases: Sequence[str] = (), by: Any) -> Term:
    row = Term(term=term, reading=reading, explanation=explanation, aliases=list(aliases))
    _check(row)
    insert(row)
    ledger.record(by=by, act="create", obj=row, after=ledger.state_of(row, FIELDS))
    return row


@transaction.atomic
def update_term(
    *, row: Term, version: int, term: str, reading: str, explanation: str, aliases: Sequence[str], by: Any
) -> Term:
    before = ledger.state_of(row, FIELDS)
    row.term, row.reading, row.explanation, row.aliases = term, reading, explanation, list(aliases)
    _check(row)
    save_versioned(row, version=version, fields=FIELDS)
    ledger.record(by=by, act="update", obj=row, before=before, after=ledger.state_of(row, FIELDS))
    return row


@transaction.atomic
def delete_term(*, row: Term, version: int, by: Any) -> None:
    """Delete the term as the person saw it; no other row refers to a term."""
    stored = Term.objects.select_for_update(no_key=True).filter(pk=row.pk, version=version).first()
    if stored is None:
        raise StaleError(Term.objects.filter(pk=row.pk).first())
    ledger.record(by=by, act="delete", obj=stored, before=ledger.state_of(stored, FIELDS))
    stored.delete()


def _check(row: Term) -> None:
    """Each form of a term stands for one term only, or a text could not be hinted."""
    taken = {f: t.term for t in Term.objects.exclude(pk=row.pk) for f in (t.term, *t.aliases)}
    if row.term in taken:
        raise ValidationError({"term": f"「{row.term}」は、用語「{taken[row.term]}」として登録されています。"})
    for form in row.aliases:
        if form in taken:
            raise ValidationError({"aliases": f"「{form}」は、用語「{taken[form]}」として登録されています。"})
        if len(form) > FORM_LENGTH:
            raise ValidationError({"aliases": f"別の書き方は、一つ{FORM_LENGTH}字までにしてください。"})
    if len(row.explanation) > EXPLANATION_LENGTH:  # the model's own check leaves long texts to forms
        raise ValidationError({"explanation": f"説明は{EXPLANATION_LENGTH}字までにしてください。"})
    row.full_clean(validate_unique=False)
