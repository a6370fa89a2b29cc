"""Run as a process of the portal on a city: seconds of what is done for a meeting. Everything is rolled back."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import django

BIGGEST_PACK = 1_000


def main() -> None:
    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from accounts.models import User
    from actions.models import Action
    from meetings import compare, queries, queries_packs
    from meetings.models import Body
    from meetings.pack.build import build
    from meetings.resources_packs import draw
    from meetings.services import meetings, snapshots

    told: dict[str, Any] = {}
    with transaction.atomic():
        by, before = User.objects.get(login_id="secretariat"), queries.snapshots()[0]
        meeting = meetings.plan_meeting(body=Body.objects.first(), held_on=timezone.localdate(), by=by)
        told["freeze"], (frozen, _) = timed(lambda: snapshots.freeze_meeting(meeting=meeting, by=by))
        told["compare"], _ = timed(lambda: compare.compare(before.read(), frozen.read()))
        if Action.objects.count() <= BIGGEST_PACK:
            for kind in ("pdf", "pptx", "xlsx"):
                source = queries_packs.source_of(meeting, frozen, before)
                told[kind], _ = timed(lambda kind=kind, source=source: draw(kind, build(source), source))
        transaction.set_rollback(True)
    told["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump(told, sys.stdout)


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    made = act()
    return time.perf_counter() - start, made


if __name__ == "__main__":
    main()
