"""The way of a reply from draft to acceptance.

Every move of a reply locks its row first, so that an answer being saved and a submission cannot pass each other,
and then compares the version that the person saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lib import ledger
from rounds import frozen, queries, sections
from rounds.models import Reply, ReplyRemark, Round
from rounds.services import common

LISTED = 3
RETURNABLE = ("submitted", "approved")
BY_ITEM = "下の項目ごとの指摘を確かめてください。"


@dataclass(frozen=True)
class Mark:
    """What is to be corrected at one item of a reply's page."""

    section: str
    anchor: str
    label: str
    text: str


@transaction.atomic
def touch(*, reply: Reply, by: Any) -> None:
    """Claim the right to write into `reply`; every section's save calls this first, in its own transaction.

    Raises ValidationError when the department may not enter anything now. The first touch ends the silence, which is
    an act of its own: the save gathers its acts (`ledger.gathered`), so that the ledger is still taken last.
    """
    stored = common.locked(reply)
    common.expect_entry(stored)
    now = timezone.now()
    first = stored.started_at is None
    reply.started_at = stored.started_at or now
    Reply.objects.filter(pk=stored.pk).update(started_at=reply.started_at, updated_at=now)
    if first:
        ledger.record(by=by, act="update", obj=stored, after={"started_at": now.isoformat()}, note="入力を始めました")


@transaction.atomic
def submit_reply(*, reply: Reply, version: int, by: Any, approve: bool = False) -> Reply:
    """Hand in a complete reply; `approve` when a 所属長 submits, which needs nobody's approval further."""
    stored = common.locked(reply)
    common.expect_entry(stored)
    asked = _refuse_missing(stored)
    now = timezone.now()
    values = {
        "state": "submitted", "submitted_at": now, "submitted_by": common.person(by),
        "started_at": stored.started_at or now, "asked": asked, "sent_back_at": None, "sent_back_reason": "",
    }  # fmt: skip
    if approve:
        values |= {"state": "approved", "approved_at": now, "approved_by": common.person(by)}
    ledger.record_many([common.moved(stored, version=version, by=by, act="submit", values=values)])
    if approve:
        ledger.record(by=by, act="approve", obj=stored)
    return stored


@transaction.atomic
def approve_reply(*, reply: Reply, version: int, by: Any) -> Reply:
    """The 所属長 agrees: from here the reply is 事務局's to review."""
    stored = common.locked(reply)
    common.expect(stored, "submitted")
    common.expect_open(stored)
    values = {"state": "approved", "approved_at": timezone.now(), "approved_by": common.person(by)}
    ledger.record_many([common.moved(stored, version=version, by=by, act="approve", values=values)])
    return stored


@transaction.atomic
def withdraw_reply(*, reply: Reply, version: int, by: Any) -> Reply:
    """The department takes its reply back to draft, as long as it is not accepted."""
    stored = common.locked(reply)
    common.expect(stored, "submitted", "approved")
    common.expect_open(stored)
    values = {"state": "draft", **dict.fromkeys(("submitted_at", "submitted_by", "approved_at", "approved_by"))}
    ledger.record_many([common.moved(stored, version=version, by=by, act="withdraw", values=values)])
    return stored


@transaction.atomic
def send_back_reply(*, reply: Reply, version: int, by: Any, reason: str) -> Reply:
    """The 所属長 gives it back to the 推進員 with a reason instead of approving it; all entered stays."""
    stored = common.locked(reply)
    common.expect(stored, "submitted")
    common.expect_open(stored)
    why = common.required_reason(stored, "sent_back_reason", reason)
    values = {
        "state": "draft", "submitted_at": None, "submitted_by": None, "sent_back_at": timezone.now(),
        "sent_back_reason": why,
    }  # fmt: skip
    ledger.record_many([common.moved(stored, version=version, by=by, act="return", values=values)])
    return stored


