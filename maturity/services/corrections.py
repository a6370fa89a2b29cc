"""Taking an accepted assessment back to a draft, so that it can be corrected."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from lib import ledger
from lib.writes import save_versioned
from maturity.models import Assessment
from rounds.models import Reply


@transaction.atomic
def reopen_assessment(*, reply: Reply, by: Any) -> Assessment | None:
    """Make the assessment of `reply` a draft again: until it is accepted, the averages go without it."""
    assessment = Assessment.objects.filter(reply=reply, accepted_at__isnull=False).first()
    if assessment is None:
        return None
    before = ledger.state_of(assessment, ("accepted_at",))
    assessment.accepted_at = None
    save_versioned(assessment, version=assessment.version, fields=("accepted_at",), force=True)
    after = ledger.state_of(assessment, ("accepted_at",))
    ledger.record(by=by, act="correct", obj=assessment, before=before, after=after)
    return assessment


def inherit_assessment(*, old: Reply, new: Reply) -> None:
    """A draft goes on with the successor, unless it has begun one of its own; then it stays with the old reply."""
    if not Assessment.objects.filter(reply=new).exists():
        drafts = Assessment.objects.filter(reply=old, accepted_at__isnull=True)
        drafts.update(reply=new, department=new.department)
