"""`demo` on a database that is emptied or empty, and the clock that tells the story."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from audit.services import verify
from dxportal.demo import build, facts
from dxportal.demo.clock import moment, telling
from dxportal.demo.files import FactsError
from lib import ledger
from rounds import storage
from tests.builders import make_attachment, make_user

TODAY = dt.date(2026, 11, 21)
NOW = moment(TODAY)


@pytest.mark.django_db(transaction=True)
def test_reset_empties_the_database_first(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []

    def count(today: dt.date, size: int | None) -> build.Built:
        found.append((today, size, User.objects.count(), Entry.objects.count()))
        return build.Built(0, 0, 0, 0, 0)

    user = make_user()
    ledger.record(by=user, act="create", obj=user)
    monkeypatch.setattr(build, "build", count)
    call_command("demo", reset=True, today=TODAY, scale=200, stdout=StringIO())
    assert found == [(TODAY, 200, 0, 0)]


@pytest.mark.django_db(transaction=True)
def test_reset_removes_the_attached_files_too(monkeypatch: pytest.MonkeyPatch) -> None:
    attached = make_attachment()
    monkeypatch.setattr(build, "build", lambda *_: build.Built(0, 0, 0, 0, 0))
    assert storage.path_of(attached.stored_name).exists()
    call_command("demo", reset=True, today=TODAY, stdout=StringIO())
    assert not storage.path_of(attached.stored_name).exists()


@pytest.mark.django_db
def test_a_bad_fixture_is_named_and_nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise FactsError("rubric.json がありません。")

    monkeypatch.setattr(facts, "load_facts", refuse)
    with pytest.raises(CommandError, match=r"rubric\.json がありません。何もつくっていません"):
        call_command("demo", today=TODAY, stdout=StringIO())
    assert not User.objects.exists()


@pytest.mark.django_db
class TestClock:
    def test_events_of_a_moment_carry_its_time(self) -> None:
        user = make_user()
        with telling(NOW):
            assert timezone.localdate() == TODAY
            ledger.record(by=user, act="create", obj=user)
            ledger.record(by=user, act="update", obj=user)
        assert list(Entry.objects.order_by("seq").values_list("act", "at")) == [("create", NOW), ("update", NOW)]
        assert verify().sound

    def test_clock_and_ledger_are_put_back_after_an_error(self) -> None:
        real, user = timezone.now, make_user()

        def fail() -> None:
            with telling(NOW):
                ledger.record(by=user, act="create", obj=user)
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        assert timezone.now is real
        assert not Entry.objects.exists()
        ledger.record(by=user, act="update", obj=user)
        assert Entry.objects.get().act == "update"
