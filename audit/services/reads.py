"""The read log, and what is thrown away when its time is over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import RateCount
from audit.models import Read
from lib import ledger
from lib.reads import Mark


def record_read(*, user: Any, mark: Mark, path: str) -> None:
    """Write down that `user` was shown what the mark names (one statement, so no transaction of its own)."""
    Read(
        at=timezone.now(), user_id=user.pk, user=user.ledger_label[:120], kind=mark.kind, label=mark.label[:200],
        path=path[:500],
    ).save()  # fmt: skip


@transaction.atomic
def prune(*, now: dt.datetime, by: Any) -> dict[str, int]:
    """Remove reads and sign-in attempts past their retention; the ledger keeps how many."""
    reads = now - dt.timedelta(days=settings.READ_LOG_DAYS)
    attempts = now - dt.timedelta(days=settings.ATTEMPT_DAYS)
    removed = {
        "読み取りの記録": Read.objects.older_than(reads).delete()[0],
        "サインインの失敗": sum(
            model.objects.filter(attempt_time__lt=attempts).delete()[0] for model in (AccessAttempt, AccessFailureLog)
        ),
        "サインインの履歴": AccessLog.objects.filter(attempt_time__lt=attempts).delete()[0],
    }
    # Counts of a minute go with the next one, but only while a limit is on; forms that were sent are counted there too.
    RateCount.objects.filter(start__lt=now - dt.timedelta(days=1)).delete()
    if any(removed.values()):
        limits = {"読み取りの記録の期限": reads.date(), "サインインの期限": attempts.date()}
        after = {name: ledger.plain(value) for name, value in (removed | limits).items()}
        event = ledger.Event(
            by=ledger.actor(by), act="prune", object_type="audit.read", object_id="",
            object_label="保存期間を過ぎた記録", changes=ledger.difference({}, after),
        )  # fmt: skip
        ledger.record_many([event])
    return removed
