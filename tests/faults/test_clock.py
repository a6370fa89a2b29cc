"""Clocks that go back: the ledger keeps its order, and no session lives longer for it."""

from __future__ import annotations

import datetime as dt
import time
from types import SimpleNamespace

import pytest
from django.utils import timezone

from audit import services
from audit.models import Entry
from lib import ledger
from tests.builders import make_department

BY = ledger.command("試験")


def test_entries_keep_their_order_when_the_clock_goes_back(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    department, real = make_department(), timezone.now
    for hours in (0, -5, -2):
        monkeypatch.setattr("audit.services.ledger.timezone.now", lambda h=hours: real() + dt.timedelta(hours=h))
        ledger.record(by=BY, act="update", obj=department, note=str(hours))
    assert list(Entry.objects.order_by("seq").values_list("note", flat=True)) == ["0", "-5", "-2"]
    assert services.verify() == services.Verdict(3)
    monkeypatch.undo()
    assert timezone.now() - Entry.objects.get(note="0").at < dt.timedelta(minutes=5)


@pytest.mark.parametrize(("seconds", "status"), [(-60, 200), (-3600, 302)])
def test_a_session_ends_when_the_clock_goes_back_far(
    as_user, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    """A correction by seconds is usual; by an hour it would make every limit an hour longer."""
    client = as_user(cast.secretariat)
    assert client.get("/audit/").status_code == 200
    now = time.time()
    monkeypatch.setattr("accounts.middleware.time.time", lambda: now + seconds)
    assert client.get("/audit/").status_code == status
