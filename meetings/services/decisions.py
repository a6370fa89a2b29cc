"""Writes of decisions: making them, reporting on them, finishing them, and the actions that follow from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from actions import services as action_services
from actions.models import Action
from lib import ledger
from lib.writes import StaleError, save_versioned
from meetings.models import Decision, DecisionAction, DecisionReport, Meeting

DECISION_FIELDS = ("kind", "text", "department", "due_on", "agenda_item", "state", "done_on")
EDITABLE = ("kind", "text", "department", "due_on", "agenda_item")
MOVED = "表示したあとに、ほかの人がこの決定事項を動かしました。いまの内容を確かめてから、もう一度操作してください。"


@transaction.atomic
def add_decision(*, meeting: Meeting, by: Any, **values: Any) -> Decision:
    """Write down what the meeting decided."""
    _refuse_unknown(values)
    last = meeting.decisions.aggregate(last=Max("order"))["last"] or 0
    decision = Decision(meeting=meeting, order=last + 1, **values)
    _check(decision)
    decision.save()
    ledger.record(by=by, act="create", obj=decision, after=ledger.state_of(decision, DECISION_FIELDS))
    return decision


@transaction.atomic
def update_decision(*, decision: Decision, version: int, by: Any, **values: Any) -> Decision:
    _refuse_unknown(values)
    stored = Decision.objects.get(pk=decision.pk)
    before = ledger.state_of(stored, DECISION_FIELDS)
    for name, value in values.items():
        setattr(decision, name, value)
    _check(decision)
    after = ledger.state_of(decision, DECISION_FIELDS)
    if before == after:
        return stored
    save_versioned(decision, version=version, fields=values)
    ledger.record(by=by, act="update", obj=decision, before=before, after=after)
    return decision


def _refuse_unknown(values: Mapping[str, Any]) -> None:
    if foreign := set(values) - set(EDITABLE):
        raise TypeError(f"not editable: {sorted(foreign)}")


def _check(decision: Decision) -> None:
    errors: dict[str, str] = {}
    if decision.kind in ("instruction", "homework"):
        word = decision.get_kind_display()
        if decision.department_id is None:
            errors["department"] = f"{word}には担当する所属が必要です。"
        if decision.due_on is None:
            errors["due_on"] = f"{word}には期限が必要です。"
    if decision.due_on and decision.due_on < decision.meeting.held_on:
        errors["due_on"] = "期限は、会議の開催日以後の日にしてください。"
    if decision.agenda_item and decision.agenda_item.meeting_id != decision.meeting_id:
        errors["agenda_item"] = "この会議の議題から選んでください。"
    if errors:
        raise ValidationError(errors)
    decision.full_clean(validate_constraints=False)


# ---- following up


@transaction.atomic
def report_decision(*, decision: Decision, version: int, text: str, by: Any) -> DecisionReport:
    """Keep what the department has done; 事務局 closes the decision after reading it."""
    stored = _locked(decision)
    if stored.state == "done":
        raise ValidationError("完了した決定事項には報告できません。先に再開してください。")
    actor = ledger.actor(by)
    report = DecisionReport(
        decision=stored, text=text.strip(), reported_label=actor.label, reported_at=timezone.now(),
        reported_by=by if isinstance(by, User) else User.objects.filter(pk=actor.user_id).first(),
    )  # fmt: skip
    report.full_clean(exclude=("decision",))
    _move(stored, version, by, "report", note=report.text, state="reported")
    report.save()
    return report


@transaction.atomic
def finish_decision(*, decision: Decision, version: int, by: Any, done_on: dt.date | None = None) -> Decision:
    """Close it; it no longer comes back in the next meeting."""
    stored = _locked(decision)
    if stored.state == "done":
        return stored
    return _move(stored, version, by, "close", state="done", done_on=done_on or timezone.localdate())


@transaction.atomic
def reopen_decision(*, decision: Decision, version: int, by: Any) -> Decision:
    """Open it again, with its reports."""
    stored = _locked(decision)
    if stored.state != "done":
        return stored
    state = "reported" if stored.reports.exists() else "open"
    return _move(stored, version, by, "reopen", state=state, done_on=None)


def _locked(decision: Decision) -> Decision:
    return Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)


def _move(stored: Decision, version: int, by: Any, act: str, note: str = "", **values: Any) -> Decision:
    before = ledger.state_of(stored, DECISION_FIELDS)
    for name, value in values.items():
        setattr(stored, name, value)
    try:
        save_versioned(stored, version=version, fields=values)
    except StaleError as error:
        raise ValidationError(error.told(MOVED), code="stale") from error
    after = ledger.state_of(stored, DECISION_FIELDS)
    ledger.record(by=by, act=act, obj=stored, before=before, after=after, note=note)
    return stored


# ---- actions


@transaction.atomic
def open_action(*, decision: Decision, by: Any, **values: Any) -> Action:
    """Start an action because of the decision; both keep the link."""
    action = action_services.create_action(by=by, **values)
    _link(decision, action, "opened", by)
    return action


@transaction.atomic
def change_action(*, decision: Decision, action: Action, version: int, by: Any, **values: Any) -> Action:
    """Change the plan of an action because of the decision; both keep the link."""
    changed = action_services.update_action(action=action, version=version, by=by, **values)
    _link(decision, changed, "changed", by)
    return changed


@transaction.atomic
def link_action(*, decision: Decision, action: Action, by: Any) -> DecisionAction:
    """Name an action that the decision is about."""
    return _link(decision, action, "about", by)


def _link(decision: Decision, action: Action, how: str, by: Any) -> DecisionAction:
    link, made = DecisionAction.objects.get_or_create(decision=decision, action=action, defaults={"how": how})
    if not made and how != "about" and link.how == "about":
        link.how = how
        link.save(update_fields=["how"])
    if made:
        word = link.get_how_display()
        ledger.record(by=by, act="link", obj=decision, after={"action": str(action), "how": word})
    return link


@transaction.atomic
def unlink_action(*, link: DecisionAction, by: Any) -> None:
    if link.delete()[0]:
        ledger.record(by=by, act="unlink", obj=link.decision, before={"action": str(link.action)})
