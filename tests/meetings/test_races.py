"""Freezing at the same moment as others, on every database."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection, transaction

from audit.models import Entry
from meetings import services
from meetings.models import Snapshot
from meetings.services import snapshots
from rounds import services as round_services
from tests.builders import make_action, make_reply, make_report, make_round
from tests.rounds.test_races import PRESSES, pressed_together

pytestmark = pytest.mark.django_db(transaction=True)


def test_six_people_freeze_a_round_once(cast: Any) -> None:
    round_ = make_round()
    outcomes = pressed_together(lambda: services.freeze_round(round_=round_, by=cast.secretariat))
    assert outcomes == ["ok"] * PRESSES
    assert Snapshot.objects.count() == Entry.objects.filter(act="freeze").count() == 1


def accepted_while_freezing(cast: Any, monkeypatch: Any) -> tuple[int, bool]:
    """Begin to freeze, let an acceptance start in between, and see what the snapshot holds of it."""
    reply = make_reply(round=make_round(sections=["progress"]), department=cast.tax, state="approved")
    action = make_action(lead_department=cast.tax)
    make_report(action=action, reply=reply, percent=70, as_of=reply.round.period_end)
    collecting, accepted = threading.Event(), threading.Event()
    real = snapshots.collect

    def slowly(as_of: Any) -> Any:
        first = real(as_of)
        collecting.set()
        accepted.wait(1.5)
        later = real(as_of)
        assert first["actions"] == later["actions"], "the city moved under the hands of the freezer"
        return later

    def accept() -> None:
        collecting.wait(10)
        with transaction.atomic():
            round_services.accept_reply(reply=reply, version=reply.version, by=cast.secretariat)
        accepted.set()
        connection.close()

    monkeypatch.setattr(snapshots, "collect", slowly)
    thread = threading.Thread(target=accept)
    thread.start()
    snapshot, _ = services.freeze_round(round_=reply.round, by=cast.secretariat)
    thread.join()
    action.refresh_from_db()
    return action.percent, snapshot.read()["actions"][0]["percent"] == 0


def test_a_reply_is_accepted_before_or_after_but_not_meanwhile(cast: Any, monkeypatch: Any) -> None:
    assert accepted_while_freezing(cast, monkeypatch) == (70, True)


def test_without_the_lock_the_city_would_move_meanwhile(cast: Any, monkeypatch: Any) -> None:
    """The control. SQLite has one writer at a time anyway; on PostgreSQL the lock alone makes the test above hold."""
    monkeypatch.setattr(snapshots, "_hold_replies", lambda: None)
    moves = connection.vendor == "postgresql"
    with pytest.raises(AssertionError, match="under the hands") if moves else nullcontext():
        accepted_while_freezing(cast, monkeypatch)
