"""Writes of an action's plan: its facts, relations, schedule and milestones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from actions import status
from actions.models import Action, Milestone, Phase
from actions.queries_codes import holder_of
from actions.services.dates import Moves
from actions.services.labels import (
    ACTION_FIELDS,
    ACTION_SETS,
    milestone_line,
    phase_line,
    refuse_long_text,
    refuse_unknown,
    whole,
)
from lib import ledger
from lib.writes import save_versioned

Row = Mapping[str, Any]
KNOWN = (*ACTION_FIELDS, *ACTION_SETS)
CODE_TAKEN = "整理番号「{}」は、同じ計画の別の取組で使われています。"


@transaction.atomic
def create_action(
    *, by: Any, phases: Sequence[Row] = (), milestones: Sequence[Row] = (), **values: Any
) -> Action:  # fmt: skip
    """Store an action with its relations, schedule and milestones."""
    refuse_unknown(values, KNOWN)
    sets = {name: values.pop(name) for name in ACTION_SETS if name in values}
    action = Action(**values)
    refuse_facts(action)
    with _code_refused(action):
        action.save(force_insert=True)
    _set_relations(action, sets)
    ledger.record(by=by, act="create", obj=action, after=whole(action))
    _replace(action, "phases", phases, by)
    _replace(action, "milestones", milestones, by)
    return action


@transaction.atomic
def update_action(
    *, action: Action, version: int, by: Any,
    phases: Sequence[Row] | None = None, milestones: Sequence[Row] | None = None,
    date_reason: str = "", date_reason_kind: str = "", **values: Any,
) -> Action:  # fmt: skip
    """Change facts and relations, and the lists where given, if the row still has `version`.

    Moved dates move the line that progress is measured by, so `behind` is computed anew. Every move is kept as
    計画変更; ValidationError on `date_reason` where one goes later without a reason.
    """
    refuse_unknown(values, KNOWN)
    stored = _locked(action)
    moves = Moves(action, by, date_reason, date_reason_kind)
    before = whole(stored)
    sets = {name: values.pop(name) for name in ACTION_SETS if name in values}
    for name, value in values.items():
        setattr(action, name, value)
    refuse_facts(action, stored)
    moves.see("end", stored.ends_on, action.ends_on)
    action.behind = _behind(action, stored)
    with _code_refused(action):
        save_versioned(action, version=version, fields=[*values, "behind"])
    _set_relations(action, sets)
    ledger.record(by=by, act="update", obj=action, before=before, after=whole(action))
    for name, rows in (("phases", phases), ("milestones", milestones)):
        if rows is not None:
            _replace(action, name, rows, by, moves)
    moves.store()
    return action


@transaction.atomic
def archive_action(*, action: Action, by: Any) -> Action:
    """Take an action out of every list and figure; its reports stay."""
    return _set_archived(action, by=by, archived=True)


@transaction.atomic
def restore_action(*, action: Action, by: Any) -> Action:
    """Put an action back in force; one that was merged stands by itself again, without the links it handed over."""
    return _set_archived(action, by=by, archived=False)


@transaction.atomic
def set_phases(*, action: Action, rows: Sequence[Row], by: Any, date_reason: str = "") -> list[Phase]:
    """Replace the schedule by `rows` (label, owner, starts_on, ends_on, actual; id for one that stays).

    Raises ValidationError naming every wrong row by its number; then nothing is changed.
    """
    _touch(action)
    moves = Moves(action, by, date_reason)
    steps = _replace(action, "phases", rows, by, moves)
    moves.store()
    return steps


@transaction.atomic
def set_milestones(*, action: Action, rows: Sequence[Row], by: Any, date_reason: str = "") -> list[Milestone]:
    """Replace the milestones by `rows` (title, due_on, done_on; id); refuses as `set_phases` does."""
    _touch(action)
    moves = Moves(action, by, date_reason)
    steps = _replace(action, "milestones", rows, by, moves)
    moves.store()
    return steps


@transaction.atomic
def update_milestone(
    *, milestone: Milestone, version: int, by: Any, title: str, due_on: dt.date, done_on: dt.date | None,
    date_reason: str = "",
) -> Milestone:  # fmt: skip
    """Change one milestone in place; `version` is that of its action, as two people see the same list."""
    action = Action.objects.select_for_update(no_key=True).get(pk=milestone.action_id)
    old_line, old_due = milestone_line(milestone), milestone.due_on
    milestone.title, milestone.due_on, milestone.done_on = title, due_on, done_on
    milestone.full_clean(exclude=("action",), validate_constraints=False)
    _refuse_future(milestone)
    moves = Moves(action, by, date_reason)
    moves.see("milestone", old_due, due_on, label=title, milestone=milestone)
    moves.refuse()
    save_versioned(action, version=version, fields=[])
    milestone.save(update_fields=["title", "due_on", "done_on"])
    if old_line != milestone_line(milestone):
        before, after = {"milestones": [old_line]}, {"milestones": [milestone_line(milestone)]}
        ledger.record(by=by, act="update", obj=action, before=before, after=after)
    moves.store()
    return milestone


def _locked(action: Action) -> Action:
    return Action.objects.select_for_update(no_key=True).get(pk=action.pk)


def _touch(action: Action) -> None:
    """Move the version on, so that an open form notices a schedule that changed under it."""
    save_versioned(action, version=_locked(action).version, fields=[])


def refuse_facts(action: Action, stored: Action | None = None, unknown: Sequence[str] = ()) -> None:
    """All that is wrong with the facts at once; `unknown` ones hold nothing that could be judged."""
    errors: dict[str, list[ValidationError]] = {}
    for check in (
        lambda: action.full_clean(exclude=("behind", "last_report", *unknown), validate_constraints=False),
        lambda: refuse_long_text(action),
        lambda: _refuse_taken_code(action, stored),
    ):
        try:
            check()
        except ValidationError as error:
            error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _refuse_taken_code(action: Action, stored: Action | None) -> None:
    """A code that stays is not asked about: two that differ in case may stand from before."""
    stays = stored and (stored.plan_id, stored.code) == (action.plan_id, action.code)
    if stays or not action.code:
        return
    if holder := holder_of(action.code, action.plan_id, action.pk):
        raise ValidationError({"code": CODE_TAKEN.format(holder)})


@contextmanager
def _code_refused(action: Action) -> Iterator[None]:
    """Turn the lost race for a code into the refusal that a slower person gets."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise ValidationError({"code": CODE_TAKEN.format(action.code)}) from error


