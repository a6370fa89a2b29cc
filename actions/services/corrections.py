"""Taking the accepted reports of a reply back to drafts, so that they can be corrected."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils import timezone

from actions.models import Action, Hurdle, ProgressReport
from lib import ledger
from rounds.models import Reply


@transaction.atomic
def reopen_reports(*, reply: Reply, by: Any) -> list[ProgressReport]:
    """Make the accepted reports of `reply` drafts again; constant number of queries.

    The official values of the actions stay until the correction is accepted. Only the words shown with them step
    back to the report before, so that nobody reads the draft.
    """
    rows = reply.reports.official().select_for_update(of=("self",), no_key=True)
    reports = list(rows.select_related("action").order_by("pk"))
    ProgressReport.objects.filter(pk__in=[r.pk for r in reports]).update(
        accepted_at=None, version=models.F("version") + 1, updated_at=timezone.now()
    )
    shown = {r.pk for r in reports}
    actions = list(Action.objects.select_for_update(no_key=True).filter(last_report__in=shown).order_by("pk"))
    before = _latest_official([a.pk for a in actions])
    for action in actions:
        action.last_report = before.get(action.pk)
    Action.objects.bulk_update(actions, ["last_report"], batch_size=500)
    ledger.record_many([ledger.event(by=by, act="correct", obj=r) for r in reports])
    return reports


def _latest_official(action_ids: list[int]) -> dict[int, ProgressReport]:
    rows = ProgressReport.objects.official().filter(action__in=action_ids)
    return {r.action_id: r for r in rows.order_by("as_of", "accepted_at", "pk")}


def inherit_hurdles(*, old: Reply, new: Reply) -> None:
    """What was raised in a reply and is not official yet goes on in the reply of the successor."""
    drafts = Hurdle.objects.filter(reply=old, accepted_at__isnull=True)
    drafts.update(reply=new, raised_by_department=new.department)
