"""Writes of hurdles: raised in a reply, worked by 事務局, and what is asked of others because of them (政策要望)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from actions.models import Action, Hurdle, NoHurdle, PolicyRequest
from actions.services.labels import labelled, refuse_long_text, refuse_unknown
from lib import ledger
from lib.writes import save_versioned
from rounds.models import Reply
from rounds.services import touch

RAISED_FIELDS = ("kind", "title", "text", "cross_cutting")
HURDLE_FIELDS = (*RAISED_FIELDS, "raised_by_department", "owner_department", "resolution", "state", "source")
REQUEST_FIELDS = ("addressee", "text", "submitted_on", "answer", "answered_on")
ACCEPTED = "受理された課題は、事務局が管理しています。変えるには事務局に連絡してください。"


def hurdle_state(hurdle: Hurdle) -> dict[str, Any]:
    return labelled(hurdle, HURDLE_FIELDS) | {"actions": [str(a) for a in hurdle.actions.all()]}


# ---- in a reply


@transaction.atomic
@ledger.gathered()
def raise_hurdle(*, reply: Reply, by: Any, actions: Iterable[Action] = (), **values: Any) -> Hurdle:
    """Raise a hurdle in a reply: a draft of its department until the reply is accepted."""
    refuse_unknown(values, RAISED_FIELDS)
    touch(reply=reply, by=by)
    hurdle = Hurdle(
        reply=reply, raised_by_department=reply.department, raised_on=timezone.localdate(), source=str(reply.round),
        **values,
    )  # fmt: skip
    _check(hurdle)
    hurdle.save()
    hurdle.actions.set(actions)
    NoHurdle.objects.filter(reply=reply).delete()
    ledger.record(by=by, act="report", obj=hurdle, after=hurdle_state(hurdle))
    return hurdle


@transaction.atomic
@ledger.gathered()
def change_raised(*, hurdle: Hurdle, version: int, by: Any, actions: Iterable[Action] = (), **values: Any) -> Hurdle:
    """Change a hurdle that is still a draft of its reply."""
    refuse_unknown(values, RAISED_FIELDS)
    _claim(hurdle, by)
    return _saved(hurdle, version, by, values, actions, "report")


@transaction.atomic
@ledger.gathered()
def drop_raised(*, hurdle: Hurdle, by: Any) -> None:
    """Take a draft back."""
    _claim(hurdle, by)
    ledger.record(by=by, act="unreport", obj=hurdle, before=hurdle_state(hurdle))
    hurdle.delete()


@transaction.atomic
@ledger.gathered()
def say_no_hurdle(*, reply: Reply, by: Any, none: bool = True) -> None:
    """Answer that nothing stands in the way, or take that word back; a second click changes nothing."""
    touch(reply=reply, by=by)
    said = NoHurdle.objects.filter(reply=reply)
    if not none:
        if said.delete()[0]:
            ledger.record(by=by, act="unreport", obj=reply, note="課題なしの回答の取り消し")
        return
    if reply.hurdles.exists():
        raise ValidationError("課題が挙げられています。「課題はない」にするには、先に取り消してください。")
    person = ledger.actor(by).user_id
    if said.get_or_create(reply=reply, defaults={"said_at": timezone.now(), "said_by_id": person})[1]:
        ledger.record(by=by, act="report", obj=reply, note="課題なし")


@transaction.atomic
def accept_hurdles(*, reply: Reply, by: Any) -> list[Hurdle]:
    """Make the hurdles of a reply official (2 statements for any number)."""
    drafts = reply.hurdles.filter(accepted_at__isnull=True)
    hurdles = list(drafts.select_for_update(of=("self",), no_key=True).order_by("pk"))
    now = timezone.now()
    Hurdle.objects.filter(pk__in=[h.pk for h in hurdles]).update(accepted_at=now, updated_at=now)
    ledger.record_many([ledger.event(by=by, act="accept", obj=h) for h in hurdles])
    return hurdles


def _claim(hurdle: Hurdle, by: Any) -> None:
    """Refuse what is official; else claim the right to write into the reply."""
    if hurdle.accepted_at is not None or hurdle.reply is None:
        raise ValidationError(ACCEPTED)
    touch(reply=hurdle.reply, by=by)


# ---- on the register


@transaction.atomic
def create_hurdle(
    *, by: Any, actions: Iterable[Action] = (), raised_on: dt.date | None = None, **values: Any
) -> Hurdle:  # fmt: skip
    """Enter a hurdle outside a round: official at once."""
    refuse_unknown(values, HURDLE_FIELDS)
    hurdle = Hurdle(raised_on=raised_on or timezone.localdate(), accepted_at=timezone.now(), **values)
    _settle(hurdle)
    _check(hurdle)
    hurdle.save()
    hurdle.actions.set(actions)
    ledger.record(by=by, act="create", obj=hurdle, after=hurdle_state(hurdle))
    return hurdle


@transaction.atomic
def update_hurdle(*, hurdle: Hurdle, version: int, by: Any, actions: Iterable[Action] = (), **values: Any) -> Hurdle:
    """Work on an official hurdle: owner, state, resolution, and its words."""
    refuse_unknown(values, HURDLE_FIELDS)
    if hurdle.accepted_at is None:
        raise ValidationError("まだ受理されていない課題です。回答を受理してから対応してください。")
    return _saved(hurdle, version, by, values, actions, "update")


def _saved(
    hurdle: Hurdle, version: int, by: Any, values: dict[str, Any], actions: Iterable[Action], act: str
) -> Hurdle:  # fmt: skip
    stored = Hurdle.objects.select_for_update(of=("self",), no_key=True).get(pk=hurdle.pk)
    before = hurdle_state(stored)
    for name, value in values.items():
        setattr(hurdle, name, value)
    _settle(hurdle)
    _check(hurdle)
    save_versioned(hurdle, version=version, fields=[*values, "solved_on"])
    hurdle.actions.set(actions)
    ledger.record(by=by, act=act, obj=hurdle, before=before, after=hurdle_state(hurdle))
    return hurdle


def _settle(hurdle: Hurdle) -> None:
    """The day of solving follows the state."""
    if hurdle.state != "solved":
        hurdle.solved_on = None
    elif hurdle.solved_on is None:
        hurdle.solved_on = timezone.localdate()


def _check(hurdle: Hurdle) -> None:
    refuse_long_text(hurdle)
    if hurdle.state == "solved" and not hurdle.resolution.strip():
        raise ValidationError({"resolution": "解決にするときは、どう解決したかを入力してください。"})
    hurdle.full_clean(exclude=("reply",), validate_constraints=False)


# ---- 政策要望


@transaction.atomic
def create_request(*, hurdle: Hurdle, by: Any, **values: Any) -> PolicyRequest:
    """Ask the country or the prefecture because of a hurdle; an unsolved hurdle then waits for the answer."""
    refuse_unknown(values, REQUEST_FIELDS)
    stored = Hurdle.objects.select_for_update(of=("self",), no_key=True).get(pk=hurdle.pk)
    if stored.accepted_at is None:
        raise ValidationError("まだ受理されていない課題です。")
    request_ = PolicyRequest(hurdle=stored, **values)
    _check_request(request_)
    request_.save()
    ledger.record(by=by, act="create", obj=request_, after=ledger.state_of(request_, REQUEST_FIELDS))
    if stored.state not in ("solved", "request"):
        before = labelled(stored, ("state",))
        stored.state = "request"
        save_versioned(stored, version=stored.version, fields=("state",))
        ledger.record(by=by, act="update", obj=stored, before=before, after=labelled(stored, ("state",)))
    return request_


@transaction.atomic
def update_request(*, request_: PolicyRequest, version: int, by: Any, **values: Any) -> PolicyRequest:
    """Enter that a request was submitted or answered."""
    refuse_unknown(values, REQUEST_FIELDS)
    before = ledger.state_of(PolicyRequest.objects.get(pk=request_.pk), REQUEST_FIELDS)
    for name, value in values.items():
        setattr(request_, name, value)
    _check_request(request_)
    save_versioned(request_, version=version, fields=values)
    ledger.record(by=by, act="update", obj=request_, before=before, after=ledger.state_of(request_, REQUEST_FIELDS))
    return request_


def _check_request(request_: PolicyRequest) -> None:
    refuse_long_text(request_)
    request_.full_clean(exclude=("hurdle",), validate_constraints=False)
    today, errors = timezone.localdate(), {}
    for name, word in (("submitted_on", "提出日"), ("answered_on", "回答日")):
        day = getattr(request_, name)
        if day and day > today:
            errors[name] = f"{word}は今日までの日にしてください。"
    if (request_.answer or request_.answered_on) and not request_.submitted_on:
        errors["submitted_on"] = "回答を入力するときは、提出日も入力してください。"
    elif request_.answered_on and request_.submitted_on and request_.answered_on < request_.submitted_on:
        errors["answered_on"] = "回答日は提出日以後の日にしてください。"
    if errors:
        raise ValidationError(errors)
