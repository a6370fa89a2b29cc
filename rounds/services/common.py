"""What all writes of rounds share: the locked row, its refusals, and one move of a reply with its ledger event."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from accounts.models import User
from lib import ledger
from lib.wareki import format_date
from lib.writes import StaleError, save_versioned
from rounds.models import Reply
from rounds.states import REPLY_STATES

REPLY_FIELDS = ("state", "return_comment", "sent_back_reason", "reopen_reason", "void_reason")
CHANGED = "表示したあとに、ほかの人がこの回答を動かしました。いまの内容を確かめてから、もう一度操作してください。"


def locked(reply: Reply) -> Reply:
    """Lock the row of `reply` until the transaction ends, and read it with its round as both are by then.

    In one statement PostgreSQL would give the row as it is after the wait, and the round as it was before: answers
    would still be taken from a department that had waited for the closing.
    """
    Reply.objects.select_for_update(no_key=True).values_list("pk").get(pk=reply.pk)
    return Reply.objects.select_related("round", "department").get(pk=reply.pk)


def person(by: Any) -> User | None:
    """The user behind `by`; a command acts without one."""
    return by if isinstance(by, User) else User.objects.filter(pk=ledger.actor(by).user_id).first()


def expect(stored: Reply, *states: str) -> None:
    """Refuse unless the reply stands in one of `states`."""
    if stored.state not in states:
        shown = REPLY_STATES[stored.shown_state].label
        raise ValidationError(f"{stored.department}の回答はいま「{shown}」のため、この操作はできません。", code="state")


def expect_open(stored: Reply) -> None:
    """Refuse when the department may not work on the reply today."""
    if stored.is_open(timezone.localdate()):
        return
    if stored.round.closed_at:
        raise ValidationError("この照会は締め切られました。続けるには事務局に連絡してください。", code="closed")
    raise ValidationError(f"この照会への回答は{format_date(stored.round.opens_on)}から入力できます。", code="closed")


def expect_entry(stored: Reply) -> None:
    """Refuse unless answers may be entered now."""
    expect(stored, "draft", "returned")
    expect_open(stored)


def moved(stored: Reply, *, version: int, by: Any, act: str, values: dict[str, Any], note: str = "") -> ledger.Event:
    """Store `values` if the reply still has the version seen; return the event for the ledger."""
    before = ledger.state_of(stored, REPLY_FIELDS)
    for name, value in values.items():
        setattr(stored, name, value)
    try:
        save_versioned(stored, version=version, fields=values)
    except StaleError as error:
        raise ValidationError(error.told(f"{stored.department}：{CHANGED}"), code="stale") from error
    after = ledger.state_of(stored, REPLY_FIELDS)
    return ledger.event(by=by, act=act, obj=stored, before=before, after=after, note=note)


def check_length(obj: models.Model, field: str, text: str, shown_on: str) -> None:
    """Refuse a text that is longer than its column; Django itself asks that of forms only."""
    limit = obj._meta.get_field(field).max_length
    if limit is not None and len(text) > limit:
        raise ValidationError({shown_on: f"{limit}字以内で入力してください（いま{len(text)}字）。"})


def required_reason(obj: models.Model, field: str, text: str) -> str:
    """Return the reason without blanks around it; refuse none, and one that does not fit."""
    reason = text.strip()
    if not reason:
        raise ValidationError({"reason": "理由を入力してください。"})
    check_length(obj, field, reason, "reason")
    return reason
