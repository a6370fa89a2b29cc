"""What 事務局 does to one reply out of turn: reopen it after the close, correct it, or end it with its department."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lib import ledger
from rounds import sections
from rounds.models import FormerReply, Reply, ReplyRemark
from rounds.sections import Reopening
from rounds.services import common


@transaction.atomic
def reopen_reply(*, reply: Reply, version: int, reason: str, by: Any) -> Reply:
    """Let one department (or 事務局 in its place) go on after the close, or take back that it was ended as 廃止.

    What is handed in then is marked 期限後 by its date.
    """
    stored = common.locked(reply)
    common.expect(stored, "draft", "returned", "submitted", "void")
    if stored.state != "void" and stored.is_open(timezone.localdate()):
        raise ValidationError("この回答はいま受け付けています。再開する必要はありません。")
    values = {
        "reopened_at": timezone.now(), "reopened_by": common.person(by),
        "reopen_reason": common.required_reason(stored, "reopen_reason", reason),
    }  # fmt: skip
    if stored.state == "void":
        values |= {"state": "draft", "voided_at": None, "voided_by": None, "void_reason": ""}
    ledger.record_many([common.moved(stored, version=version, by=by, act="reopen", values=values)])
    return stored


@transaction.atomic
def void_reply(*, reply: Reply, version: int, reason: str, by: Any) -> Reply:
    """End the reply of a department that was dissolved; it stays readable and is counted nowhere."""
    stored = common.locked(reply)
    common.expect(stored, "draft", "returned", "submitted", "approved")
    if not stored.is_orphan(timezone.localdate()):
        why = "廃止にできるのは、廃止日を過ぎた所属の回答だけです。"
        raise ValidationError(f"{stored.department}は廃止されていません。{why}")
    if stored.formers.exists():
        raise ValidationError("受理した内容を訂正しているところです。訂正を終えて受理してください。")
    values = {
        "state": "void", "voided_at": timezone.now(), "voided_by": common.person(by),
        "void_reason": common.required_reason(stored, "void_reason", reason), "reopened_at": None, "reopened_by": None,
    }  # fmt: skip
    ledger.record_many([common.moved(stored, version=version, by=by, act="void", values=values)])
    return stored


@transaction.atomic
@ledger.gathered()
def correct_reply(*, reply: Reply, version: int, reason: str, by: Any) -> Reply:
    """Open an accepted reply for correction: what was accepted is kept as a former version with the reason.

    The department enters, hands in and 事務局 accepts again; until then the former version is what is official.
    """
    stored = common.locked(reply)
    common.expect(stored, "accepted")
    why = common.required_reason(FormerReply(), "reason", reason)
    now, person = timezone.now(), common.person(by)
    former = FormerReply.objects.create(
        reply=stored, number=stored.formers.count() + 1, content=stored.frozen, accepted_at=stored.accepted_at,
        accepted_by=stored.accepted_by, reason=why, corrected_at=now, corrected_by=person,
    )  # fmt: skip
    values = {
        "state": "returned", "returned_at": now, "returned_by": person, "return_comment": f"訂正：{why}",
        "accepted_at": None, "accepted_by": None, "frozen": None, "approved_at": None, "approved_by": None,
        "first_submitted_at": stored.handed_in_at,
    }  # fmt: skip
    if not stored.is_open(timezone.localdate()):
        values |= {"reopened_at": now, "reopened_by": person, "reopen_reason": "訂正のため"}
    event = common.moved(stored, version=version, by=by, act="correct", values=values, note=why)
    for section in sections.of_round(stored.round):
        if isinstance(section, Reopening):
            section.reopen(reply=stored, by=by)
    kept = ledger.event(by=by, act="create", obj=former, after=ledger.state_of(former, ("number", "reason")))
    ledger.record_many([event, kept])
    return stored


@transaction.atomic
def resolve_remark(*, remark: ReplyRemark, resolved: bool, by: Any) -> ReplyRemark:
    """The department says that it corrected what a remark names, or takes that back; twice changes nothing."""
    stored = common.locked(remark.reply)
    common.expect_entry(stored)
    row = ReplyRemark.objects.select_for_update(of=("self",), no_key=True).get(pk=remark.pk)
    if (row.resolved_at is not None) == resolved:
        return row
    before = ledger.state_of(row, ("resolved_at",))
    row.resolved_at, row.resolved_by = (timezone.now(), common.person(by)) if resolved else (None, None)
    row.save(update_fields=("resolved_at", "resolved_by"))
    ledger.record(by=by, act="update", obj=row, before=before, after=ledger.state_of(row, ("resolved_at",)))
    return row
