"""計画変更: recording every move of a promised date, with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from actions.models import Action, DateChange, Milestone, ProgressReport
from actions.services.labels import milestone_line
from lib import ledger
from lib.wareki import format_date
from rounds.models import Reply

REASON_NEEDED = "期日を後ろへ動かすときは、理由を入力してください。"


@dataclass
class Moves:
    """The dates that move while one action is changed; `store` refuses a later one without a reason."""

    action: Action
    by: Any
    reason: str = ""
    reason_kind: str = ""
    report: ProgressReport | None = None
    found: list[DateChange] = field(default_factory=list)

    def see(
        self, kind: str, old: dt.date, new: dt.date, *, label: str = "", milestone: Milestone | None = None
    ) -> None:  # fmt: skip
        if old == new:
            return
        self.found.append(
            DateChange(
                action=self.action, kind=kind, old_on=old, new_on=new, label=label, milestone=milestone,
                reason=self.reason.strip(), reason_kind=self.reason_kind, report=self.report,
                changed_at=timezone.now(), changed_by_id=ledger.actor(self.by).user_id,
            )
        )  # fmt: skip

    def refuse(self, on: str = "date_reason") -> None:
        """Raise ValidationError on the field `on` where a date moves later and nobody says why, or at length."""
        limit = DateChange._meta.get_field("reason").max_length or 0
        if len(self.reason.strip()) > limit:
            raise ValidationError({on: f"{limit}字以内で入力してください（いま{len(self.reason.strip())}字）。"})
        if any(c.is_later and not c.reason for c in self.found):
            raise ValidationError({on: REASON_NEEDED})

    def store(self, on: str = "date_reason") -> list[DateChange]:
        """Keep the moves and count those of the end date on the action."""
        self.refuse(on)
        if not self.found:
            return []
        DateChange.objects.bulk_create(self.found)
        ledger.record_many([_event(c, self.by) for c in self.found])
        count_pushes(self.action)
        return self.found


def _event(change: DateChange, by: Any) -> ledger.Event:
    name = change.label or change.get_kind_display()
    before = {name: format_date(change.old_on)}
    after = {name: format_date(change.new_on)}
    return ledger.event(by=by, act="push", obj=change.action, before=before, after=after, note=change.reason)


def count_pushes(action: Action) -> None:
    """Repeat on the action how often its end date moved later."""
    action.pushes = action.date_changes.of_end().later().count()
    Action.objects.filter(pk=action.pk).update(pushes=action.pushes)


def moves_of(reports: Sequence[ProgressReport]) -> dict[int, DateChange]:
    """The move of the end date that each report made before it was reopened, by report (1 query)."""
    return {c.report_id: c for c in DateChange.objects.of_end().filter(report__in=[r.pk for r in reports])}


def move_end_by_report(action: Action, report: ProgressReport, by: Any, earlier: DateChange | None = None) -> bool:
    """Carry the new end date of a report that becomes official to its action; whether anything moved.

    `earlier` is the move that the same report made before it was corrected: it is replaced, so that one answer is
    never counted twice.
    """
    if earlier and action.ends_on == earlier.new_on:
        return _replace_move(action, earlier, report, by)
    new = report.new_ends_on
    if new is None or new == action.ends_on:
        return False
    moves = Moves(action, by, report.reason, report.reason_kind, report)
    moves.see("end", action.ends_on, new)
    action.ends_on = new
    moves.store("reason")
    return True


def _replace_move(action: Action, earlier: DateChange, report: ProgressReport, by: Any) -> bool:
    new = report.new_ends_on or earlier.old_on
    if new == earlier.new_on:
        return False
    before = {"ends_on": ledger.plain(action.ends_on)}
    earlier.delete()
    action.ends_on = earlier.old_on
    moves = Moves(
        action, by, report.reason or earlier.reason, report.reason_kind or earlier.reason_kind, report
    )  # fmt: skip
    moves.see("end", action.ends_on, new)
    action.ends_on = new
    moves.store("reason")
    count_pushes(action)
    ledger.record(by=by, act="correct", obj=action, before=before, after={"ends_on": ledger.plain(new)})
    return True


def stones_by_key(action: Action, keys: Collection[int]) -> dict[int, Milestone]:
    """Milestones of the action; raises ValidationError for the key of another one."""
    stones = {m.pk: m for m in action.milestones.filter(pk__in=keys)}
    if len(stones) != len(keys):
        raise ValidationError("この取組にない節目が含まれています。画面を開き直してください。")
    return stones


def planned_moves(action: Action, moved: Mapping[int, dt.date], reply: Reply | None) -> dict[str, dict[str, str]]:
    """New due dates of milestones as a report keeps them, with names and the dates before.

    While a report is being corrected, the date before is the one that it had replaced.
    """
    if not moved:
        return {}
    stones, kept = stones_by_key(action, moved), {}
    made = action.date_changes.filter(report__reply=reply, milestone__in=moved) if reply else ()
    earlier = {c.milestone_id: c for c in made}
    for pk, day in sorted(moved.items()):
        was = earlier.get(pk)
        old = was.old_on if was and was.new_on == stones[pk].due_on else stones[pk].due_on
        if day < action.starts_on:
            raise ValidationError("節目の新しい期日は、取組の開始日以後の日にしてください。")
        if day != old:
            kept[str(pk)] = {"title": stones[pk].title, "old_on": old.isoformat(), "due_on": day.isoformat()}
    return kept


def move_milestones(pairs: Sequence[tuple[Action, ProgressReport]], by: Any) -> set[int]:
    """Carry the new due dates of milestones to the plan, when reports become official; whose plans moved.

    A move that the same report made before it was corrected is replaced, as for end dates.
    """
    found = DateChange.objects.filter(report__in=[r.pk for _, r in pairs], milestone__isnull=False)
    earlier = {(c.report_id, c.milestone_id): c for c in found}
    keys = {int(pk) for _, r in pairs for pk in r.milestones_moved} | {pk for _, pk in earlier}
    stones = Milestone.objects.in_bulk(keys) if keys else {}
    before = {pk: stone.due_on for pk, stone in stones.items()}
    for action, report in pairs:
        moves = Moves(action, by, report.reason, report.reason_kind, report)
        for stone in (s for s in stones.values() if s.action_id == action.pk):
            _move_stone(stone, moves, earlier.get((report.pk, stone.pk)))
        moves.store("reason")
    Milestone.objects.bulk_update(stones.values(), ["due_on"], batch_size=500)
    return {stone.action_id for pk, stone in stones.items() if stone.due_on != before[pk]}


def _move_stone(stone: Milestone, moves: Moves, was: DateChange | None) -> None:
    assert moves.report is not None
    told = moves.report.milestones_moved.get(str(stone.pk))
    new = dt.date.fromisoformat(told["due_on"]) if told else None
    if was and stone.due_on == was.new_on:
        if new == was.new_on:
            return
        was.delete()
        stone.due_on, new = was.old_on, new or was.old_on
    if new is not None:
        moves.see("milestone", stone.due_on, new, label=stone.title, milestone=stone)
        stone.due_on = new


def reach_milestones(reports: Sequence[ProgressReport], by: Any) -> list[ledger.Event]:
    """Give the milestones that official reports name their days of reaching; returns the events for the ledger."""
    days = {int(pk): dt.date.fromisoformat(r["done_on"]) for p in reports for pk, r in p.milestones_done.items()}
    if not days:
        return []
    stones = [m for m in Milestone.objects.select_related("action").filter(pk__in=days) if m.done_on != days[m.pk]]
    events = []
    for stone in stones:
        before = milestone_line(stone)
        stone.done_on = days[stone.pk]
        after = {"milestones": [milestone_line(stone)]}
        events.append(
            ledger.event(by=by, act="update", obj=stone.action, before={"milestones": [before]}, after=after)
        )
    Milestone.objects.bulk_update(stones, ["done_on"], batch_size=500)
    return events


def pushed_words(changes: Sequence[DateChange]) -> str:
    """The way of an end date in words, e.g. for a frozen table: 令和8年3月末 → 令和8年12月末."""
    if not changes:
        return ""
    days = [changes[0].old_on, *(c.new_on for c in changes)]
    return " → ".join(format_date(day, "month_end") for day in days)
