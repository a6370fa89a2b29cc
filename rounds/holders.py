"""What rounds hang on departments: replies that are not finished."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.urls import reverse

from accounts.holdings import Held, Moves, Orphan, why_gone
from rounds.services.handover import hand_over_replies, open_replies
from rounds.states import REPLY_STATES


class ReplyHolder:
    key, noun, order = "reply", "途中の回答", 70

    def held(self, departments: Collection[int], on: dt.date) -> list[Held]:
        rows = open_replies().filter(department__in=departments).order_by("pk")
        return [
            Held(
                f"reply-{r.pk}", str(r), r.department_id, reverse("rounds:reply", args=[r.pk]),
                REPLY_STATES[r.shown_state].label,
            )
            for r in rows
        ]  # fmt: skip

    def hand_over(self, *, moves: Moves, on: dt.date, by: Any) -> None:
        hand_over_replies(moves=moves, by=by)

    def orphans(self, today: dt.date) -> list[Orphan]:
        rows = open_replies().filter(department__valid_to__lt=today).order_by("pk")
        return [
            Orphan(
                f"reply-{r.pk}", self.noun, str(r), why_gone(r.department.name, r.department.valid_to),
                reverse("rounds:reply", args=[r.pk]),
            )
            for r in rows
        ]  # fmt: skip
