"""A mail server that is not there: the reminder waits, and goes out once when it is back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail

from lib import ledger
from rounds import services
from rounds.models import Reminder
from tests import builders as make

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