def _behind(action: Action, stored: Action) -> bool:
    if stored.reported_as_of is None:
        return False
    return status.is_behind(stored.percent, action.starts_on, action.ends_on, stored.reported_as_of)


def _set_relations(action: Action, sets: Mapping[str, Iterable[models.Model]]) -> None:
    for name, rows in sets.items():
        getattr(action, name).set(rows)


def _set_archived(action: Action, *, by: Any, archived: bool) -> Action:
    """Compare-and-swap on the archive date, so that two clicks leave one entry in the ledger."""
    before = {"archived_at": ledger.plain(action.archived_at)}
    now = timezone.now()
    rows = Action.objects.filter(pk=action.pk, archived_at__isnull=archived)
    values = {} if archived else {"merged_into": None, "merge_kind": "", "merge_reason": ""}
    if not rows.update(
        archived_at=now if archived else None, version=models.F("version") + 1, updated_at=now, **values
    ):
        raise ValidationError("すでに保管されています。" if archived else "この取組は保管されていません。")
    action.refresh_from_db()
    after = {"archived_at": ledger.plain(action.archived_at)}
    ledger.record(by=by, act="archive" if archived else "restore", obj=action, before=before, after=after)
    return action


_LISTS: dict[str, tuple[type[Any], str, Callable[[Any], str]]] = {
    "phases": (Phase, "工程", phase_line),
    "milestones": (Milestone, "節目", milestone_line),
}


def _replace(action: Action, name: str, rows: Sequence[Row], by: Any, moves: Moves | None = None) -> list[Any]:
    """Put `rows` in the place of a list of the action and record both lists as people read them.

    A row that stays keeps its key, so that the history of its date stays with it.
    """
    model, word, line = _LISTS[name]
    old = list(getattr(action, name).all())
    before, dates = [line(o) for o in old], {o.pk: _last_day(o) for o in old}
    built = sorted(_built(action, model, word, rows, old), key=_order)
    after = [line(o) for o in built]
    if before == after:
        return old
    kept = [o for o in built if o.pk]
    getattr(action, name).exclude(pk__in=[o.pk for o in kept]).delete()
    model.objects.bulk_update(kept, [f.name for f in model._meta.fields if f.name not in ("id", "action")])
    model.objects.bulk_create([o for o in built if not o.pk])
    ledger.record(by=by, act="update", obj=action, before={name: before}, after={name: after})
    for step in kept:
        _see(moves, step, dates[step.pk])
    return built


def _see(moves: Moves | None, step: Phase | Milestone, old: dt.date) -> None:
    """Note the move of a promised date; an actual bar promises nothing."""
    if moves is None or (isinstance(step, Phase) and step.actual):
        return
    kind = "phase" if isinstance(step, Phase) else "milestone"
    moves.see(kind, old, _last_day(step), label=str(step), milestone=step if isinstance(step, Milestone) else None)


def _last_day(step: Phase | Milestone) -> dt.date:
    return step.ends_on if isinstance(step, Phase) else step.due_on


def _order(step: Phase | Milestone) -> tuple[Any, ...]:
    return (step.starts_on, step.ends_on) if isinstance(step, Phase) else (step.due_on,)


def _built(action: Action, model: type[Any], word: str, rows: Sequence[Row], old: Sequence[Any]) -> list[Any]:
    steps, errors, left = [], [], list(old)
    for number, row in enumerate(rows, start=1):
        step = _same(left, row) or model(action=action)
        for name, value in row.items():
            if name != "id":
                setattr(step, name, value)
        try:
            step.full_clean(exclude=("action",), validate_constraints=False)
            _refuse_future(step)
        except ValidationError as error:
            errors += _row_messages(model, f"{word}の{number}行目", error)
        steps.append(step)
    if errors:
        raise ValidationError(errors)
    return steps


def _same(left: list[Any], row: Row) -> Any | None:
    """Take the step that a row continues out of `left`: the one it names, else one of the same name."""
    if row.get("id"):
        found = next((o for o in left if o.pk == row["id"]), None)
    elif "label" in row:
        found = next((o for o in left if (o.label, o.actual) == (row["label"], row.get("actual", False))), None)
    else:
        found = next((o for o in left if o.title == row.get("title")), None)
    if found:
        left.remove(found)
    return found


def _refuse_future(step: Phase | Milestone) -> None:
    if isinstance(step, Milestone) and step.done_on and step.done_on > timezone.localdate():
        raise ValidationError({"done_on": "達成日は今日までの日にしてください。"})


def _row_messages(model: type[models.Model], where: str, error: ValidationError) -> list[str]:
    messages = []
    for name, texts in error.message_dict.items():
        label = "" if name == "__all__" else f"の{model._meta.get_field(name).verbose_name}"
        messages += [f"{where}{label}：{text}" for text in texts]
    return messages
