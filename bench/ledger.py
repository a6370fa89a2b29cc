"""`python -m bench.ledger [entries]`: write a long ledger, verify it, and print time and peak memory of each.

Runs on the database of the environment, which must be empty: `DXPORTAL_MODE=demo DXPORTAL_VAR=…` or `DATABASE_URL=…`.
"""

from __future__ import annotations

import os
import resource
import sys
import time

import django

BATCH = 10_000


def main(total: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dxportal.settings")
    os.environ.setdefault("DXPORTAL_MODE", "demo")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from audit import services
    from audit.models import Entry
    from lib import ledger

    call_command("migrate", verbosity=0)
    if Entry.objects.exists():
        sys.exit("the database is not empty")
    event = ledger.Event(
        by=ledger.command("bench"), act="update", object_type="actions.action", object_id="1",
        object_label="電子申請の拡大", changes={"percent": [40, 55], "done": ["前回の内容", "今回の内容"]},
    )  # fmt: skip
    started = time.monotonic()
    for _ in range(total // BATCH):
        ledger.record_many([event] * BATCH)
    told("write", total, started)
    started = time.monotonic()
    verdict = services.verify()
    told("verify", verdict.count, started)
    print(f"{connection.vendor}: sound={verdict.sound}")


def told(what: str, entries: int, started: float) -> None:
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {entries:,} entries in {seconds:.0f} s ({entries / seconds:,.0f} a second), peak {peak:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
