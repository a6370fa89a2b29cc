"""The same change to many actions at once: looked at before, then all of it or none."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Department
from actions import status
from actions.models import Action
from actions.services.plans import update_action
from actions.services.reports import ad_hoc_report
from lib import ledger
from lib.wareki import format_date
from strategy.models import Element, PriorityItem

MOST = 100


@dataclass(frozen=True)
class Change:
    """What is to become of every chosen action; what is empty stays as it is. `months` moves the end date."""

    lead_department: Department | None = None
    lifecycle: str = ""
    months: int = 0
    reason_kind: str = ""
    reason: str = ""
    add_items: Sequence[PriorityItem] = ()
    drop_items: Sequence[PriorityItem] = ()
    add_elements: Sequence[Element] = ()
    drop_elements: Sequence[Element] = ()

    @property
    def is_empty(self) -> bool:
        sets = (self.add_items, self.drop_items, self.add_elements, self.drop_elements)
        return not (self.lead_department or self.lifecycle or self.months or any(sets))


@dataclass(frozen=True)
class Line:
    """One action in the preview: what it says now, and what would differ (label, now, then)."""

    action: Action
    pairs: list[tuple[str, str, str]] = field(default_factory=list)


class StaleRows(ValidationError):
    """Some of the actions moved on since the preview; `rows` are (action as it is, values seen, values now)."""

    def __init__(self, rows: list[tuple[Action, dict[str, str], dict[str, str]]]) -> None:
        super().__init__(f"表示したあとに、{len(rows)}件の取組が変わりました。何も保存していません。", code="stale")
        self.rows = rows


def month_end_shift(day: dt.date, months: int) -> dt.date:
    """The day `months` later; the last day of a month stays a last day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    last = monthrange(year, month + 1)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return dt.date(year, month + 1, last if is_last else min(day.day, last))


def seen(action: Action) -> dict[str, str]:
    """What the preview shows of an action, as people read it; compared again when the change is carried out."""
    return {
        "担当": str(action.lead_department), "状況": action.get_lifecycle_display(),
        "終了予定日": format_date(action.ends_on),
        "国の項目": "、".join(str(i) for i in action.items.all()) or "（なし）",
        "戦略の要素": "、".join(str(e) for e in action.elements.all()) or "（なし）",
    }  # fmt: skip


def preview(actions: Iterable[Action], change: Change) -> list[Line]:
    """What `change` would do to each action (relations prefetched); an action without pairs stays as it is."""
    return [Line(a, _pairs(a, change)) for a in actions]


def _pairs(action: Action, change: Change) -> list[tuple[str, str, str]]:
    now, then = seen(action), dict(seen(action))
    if change.lead_department:
        then["担当"] = str(change.lead_department)
    if change.lifecycle:
        then["状況"] = dict(Action._meta.get_field("lifecycle").flatchoices)[change.lifecycle]
    if change.months:
        then["終了予定日"] = format_date(month_end_shift(action.ends_on, change.months))
    for label, name, add, drop in _sets(change):
        then[label] = "、".join(str(o) for o in _after(action, name, add, drop)) or "（なし）"
    return [(label, now[label], then[label]) for label in now if now[label] != then[label]]


def _sets(change: Change) -> list[tuple[str, str, Sequence[Any], Sequence[Any]]]:
    found = [
        ("国の項目", "items", change.add_items, change.drop_items),
        ("戦略の要素", "elements", change.add_elements, change.drop_elements),
    ]
    return [f for f in found if f[2] or f[3]]


def _after(action: Action, name: str, add: Sequence[Any], drop: Sequence[Any]) -> list[Any]:
    held = list(getattr(action, name).all())
    kept = [o for o in held if o not in drop]
    return [*kept, *(o for o in add if o not in kept)]


@transaction.atomic
@ledger.gathered()
def change_actions(
    *, versions: Mapping[int, int], seen_values: Mapping[int, Mapping[str, str]], change: Change, by: Any
) -> int:  # fmt: skip
    """Carry `change` out on every action of `versions` (key to the version seen), or on none.

    Returns how many were changed. Raises StaleRows with the values seen and the values of now where actions moved
    on, ValidationError naming the action for any other refusal.
    """
    if not versions or len(versions) > MOST:
        raise ValidationError(f"取組を1件から{MOST}件まで選んでください。")
    if change.is_empty:
        raise ValidationError("変えることを1つ以上選んでください。")
    rows = Action.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=versions).order_by("pk")
    rows = rows.select_related("lead_department", "last_report", "self_grade")
    stored = list(rows.prefetch_related("items", "elements"))
    _refuse_stale(stored, versions, seen_values)
    return sum(_changed(action, change, by) for action in stored)


def _refuse_stale(
    stored: Sequence[Action], versions: Mapping[int, int], seen_values: Mapping[int, Mapping[str, str]]
) -> None:  # fmt: skip
    if len(stored) != len(versions):
        raise ValidationError("選んだ取組の一部がなくなりました。一覧からもう一度選んでください。")
    # A report that became official does not move the version, but what was seen of it.
    stale = [
        (a, dict(seen_values[a.pk]), seen(a))
        for a in stored
        if a.version != versions[a.pk] or a.archived_at or seen(a) != dict(seen_values[a.pk])
    ]
    if stale:
        raise StaleRows(stale)


def _changed(action: Action, change: Change, by: Any) -> bool:
    if not _pairs(action, change):
        return False
    try:
        _plan(action, change, by)
        if change.lifecycle and change.lifecycle != action.lifecycle:
            _report(action, change, by)
    except ValidationError as error:
        raise ValidationError(f"「{action}」：{' '.join(error.messages)}") from error
    return True


def _plan(action: Action, change: Change, by: Any) -> None:
    values: dict[str, Any] = {}
    if change.lead_department:
        values["lead_department"] = change.lead_department
    if change.months:
        values["ends_on"] = month_end_shift(action.ends_on, change.months)
    for _, name, add, drop in _sets(change):
        values[name] = _after(action, name, add, drop)
    if values:
        update_action(
            action=action, version=action.version, by=by, date_reason=change.reason,
            date_reason_kind=change.reason_kind, **values,
        )  # fmt: skip


def _report(action: Action, change: Change, by: Any) -> None:
    """A lifecycle is official by a report, in bulk too: the words before stay, with the reason of the change."""
    last = action.last_report
    done = change.lifecycle in status.DONE_LIFECYCLES
    ad_hoc_report(
        action=action, lifecycle=change.lifecycle, percent=100 if done else action.percent, by=by,
        done=last.done if last else "", reason_kind=change.reason_kind, reason=change.reason,
        grade=action.self_grade if _is_used(action) else None,
    )  # fmt: skip


def _is_used(action: Action) -> bool:
    grade = action.self_grade
    return bool(grade and grade.scale.plan_scales.filter(plan=action.plan_id).exists())
