"""Where a report of one person on one action goes: into the open round, or straight into the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.access import can
from accounts.models import User
from accounts.roles import Permission
from actions.models import Action
from rounds.models import Reply, Round
from rounds.queries import current_round


@dataclass(frozen=True)
class Channel:
    """`reply` is the open reply the report belongs to; without one it is ad hoc. Not allowed: neither."""

    allowed: bool
    reply: Reply | None = None


def channel_of(user: User, action: Action, today: dt.date, known: Iterable[Round] | None = None) -> Channel:
    """The open round comes first, so that an answer asked for is never given beside it."""
    if action.archived_at:
        return Channel(False)
    reply = open_reply(action, today, known)
    if reply and can(user, Permission.ANSWER_REPLY, reply):
        return Channel(True, reply)
    return Channel(can(user, Permission.REPORT_ACTION, action))


def may_report(user: User, action: Action, today: dt.date, known: Iterable[Round]) -> bool:
    """Whether `channel_of` allows a report; only who may do no more than answer needs the reply for that."""
    if action.archived_at:
        return False
    if can(user, Permission.REPORT_ACTION, action):
        return True
    return can(user, Permission.ANSWER_REPLY, action) and open_reply(action, today, known) is not None


def open_reply(action: Action, today: dt.date, known: Iterable[Round] | None = None) -> Reply | None:
    """The reply of the lead department that still takes a report on `action`; `known` are all rounds, if read."""
    round_ = current_round(today, known, asking="progress")
    if round_ is None:
        return None
    rows = Reply.objects.editable().select_related("round", "department")
    return rows.filter(round=round_, department=action.lead_department_id).first()
