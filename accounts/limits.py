"""How often somebody may do something: counted in the database, so that it holds over all processes."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import RateCount

WINDOW = dt.timedelta(minutes=1)


def hit(kind: str, who: str, most: int) -> bool:
    """Count one more for `who` in this minute; False when that is more than `most` (0 switches the limit off).

    Whoever it is, is kept as a digest only; rows of former minutes go with the first hit of a new one.
    """
    if not most:
        return True
    key = hashlib.sha256(f"{kind}\n{who}".encode()).hexdigest()
    now = timezone.now()
    start = now.replace(second=0, microsecond=0)
    with transaction.atomic():
        row, created = RateCount.objects.get_or_create(key=key, start=start, defaults={"count": 1})
        if created:
            RateCount.objects.filter(start__lt=start - WINDOW).delete()
            return True
        # Read after the own step, which holds the row: what was read before may be what others read too.
        RateCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
        return RateCount.objects.values_list("count", flat=True).get(pk=row.pk) <= most


def seconds_left() -> int:
    """Until the running minute ends."""
    return 60 - timezone.now().second
