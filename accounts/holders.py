"""What accounts itself hangs on departments: roles of people, and the sections of a 部."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.holdings import Held, Moves, Orphan, unmanned
from accounts.models import Department, Membership
from lib import ledger
from lib.wareki import format_date


class SectionHolder:
    """課 under a 部 that changes."""

    key, noun, order = "section", "部に属する課", 5

    def held(self, departments: Collection[int], on: dt.date) -> list[Held]:
        rows = Department.objects.on(on).filter(parent__in=departments)
        return [
            Held(f"section-{d.pk}", d.name, d.parent_id, reverse("accounts:department", args=[d.pk])) for d in rows
        ]

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        """A 課 that ended with the same day keeps its old 部."""
        events, now = [], timezone.now()
        for row in Department.objects.on(on).filter(pk__in=moves).select_related("parent").order_by("pk"):
            heir = moves[row.pk]
            Department.objects.filter(pk=row.pk).update(parent=heir, version=F("version") + 1, updated_at=now)
            before, after = ({"parent": str(d) if d else ""} for d in (row.parent, heir))
            events.append(ledger.event(by=by, act="hand_over", obj=row, before=before, after=after))
        ledger.record_many(events)

    def orphans(self, today: dt.date) -> list[Orphan]:
        rows = Department.objects.on(today).filter(parent__valid_to__lt=today)
        return [_orphan(d, f"上位の{d.parent}が廃止されています") for d in rows.select_related("parent")]


class MembershipHolder:
    """Roles that would go on: the old one ends the day before, and one like it begins with the successor."""

    key, noun, order = "membership", "役割", 10

    def held(self, departments: Collection[int], on: dt.date) -> list[Held]:
        rows = Membership.objects.filter(department__in=departments, valid_until__gte=on)
        return [
            Held(
                f"membership-{m.pk}", f"{m.user} {m.role_label}", m.department_id,
                reverse("accounts:user", args=[m.user_id]), f"{format_date(m.valid_until, 'short')}まで",
            )
            for m in rows.select_related("user").order_by("user__login_id", "pk")
        ]  # fmt: skip

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        rows = Membership.objects.filter(pk__in=moves).select_related("user", "department").order_by("pk")
        ledger.record_many([self._moved(row, moves[row.pk], on, by) for row in rows])

    def _moved(self, row: Membership, heir: Department | None, on: dt.date, by: Any) -> ledger.Event:
        """A role of the heir that the person has anyway is not given twice."""
        until, starts = row.valid_until, max(row.valid_from, on)
        before = {"department": str(row.department), "valid_until": until.isoformat()}
        last = max(on - dt.timedelta(days=1), row.valid_from)
        after: dict[str, Any] = {"department": str(heir) if heir else "", "valid_from": starts.isoformat()}
        same = {"user": row.user, "role": row.role, "department": heir}
        has_it = heir and Membership.objects.filter(**same, valid_from__lte=starts, valid_until__gte=until).exists()
        values: dict[str, Any] = {"valid_until": last}
        # Of two departments that become one, the other role may have moved there already, with an earlier end.
        has_some = has_it or Membership.objects.filter(**same, valid_from=starts).exists()
        if row.valid_from >= on and heir and not has_some:
            values = {"department": heir}  # it has not begun yet
        elif heir and not has_it:
            Membership.objects.update_or_create(
                **same, valid_from=starts, defaults={"valid_until": until}
            )
        Membership.objects.filter(pk=row.pk).update(
            **values, version=F("version") + 1, updated_at=timezone.now()
        )
        after |= {"valid_until": until.isoformat() if heir else last.isoformat()}
        return ledger.event(by=by, act="hand_over", obj=row, before=before, after=after)

    def orphans(self, today: dt.date) -> list[Orphan]:
        gone = Membership.objects.on(today).filter(department__valid_to__lt=today)
        left = [
            Orphan(
                f"membership-{m.pk}", self.noun, f"{m.user} {m.role_label}", f"{m.department}は廃止されています",
                reverse("accounts:membership", args=[m.pk]), adoptable=False,
            )
            for m in gone.select_related("user", "department").order_by("pk")
        ]  # fmt: skip
        return left + [_orphan(d, "所属長も推進員もいません") for d in unmanned(today)]


def _orphan(department: Department, why: str) -> Orphan:
    url = reverse("accounts:department", args=[department.pk])
    return Orphan(f"section-{department.pk}", "所属", department.name, why, url, adoptable=False)
