"""Writes of the packs: the chosen sections, the wish for files, and the worker's reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lib import ledger
from lib.writes import save_versioned
from meetings import jobs, storage_packs
from meetings.models import Meeting, PackChoice, PackFile, Snapshot
from meetings.models.packs import format_choices
from meetings.pack.build import ALL, known

KEPT = 5
NOT_FROZEN = "この会議の資料はまだ確定していません。先に資料を確定してください。"
STOPPED = "作業が途中で止まりました。もう一度作ってください。"


@transaction.atomic
def choose_sections(*, meeting: Meeting, sections: Sequence[str], version: int | None, by: Any) -> PackChoice:
    """Remember the sections and their order. `version` is that of the choice the form showed, None for the first."""
    wanted = known(sections)
    if not wanted:
        raise ValidationError("章を1つ以上選んでください。")
    if foreign := set(sections) - set(ALL):
        raise ValidationError(f"知らない章があります（{'、'.join(sorted(foreign))}）。")
    choice, is_new = PackChoice.objects.get_or_create(meeting=meeting, defaults={"sections": wanted})
    before = {} if is_new else {"sections": choice.sections}
    if not is_new:
        if version is None:
            version = 0
        if choice.sections == wanted and choice.version == version:
            return choice
        choice.sections = wanted
        save_versioned(choice, version=version, fields=("sections",))
    ledger.record(by=by, act="create" if is_new else "update", obj=choice, before=before, after={"sections": wanted})
    return choice


def chosen(meeting: Meeting) -> list[str]:
    """The remembered sections, or all."""
    found = PackChoice.objects.filter(meeting=meeting).values_list("sections", flat=True).first()
    return known(found) if found else list(ALL)


@transaction.atomic
def order_files(
    *, meeting: Meeting, snapshot: Snapshot | None, previous: Snapshot | None, formats: Collection[str], by: Any
) -> list[PackFile]:
    """Ask for files of the pack; the worker starts when this is committed. One that is being made is not made twice."""
    if snapshot is None:
        raise ValidationError(NOT_FROZEN)
    wanted = [key for key, _ in format_choices() if key in formats]
    if not wanted:
        raise ValidationError("作る形式を1つ以上選んでください。")
    locked = Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)
    _bury(locked)
    busy = set(_active(locked).values_list("format", flat=True))
    files = [_file(locked, snapshot, previous, key, by) for key in wanted if key not in busy]
    if not files:
        raise ValidationError("いま作っているところです。できあがるまでお待ちください。")
    transaction.on_commit(partial(jobs.launch, [f.pk for f in files]))
    return files


def _file(meeting: Meeting, snapshot: Snapshot, previous: Snapshot | None, key: str, by: Any) -> PackFile:
    actor, now = ledger.actor(by), timezone.now()
    return PackFile.objects.create(
        meeting=meeting, snapshot=snapshot, snapshot_sha256=snapshot.sha256, previous=previous, format=key,
        sections=chosen(meeting), requested_by_id=actor.user_id, requested_label=actor.label[:120], requested_at=now,
        heard_at=now,
    )  # fmt: skip


def _active(meeting: Meeting) -> Any:
    return PackFile.objects.filter(meeting=meeting, state__in=("waiting", "working"))


def _bury(meeting: Meeting) -> None:
    """End the rows whose worker has died, so that they can be asked for again."""
    now = timezone.now()
    for row in _active(meeting):
        if row.is_dead(now):
            fail(row, STOPPED)


# ---- the worker's reports: short writes of their own, outside any longer transaction


def take(row: PackFile, steps: int) -> bool:
    """Begin; False when another worker has it."""
    rows = PackFile.objects.filter(pk=row.pk, state="waiting")
    return bool(rows.update(state="working", steps=max(steps, 1), heard_at=timezone.now()))


def report(row: PackFile, step: str, done: int) -> None:
    PackFile.objects.filter(pk=row.pk, state="working").update(
        step=step[:80], steps_done=done, heard_at=timezone.now()
    )


def fail(row: PackFile, problem: str) -> None:
    PackFile.objects.filter(pk=row.pk, state__in=("waiting", "working")).update(
        state="failed", problem=problem, heard_at=timezone.now()
    )


@transaction.atomic
def finish(*, row: PackFile, content: bytes, by: Any) -> None:
    """Keep the bytes, write the ledger, and drop the oldest files of this kind."""
    name, digest = storage_packs.store(content)
    try:
        _store(row, name, digest, len(content), by)
    except BaseException:
        storage_packs.discard(name)
        raise


def _store(row: PackFile, name: str, digest: str, size: int, by: Any) -> None:
    rows = PackFile.objects.filter(pk=row.pk, state="working")
    values = {"stored_name": name, "sha256": digest, "size": size, "step": "", "heard_at": timezone.now()}
    if not rows.update(state="done", steps_done=row.steps, **values):
        raise ValidationError(STOPPED)
    after = {"format": row.format, "snapshot": row.snapshot_sha256, "sha256": digest, "size": size}
    ledger.record(by=by, act="make", obj=row, after=after)
    older = PackFile.objects.filter(meeting=row.meeting_id, format=row.format, state__in=("done", "failed"))
    for old in older.order_by("-requested_at", "-pk")[KEPT:]:
        if old.stored_name:
            transaction.on_commit(partial(storage_packs.discard, old.stored_name))
        old.delete()
