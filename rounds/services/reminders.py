"""Reminders by mail: who is due one today, and sending it once.

A row is claimed and committed before its mail goes out, and given back when the mail server refuses. So a failed
mail is tried again by the next run, and no crash in between ever sends one twice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from lib import ledger
from rounds.models import Reminder, Reply
from rounds.reminding import Due, due_on


@dataclass(frozen=True)
class Notice:
    """One reply that one address is told of."""

    reply: Reply
    due: Due
    address: str

    @property
    def key(self) -> tuple[int, str, dt.date, str]:
        return (self.reply.pk, self.due.kind.key, self.due.about_on, self.address)


@dataclass(frozen=True)
class Outcome:
    """What one run did: mails sent, and addresses whose mail server refused."""

    sent: list[str]
    failed: list[str]


def due_notices(today: dt.date) -> dict[str, list[Notice]]:
    """What each address is to be told today and was not told yet (4 queries)."""
    replies = Reply.objects.pending(today).exclude(state="approved").select_related("round", "department")
    wanted = [(r, d) for r in replies.defer("frozen") if (d := due_on(r.round.opens_on, r.round.due_on, today))]
    people = _addresses({r.department_id for r, _ in wanted}, today)
    told = set(
        Reminder.objects.filter(reply__in=[r.pk for r, _ in wanted]).values_list("reply", "kind", "about_on", "address")
    )
    reached = {(reply, address) for reply, _, _, address in told}
    found: dict[str, list[Notice]] = defaultdict(list)
    for reply, due in wanted:
        # What waits for the 所属長's approval is not the member's to do.
        roles = {Role.LEAD} if reply.state == "submitted" else {Role.LEAD, Role.MEMBER}
        for address in sorted({a for role, a in people[reply.department_id] if role in roles}):
            notice = Notice(reply, due, address)
            # After an extension the opening is the newest day again, but no news to those who were told anything.
            is_news = due.kind.days is not None or (reply.pk, address) not in reached
            if is_news and notice.key not in told:
                found[address].append(notice)
    return dict(sorted(found.items()))


def send_reminders(*, today: dt.date, by: Any) -> Outcome:
    """Send one digest to each address that is due one; a refused mail is given back for the next run."""
    outcome = Outcome([], [])
    for address, notices in due_notices(today).items():
        claimed = _claim(notices)
        if not claimed:
            continue
        try:
            _digest(address, claimed, today).send()
        except Exception:
            # Whatever stops one mail must not stop the others; the next run tries it again.
            _give_back(claimed)
            outcome.failed.append(address)
        else:
            _confirm(claimed, by)
            outcome.sent.append(address)
    return outcome


def _addresses(departments: set[int], today: dt.date) -> dict[int, list[tuple[str, str]]]:
    rows = Membership.objects.on(today).filter(
        Q(department__in=departments), role__in=(Role.LEAD, Role.MEMBER), user__is_active=True
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for department, role, address in rows.values_list("department", "role", "user__email"):
        if address:
            found[department].append((role, address.lower()))
    return found


@transaction.atomic
def _claim(notices: Iterable[Notice]) -> list[tuple[Notice, Reminder]]:
    """Take the notices that no other run has taken meanwhile."""
    now, taken = timezone.now(), []
    for n in notices:
        row, created = Reminder.objects.get_or_create(
            reply=n.reply, kind=n.due.kind.key, about_on=n.due.about_on, address=n.address,
            defaults={"claimed_at": now},
        )  # fmt: skip
        if created:
            taken.append((n, row))
    return taken


def _give_back(claimed: list[tuple[Notice, Reminder]]) -> None:
    Reminder.objects.filter(pk__in=[row.pk for _, row in claimed]).delete()


@transaction.atomic
def _confirm(claimed: list[tuple[Notice, Reminder]], by: Any) -> None:
    Reminder.objects.filter(pk__in=[row.pk for _, row in claimed]).update(sent_at=timezone.now())
    ledger.record_many(
        [ledger.event(by=by, act="remind", obj=n.reply, note=f"{n.due.kind.label}：{n.address}") for n, _ in claimed]
    )


def _digest(address: str, claimed: list[tuple[Notice, Reminder]], today: dt.date) -> mail.EmailMessage:
    context = {"notices": [n for n, _ in claimed], "today": today, "site": settings.SITE_NAME, "url": settings.SITE_URL}
    late = any(n.reply.round.due_on < today for n, _ in claimed)
    subject = "照会の回答の期限を過ぎています" if late else "照会への回答のお願い"
    body = render_to_string("rounds/mail/digest.txt", context)
    return mail.EmailMessage(f"【{settings.SITE_NAME}】{subject}", body, settings.DEFAULT_FROM_EMAIL, [address])
