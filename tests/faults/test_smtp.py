"""A mail server that is not there: the reminder waits, and goes out once when it is back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core import mail

from lib import ledger
from rounds import services
from rounds.models import Reminder
from tests import builders as make
from tests import warm
from tests.faults.mailing import post
from tests.installation import TABLES, installation

BY = ledger.command("試験")


@pytest.mark.django_db
def test_a_reminder_survives_a_mail_server_that_is_down(settings) -> None:
    tax = make.make_department()
    make.make_user("lead", department=tax, email="lead@city.example")
    round_ = make.make_round("2026H1")
    make.make_reply(round=round_, department=tax)
    memory = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 2
    today = round_.due_on + dt.timedelta(days=1)
    for _ in range(2):
        outcome = services.send_reminders(today=today, by=BY)
        assert (outcome.sent, outcome.failed) == ([], ["lead@city.example"])
    assert not Reminder.objects.exists()
    settings.EMAIL_BACKEND = memory
    for _ in range(2):
        services.send_reminders(today=today, by=BY)
    assert [m.to for m in mail.outbox] == [["lead@city.example"]]


PEOPLE = 12
CITY = f"""
from tests import builders as make
round_ = make.make_round("2026H1")
for n in range({PEOPLE}):
    department = make.make_department()
    make.make_user("lead", department=department, email=f"lead{{n}}@city.example")
    make.make_reply(round=round_, department=department)
print(round_.due_on)
"""
# Every run has read whom to tell before any of them tells anybody.
TOGETHER = """
import sys, time, datetime as dt
from django.conf import settings
from lib import ledger
from rounds import services
from rounds.services import reminders
read = reminders.due_notices
def at_once(today):
    found = read(today)
    (settings.VAR_DIR / f"read-{sys.argv[1]}").touch()
    while len(list(settings.VAR_DIR.glob("read-*"))) < 2:
        time.sleep(0.01)
    return found
reminders.due_notices = at_once
outcome = services.send_reminders(today=dt.date.fromisoformat(sys.argv[2]), by=ledger.command("試験"))
print(len(outcome.sent))
"""
LEFT = """
from audit.models import Entry
from rounds.models import Reminder
print(Entry.objects.filter(act="remind").count(), Reminder.objects.filter(sent_at=None).count())
"""


def test_two_runs_at_once_tell_everybody_once(transactional_db: None, tmp_path: Path) -> None:
    with installation(tmp_path / "two") as place, post() as server:
        place.python(TABLES)
        late = dt.date.fromisoformat(place.python(CITY).strip()) + dt.timedelta(days=1)
        env = place.env | server.settings
        runs = [warm.Child("-c", TOGETHER, str(n), str(late), env=env) for n in range(2)]
        told = [int(run.ended().stdout) for run in runs]
        assert sum(told) == PEOPLE
        assert min(told) > 0, "both of them sent: the race was there"
        assert sorted(server.sent) == sorted(f"lead{n}@city.example" for n in range(PEOPLE))
        assert place.python(LEFT).split() == [str(PEOPLE), "0"]
        place.manage("send_reminders", "--today", str(late), **server.settings)
        assert len(server.sent) == PEOPLE
