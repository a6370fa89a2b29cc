"""What actions hang on departments: actions led and supported, open proposals, hurdles to be worked off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.holdings import FieldHolder, Held, Moves, Orphan, unmanned
from accounts.models import Department
from actions.models import Action, Hurdle, ProgressReport, Proposal
from lib import ledger
from rounds.models import Reply
from rounds.services.handover import ensure_reply, hold_open_replies, open_replies


class ActionHolder(FieldHolder):
    """Actions led, finished ones too, so that their page names a department that exists."""

    key, noun, field, model, order = "action", "取組（担当）", "lead_department", Action, 20
    route, words = "actions:detail", ("code", "title")

    def rows(self) -> QuerySet[Any]:
        return Action.objects.live()

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        """The department that leads from now on is asked in every round in which the old one still answers."""
        hold_open_replies()
        rows = Action.objects.filter(pk__in=moves)
        before = dict(rows.values_list("pk", "lead_department"))
        super().hand_over(moves=moves, on=on, by=by)
        for reply in open_replies().filter(department__in=set(before.values())):
            if "progress" in reply.round.sections:
                _follow(reply, {pk: moves[pk] for pk, old in before.items() if old == reply.department_id}, by)

    def alone(self, today: dt.date) -> list[Orphan]:
        """Besides those of dissolved departments, unfinished ones of departments in which nobody works."""
        rows = Action.objects.reportable().filter(lead_department__in=unmanned(today)).select_related("lead_department")
        why = "{}に所属長も推進員もいません"
        return [self.orphan(a.pk, str(a), why.format(a.lead_department)) for a in rows.order_by("pk")]


def _follow(reply: Reply, moves: dict[int, Department | None], by: Any) -> None:
    """Drafts go to the reply of the department that leads the action now."""
    for heir in {d for d in moves.values() if d and d.pk != reply.department_id}:
        own = [pk for pk, to in moves.items() if to == heir]
        new = ensure_reply(round_=reply.round, department=heir, by=by)
        drafts = ProgressReport.objects.filter(reply=reply, action__in=own, accepted_at__isnull=True)
        if drafts.exists() and new.started_at is None:
            Reply.objects.filter(pk=new.pk).update(started_at=reply.started_at)
        drafts.update(reply=new)


class SupportHolder:
    """Departments that help with an action; the number is that of the link."""

    key, noun, order = "support", "取組（関係する所属）", 21

    def _links(self) -> QuerySet[Any]:
        links = Action.supporting.through.objects.filter(action__archived_at__isnull=True)
        return links.select_related("action", "department").order_by("pk")

    def held(self, departments: Collection[int], on: dt.date) -> list[Held]:
        return [
            Held(f"support-{x.pk}", str(x.action), x.department_id, reverse("actions:detail", args=[x.action_id]))
            for x in self._links().filter(department__in=departments)
        ]

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        """An action that the heir supports anyway, or leads, keeps one link or none."""
        events = []
        for link in self._links().filter(pk__in=moves):
            heir, action = moves[link.pk], link.action
            if heir is None:
                continue
            before, after = ({"supporting": [str(d)]} for d in (link.department, heir))
            events.append(ledger.event(by=by, act="hand_over", obj=action, before=before, after=after))
            link.delete()
            if heir.pk != action.lead_department_id:
                action.supporting.add(heir)
        ledger.record_many(events)

    def orphans(self, today: dt.date) -> list[Orphan]:
        return [
            Orphan(
                f"support-{x.pk}", self.noun, str(x.action), f"{x.department}は廃止されています",
                reverse("actions:detail", args=[x.action_id]),
            )
            for x in self._links().filter(department__valid_to__lt=today)
        ]  # fmt: skip


class ProposalHolder(FieldHolder):
    key, noun, field, model, order = "proposal", "導入計画書", "department", Proposal, 30
    route = "actions:proposal"

    def rows(self) -> QuerySet[Any]:
        return Proposal.objects.exclude(state="decided")


class HurdleHolder(FieldHolder):
    """Hurdles that a department works off; where none does, 事務局 does."""

    key, noun, field, model, order = "hurdle", "課題（対応する所属）", "owner_department", Hurdle, 31
    blank_is_orphan = False

    def rows(self) -> QuerySet[Any]:
        return Hurdle.objects.exclude(state="solved")
