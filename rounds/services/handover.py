"""Replies follow a reorganisation: what was entered goes on with the successor, the old reply ends as 廃止."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Department
from lib import ledger
from rounds import sections
from rounds.models import Reply, Round
from rounds.services import common

OPEN = ("draft", "returned", "submitted")


def open_replies() -> Any:
    """Replies that a department still works on; an approved one waits for 事務局 under its old name."""
    still = Q(round__closed_at__isnull=True) | Q(reopened_at__isnull=False)
    return Reply.objects.filter(still, state__in=OPEN).select_related("round", "department")


def hold_open_replies() -> None:
    """Lock all of them before anything that was entered in one moves: a department that saves has its reply first."""
    rows = open_replies().select_related(None).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def ensure_reply(*, round_: Round, department: Department, by: Any) -> Reply:
    """The reply of a successor; it is asked from now on."""
    reply, made = Reply.objects.get_or_create(round=round_, department=department)
    if made:
        ledger.record(by=by, act="create", obj=reply, after={"department": str(department)}, note="組織改編による追加")
    return reply


def hand_over_replies(*, moves: Mapping[int, Department | None], by: Any) -> None:
    """Each open reply goes on with its heir; without one it only ends. What was handed in becomes a draft again."""
    hold_open_replies()
    for old in open_replies().filter(pk__in=moves).order_by("pk"):
        heir = moves[old.pk]
        if heir:
            _carry(old, ensure_reply(round_=old.round, department=heir, by=by), by)
        reason = f"組織改編により{heir}へ引き継ぎ" if heir else "組織改編により廃止"
        values = {
            "state": "void", "voided_at": timezone.now(), "voided_by": common.person(by), "void_reason": reason[:300],
            "reopened_at": None, "reopened_by": None,
        }  # fmt: skip
        ledger.record_many([common.moved(old, version=old.version, by=by, act="void", values=values)])


def _carry(old: Reply, new: Reply, by: Any) -> None:
    """Move what was entered where the heir has not answered itself; the rest stays readable on the old reply."""
    if old.started_at and not new.started_at:
        Reply.objects.filter(pk=new.pk).update(
            started_at=old.started_at, version=F("version") + 1, updated_at=timezone.now()
        )
    answered = new.answers.values_list("question", flat=True)
    old.answers.exclude(question__in=list(answered)).update(reply=new)
    old.attachments.filter(accepted_at__isnull=True).update(reply=new)
    for section in sections.of_round(old.round):
        if isinstance(section, sections.Heritable):
            section.hand_over(old=old, new=new, by=by)
