"""Freezing what is shown on a day: of a round, of a meeting, and again as a correction."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lib import ledger
from meetings import content
from meetings.models import Meeting, Snapshot
from meetings.queries_collect import collect, meeting_row
from rounds.models import Reply, Round

SNAPSHOT_FIELDS = ("kind", "title", "as_of", "reason", "sha256", "size")


@transaction.atomic
def freeze_round(*, round_: Round, by: Any) -> tuple[Snapshot, bool]:
    """Freeze everything as it stands now as the outcome of a round; a second time returns the first snapshot.

    Tells too whether it was taken now.
    """
    stored = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if found := Snapshot.objects.filter(kind="round", round=stored).first():
        return found, False
    return _take(Snapshot(kind="round", round=stored, title=f"{stored.title}の確定資料"), by=by), True


@transaction.atomic
def freeze_meeting(*, meeting: Meeting, by: Any) -> tuple[Snapshot, bool]:
    """Freeze everything as it stands now as the material of a meeting; a second time returns the first snapshot."""
    stored = Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)
    if found := Snapshot.objects.filter(kind="meeting", meeting=stored).first():
        return found, False
    if stored.state == "cancelled":
        raise ValidationError("中止した会議の資料は確定できません。")
    return _take(Snapshot(kind="meeting", meeting=stored, title=f"{stored.title}の確定資料"), by=by), True


@transaction.atomic
def correct_snapshot(*, snapshot: Snapshot, reason: str, by: Any) -> Snapshot:
    """Freeze again in the place of `snapshot`, with the reason; the old one stays and names the new one."""
    stored = Snapshot.objects.select_for_update(of=("self",), no_key=True).defer("content").get(pk=snapshot.pk)
    if not reason.strip():
        raise ValidationError({"reason": "訂正の理由を入力してください。"})
    if later := Snapshot.objects.filter(corrects=stored).first():
        raise ValidationError(
            f"この資料はすでに訂正されています。訂正後の「{later}」を訂正してください。", code="stale"
        )
    title = stored.title.removesuffix("（訂正）") + "（訂正）"
    return _take(
        Snapshot(
            kind="correction", corrects=stored, round=stored.round, meeting=stored.meeting, title=title,
            reason=reason.strip(),
        ), by=by,
    )  # fmt: skip


def _take(snapshot: Snapshot, *, by: Any) -> Snapshot:
    """Fill and store a new snapshot; replies that are on their way are waited for, and none moves meanwhile."""
    _hold_replies()
    now = timezone.now()
    snapshot.as_of, snapshot.taken_at = timezone.localdate(now), now
    snapshot.taken_by = ledger.actor(by).label[:120]
    found = collect(snapshot.as_of)
    if snapshot.meeting:
        found["meeting"] = meeting_row(snapshot.meeting)
    frozen, snapshot.summary = content.dump(found), content.summary(found)
    snapshot.content, snapshot.sha256, snapshot.size = frozen.text, frozen.sha256, frozen.size
    snapshot.clean_fields(exclude=("content", "corrects", "round", "meeting"))
    snapshot.save()
    ledger.record(by=by, act="freeze", obj=snapshot, after=ledger.state_of(snapshot, SNAPSHOT_FIELDS))
    return snapshot


def _hold_replies() -> None:
    """Lock the replies that could be accepted now, in the order in which their own services lock them."""
    waiting = Q(state="approved") | Q(round__closed_at__isnull=True)
    rows = Reply.objects.filter(waiting).order_by("pk").values_list("pk", flat=True)
    list(rows.select_for_update(of=("self",), no_key=True))