@transaction.atomic
def return_reply(
    *, reply: Reply, version: int, by: Any, comment: str = "", remarks: Sequence[Mark] = ()
) -> Reply:  # fmt: skip
    """事務局 sends the reply back with a reason for the whole, remarks on single items, or both; all entered stays."""
    stored = common.locked(reply)
    common.expect(stored, *RETURNABLE)
    if not stored.is_open(timezone.localdate()):
        raise ValidationError("締め切った照会の回答は差し戻せません。差し戻すには、先に締切を取り消してください。")
    marks = [m for m in remarks if m.text.strip()]
    if not comment.strip() and not marks:
        raise ValidationError({"comment": "差し戻しの理由を入力してください。"})
    common.check_length(stored, "return_comment", comment, "comment")
    values = {
        "state": "returned", "returned_at": timezone.now(), "returned_by": common.person(by),
        "return_comment": comment.strip() or BY_ITEM, "approved_at": None, "approved_by": None,
    }  # fmt: skip
    event = common.moved(stored, version=version, by=by, act="return", values=values)
    ledger.record_many([event, *_remarked(stored, marks, by)])
    return stored


def _remarked(stored: Reply, marks: Sequence[Mark], by: Any) -> list[ledger.Event]:
    now, person = timezone.now(), common.person(by)
    rows = [
        ReplyRemark(
            reply=stored, section=m.section, anchor=m.anchor, label=m.label[:200], text=m.text.strip(),
            created_at=now, created_by=person,
        )
        for m in marks
    ]  # fmt: skip
    for row in rows:
        row.clean_fields(exclude=("reply", "created_by"))
    ReplyRemark.objects.bulk_create(rows)
    return [ledger.event(by=by, act="return", obj=r, after=ledger.state_of(r, ("label", "text"))) for r in rows]


@transaction.atomic
@ledger.gathered()
def accept_reply(*, reply: Reply, version: int, by: Any) -> Reply:
    """Freeze the reply as it reads now and make its answers official."""
    stored = common.locked(reply)
    _hold([stored])
    ledger.record_many([_accepted(stored, version=version, by=by)])
    return stored


@transaction.atomic
@ledger.gathered()
def accept_replies(*, round_: Round, versions: Mapping[int, int], by: Any) -> int:
    """Accept several replies of one round, all or none; `versions` maps each reply to the version seen.

    Returns how many were accepted.
    """
    if not versions:
        raise ValidationError("受理する回答がありません。")
    rows = Reply.objects.select_for_update(of=("self",), no_key=True).select_related("round", "department")
    replies = list(rows.filter(round=round_, pk__in=versions).order_by("pk"))
    if len(replies) != len(versions):
        raise ValidationError("この照会にない回答が含まれています。画面を開き直してください。")
    _hold(replies)
    ledger.record_many([_accepted(r, version=versions[r.pk], by=by) for r in replies])
    return len(replies)


def _hold(replies: Sequence[Reply]) -> None:
    """Lock what the acceptance of replies of one round will write, so that two who write many never cross."""
    for section in sections.of_round(replies[0].round):
        if isinstance(section, sections.Holding):
            section.hold(replies)


def _accepted(stored: Reply, *, version: int, by: Any) -> ledger.Event:
    common.expect(stored, "approved")
    asked = sections.of_round(stored.round)
    stored.accepted_at, stored.accepted_by = timezone.now(), common.person(by)
    values = {
        "state": "accepted", "accepted_at": stored.accepted_at, "accepted_by": stored.accepted_by,
        "frozen": frozen.freeze(stored, asked),
    }  # fmt: skip
    event = common.moved(stored, version=version, by=by, act="accept", values=values)
    for section in asked:
        section.accept(reply=stored, by=by)
    stored.attachments.present().filter(accepted_at__isnull=True).update(accepted_at=stored.accepted_at)
    return event


def _refuse_missing(stored: Reply) -> int:
    """Refuse while something is missing; return how many items were asked."""
    parts = queries.parts_of(stored)
    missing = [m for part in parts for m in part.standing.missing]
    if missing:
        named = "、".join(m.label for m in missing[:LISTED]) + ("など" if len(missing) > LISTED else "")
        raise ValidationError(f"まだ提出できません。あと{len(missing)}つ残っています（{named}）。", code="missing")
    return sum(part.standing.total for part in parts)


