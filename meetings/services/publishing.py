"""Writes of the publication: approval, its withdrawal, and the record of each export."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lib import ledger
from meetings.content import CorruptError
from meetings.models import Publication, Snapshot


@transaction.atomic
def approve_publication(*, snapshot: Snapshot, note: str, by: Any) -> Publication:
    """Let a snapshot go out. A corrected or damaged one is refused."""
    stored = Snapshot.objects.select_for_update(of=("self",), no_key=True).get(pk=snapshot.pk)
    if not note.strip():
        raise ValidationError({"note": "承認の根拠を入力してください。"})
    if Snapshot.objects.filter(corrects=stored).exists():
        raise ValidationError("この確定資料は訂正されています。訂正後の確定資料を承認してください。")
    if Publication.objects.filter(snapshot=stored, withdrawn_at__isnull=True).exists():
        raise ValidationError("この確定資料の公開は、すでに承認されています。")
    _check_readable(stored)
    actor = ledger.actor(by)
    made = Publication(
        snapshot=stored, snapshot_sha256=stored.sha256, note=note.strip(), approved_by_id=actor.user_id,
        approved_label=actor.label[:120], approved_at=timezone.now(),
    )  # fmt: skip
    made.clean_fields(exclude=("snapshot", "approved_by"))
    made.save()
    after = {"sha256": stored.sha256, "note": made.note}
    ledger.record(by=by, act="approve", obj=made, after=after)
    return made


def _check_readable(snapshot: Snapshot) -> None:
    try:
        snapshot.read()
    except CorruptError as error:
        raise ValidationError(f"確定資料が壊れているため、公開できません。{error}") from error

@transaction.atomic
def withdraw_publication(*, publication: Publication, reason: str, by: Any) -> None:
    """End an approval; what was already put on the web site has to be taken down there."""
    if not reason.strip():
        raise ValidationError({"reason": "取り消す理由を入力してください。"})
    actor = ledger.actor(by)
    values = {"withdrawn_at": timezone.now(), "withdrawn_label": actor.label[:120], "withdrawn_reason": reason.strip()}
    if not Publication.objects.filter(pk=publication.pk, withdrawn_at__isnull=True).update(**values):
        raise ValidationError("この承認は、すでに取り消されています。")
    ledger.record(by=by, act="withdraw", obj=publication, after={"reason": reason.strip()})


@transaction.atomic
def record_export(*, publication: Publication, sha256: str, to: str, by: Any) -> None:
    """Write down that the files were taken out."""
    ledger.record(by=by, act="export", obj=publication, after={"sha256": sha256, "to": to})
