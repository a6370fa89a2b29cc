"""Writes of attachments: taking files in, and taking them off a reply that is still being entered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from lib import ledger
from rounds import files, storage
from rounds.models import Attachment, Reply
from rounds.services import common
from rounds.services.replies import touch

FIELDS = ("name", "size", "content_type", "sha256")


@transaction.atomic
def attach_files(*, reply: Reply, uploads: Sequence[UploadedFile], by: Any) -> list[Attachment]:
    """Take several files in, all or none. Raises ValidationError that names the file and what is wrong with it."""
    stored: list[str] = []
    try:
        with ledger.gathered():
            return _attached_all(reply, uploads, stored, by)
    except BaseException:
        for name in stored:
            storage.discard(name)
        raise


def _attached_all(
    reply: Reply, uploads: Sequence[UploadedFile], stored: list[str], by: Any
) -> list[Attachment]:  # fmt: skip
    """`stored` collects the names under which files came to lie on disk."""
    touch(reply=reply, by=by)
    if not uploads:
        raise ValidationError("添付するファイルを選んでください。")
    present = list(reply.attachments.present())
    if len(present) + len(uploads) > settings.ATTACHMENTS_PER_REPLY:
        raise ValidationError(
            f"添付は1つの回答に{settings.ATTACHMENTS_PER_REPLY}個までです（いま{len(present)}個）。"
        )
    rows = [_attached(reply, upload, stored, by) for upload in uploads]
    _refuse_twins(present, rows)
    ledger.record_many([ledger.event(by=by, act="attach", obj=r, after=ledger.state_of(r, FIELDS)) for r in rows])
    return rows


@transaction.atomic
@ledger.gathered()
def remove_attachment(*, attachment: Attachment, by: Any) -> None:
    """Take a file off the reply. Its bytes go too, unless an accepted version of the reply names them."""
    touch(reply=attachment.reply, by=by)
    row = Attachment.objects.select_for_update(of=("self",), no_key=True).get(pk=attachment.pk)
    if row.removed_at is not None:
        raise ValidationError("この添付はすでに削除されています。")
    row.removed_at, row.removed_by = timezone.now(), common.person(by)
    row.save(update_fields=("removed_at", "removed_by"))
    ledger.record(by=by, act="delete", obj=row, before=ledger.state_of(row, FIELDS))
    if row.accepted_at is None:
        transaction.on_commit(partial(storage.discard, row.stored_name))


def _attached(reply: Reply, upload: UploadedFile, stored: list[str], by: Any) -> Attachment:
    name = files.clean_name(upload.name or "")
    _refuse(name, upload)
    stored_name, sha256 = storage.store(upload)
    stored.append(stored_name)
    return Attachment.objects.create(
        reply=reply, name=name, stored_name=stored_name, size=upload.size, sha256=sha256,
        content_type=settings.ATTACHMENT_TYPES[files.extension(name)], uploaded_by=common.person(by),
        uploaded_at=timezone.now(),
    )  # fmt: skip


def _refuse(name: str, upload: UploadedFile) -> None:
    limit = settings.ATTACHMENT_MAX_BYTES
    if not name:
        raise ValidationError("ファイル名のないファイルは添付できません。")
    if not upload.size:
        raise ValidationError(f"「{name}」は空（0バイト）のため添付できません。")
    if upload.size > limit:
        size = files.words(upload.size)
        raise ValidationError(f"「{name}」は{size}あります。添付できるのは{files.words(limit)}までです。")
    if wrong := files.problem(name, upload.file, settings.ATTACHMENT_TYPES):
        raise ValidationError(f"「{name}」：{wrong}")


def _refuse_twins(present: Sequence[Attachment], rows: Sequence[Attachment]) -> None:
    """A double click must not attach the same file twice."""
    known = {(a.name, a.sha256) for a in present}
    for row in rows:
        if (row.name, row.sha256) in known:
            raise ValidationError(f"「{row.name}」は、同じ内容のものがすでに付いています。")
        known.add((row.name, row.sha256))
