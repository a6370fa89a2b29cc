"""Cutting off old entries: only into a file, only signed for, and the cut itself is an entry of the book."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.models import ChainHead, Entry
from audit.services.lines import lines_of
from audit.services.verifying import verify
from lib import ledger


@transaction.atomic
def cut(*, before: dt.date, target: Path, reason: str, by: Any) -> int:
    """Move entries of days before `before` into `target` (JSON lines) and return how many.

    The entry "記録の切り離し" names the last entry moved, its hash, and the checksum of the file: from then on the
    verifier begins behind it. Refused while the book does not hold, or when nothing would stay.
    """
    if not reason.strip():
        raise ValidationError("切り離す理由を入力してください。")
    ChainHead.objects.select_for_update(no_key=True).filter(pk=1).first()
    verdict = verify()
    if not verdict.sound:
        raise ValidationError(f"記録 {verdict.broken_seq} 番に異常があります：{verdict.reason}")
    kept = Entry.objects.filter(at__date__gte=before).order_by("seq").first()
    if kept is None:
        raise ValidationError("この日より後の記録がありません。すべてを切り離すことはできません。")
    old = Entry.objects.filter(seq__lt=kept.seq).order_by("seq")
    last = old.last()
    if last is None:
        raise ValidationError("この日より前の記録はありません。")
    checksum = _write(old, target)
    after = {"hash": last.hash, "file": target.name, "sha256": checksum}
    count = old.count()
    Entry.objects.filter(seq__lt=kept.seq).delete()
    ledger.record(by=by, act="cut", obj=last, after=after, note=reason)
    return count


def _write(entries: Any, target: Path) -> str:
    """Write the lines through to the disk before anything is deleted; never over an existing file, and a broken
    write leaves none that would stand in the way of the next."""
    digest = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            for line in lines_of(entries):
                digest.update(line)
                out.write(line)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return digest.hexdigest()
