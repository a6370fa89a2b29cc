"""A whole round is accepted while somebody saves the plan of one action; neither waits for the other for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from actions import services
from actions.models import Action
from actions.services import plans
from audit.models import Entry
from audit.services import verify
from rounds.models import Reply
from rounds.services import accept_replies, replies
from tests.builders import make_action, make_reply, make_report, make_round
from tests.crossing import met

pytestmark = pytest.mark.django_db(transaction=True)


def approved(cast: SimpleNamespace) -> tuple[list[Reply], Action]:
    """Two replies with a report each, and the action that the second one is about."""
    round_, rows = make_round(sections=["progress"]), []
    for department in (cast.tax, cast.welfare):
        reply = make_reply(round=round_, department=department, state="approved")
        action = make_action(lead_department=department)
        make_report(action=action, reply=reply, percent=70, as_of=round_.period_end)
        rows.append(reply)
    return rows, action


@contextmanager
def saved_meanwhile(action: Action, by: Any, monkeypatch: Any) -> Iterator[list[Exception]]:
    """Once the first reply is accepted, somebody has the action of the second one, and then writes into the book."""
    one_done, held, failed = threading.Event(), threading.Event(), []
    real = replies._accepted

    def slowly(stored: Reply, **kw: Any) -> Any:
        if one_done.is_set():
            held.wait(5)
            time.sleep(0.2)
        event = real(stored, **kw)
        one_done.set()
        return event

    def save() -> None:
        one_done.wait(5)
        try:
            with transaction.atomic():
                stored = Action.objects.select_for_update().get(pk=action.pk)
                held.set()
                services.update_action(action=stored, version=stored.version, by=by, title="新しい名前")
        except OperationalError as error:
            failed.append(error)
        finally:
            connection.close()

    monkeypatch.setattr(replies, "_accepted", slowly)
    # As where a section locks nothing beforehand: here the order of rows and ledger alone has to do.
    monkeypatch.setattr(replies, "_hold", lambda rows: None)
    thread = threading.Thread(target=save)
    thread.start()
    try:
        yield failed
    finally:
        thread.join()


def accept_all(rows: list[Reply], by: Any, accept: Callable[..., int] = accept_replies) -> None:
    with transaction.atomic():
        accept(round_=rows[0].round, versions={r.pk: r.version for r in rows}, by=by)


def test_both_are_done(cast: SimpleNamespace, monkeypatch: Any) -> None:
    if connection.vendor == "sqlite":
        return  # it has one writer at a time
    rows, action = approved(cast)
    with saved_meanwhile(action, cast.secretariat, monkeypatch) as failed:
        accept_all(rows, cast.secretariat)
    assert not failed
    action.refresh_from_db()
    assert (action.title, action.percent) == ("新しい名前", 70)
    assert verify().sound
    assert Entry.objects.filter(act="update", object_id=str(action.pk)).exists()


def test_taking_the_end_of_the_book_with_the_first_reply_one_of_them_would_fail(
    cast: SimpleNamespace, monkeypatch: Any
) -> None:
    """The control: the same service without gathering its acts."""
    if connection.vendor == "sqlite":
        return
    rows, action = approved(cast)
    bare = accept_replies.__wrapped__.__wrapped__  # type: ignore[attr-defined]
    failed: list[Exception] = []
    with saved_meanwhile(action, cast.secretariat, monkeypatch) as others:
        try:
            accept_all(rows, cast.secretariat, bare)
        except OperationalError as error:
            failed.append(error)
    assert len([*failed, *others]) == 1


def test_a_report_is_saved_while_somebody_has_its_action(cast: SimpleNamespace) -> None:
    """The new report names the action, and PostgreSQL looks for it at the very end, when the book is held."""
    reply = make_reply(round=make_round(sections=["progress"]), department=cast.tax)
    action = make_action(lead_department=cast.tax)

    def report() -> None:
        services.save_report(action=action, reply=reply, lifecycle="running", percent=10, by=cast.member)

    def change() -> None:
        stored = Action.objects.get(pk=action.pk)
        services.update_action(action=stored, version=stored.version, by=cast.secretariat, title="新しい名前")

    assert not met(report, lambda: plans._locked(action), change)
    action.refresh_from_db()
    assert (action.title, action.reports.count()) == ("新しい名前", 1)


def test_a_round_is_accepted_while_its_actions_are_changed_together(cast: SimpleNamespace) -> None:
    """Actions are locked in the order of their keys, whichever reply comes first."""
    later, earlier = make_action(pk=1002, lead_department=cast.tax), make_action(pk=1001, lead_department=cast.welfare)
    round_ = make_round(sections=["progress"])
    rows = [make_reply(round=round_, department=d, state="approved") for d in (cast.tax, cast.welfare)]
    for reply, action in zip(rows, (later, earlier), strict=True):
        make_report(action=action, reply=reply, percent=70, as_of=round_.period_end)
    act = partial(accept_all, rows, cast.secretariat)
    assert not met(act, lambda: plans._locked(earlier), lambda: plans._locked(later))
