"""Reminders by mail: when, to whom, once."""

from __future__ import annotations

import datetime as dt
import io
import smtplib
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.mail.message import EmailMessage
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.models import Entry
from lib.ledger import command
from rounds import services
from rounds.models import Reminder, Reply, Round
from rounds.reminding import due_on
from tests.builders import make_membership, make_reply, make_round

OPENS, DUE = dt.date(2026, 11, 1), dt.date(2026, 11, 20)
BY = command("send_reminders")


@pytest.mark.parametrize(
    ("today", "kind"),
    [
        (dt.date(2026, 10, 31), None), (OPENS, "opened"), (dt.date(2026, 11, 12), "opened"),
        (dt.date(2026, 11, 13), "before7"), (dt.date(2026, 11, 18), "before7"), (dt.date(2026, 11, 19), "before1"),
        (DUE, "before1"), (dt.date(2026, 11, 21), "after1"), (dt.date(2026, 11, 27), "after7"),
        (dt.date(2027, 3, 1), "after7"),
    ],
)  # fmt: skip
def test_the_newest_reminder_stands(today: dt.date, kind: str | None) -> None:
    due = due_on(OPENS, DUE, today)
    assert (due.kind.key if due else None) == kind


def test_a_short_round_has_no_reminder_before_it_opens() -> None:
    assert due_on(dt.date(2026, 11, 18), DUE, dt.date(2026, 11, 18)).kind.key == "opened"


@pytest.fixture
def post(settings: Any, cast: SimpleNamespace, asked: Round) -> SimpleNamespace:
    """A configured mail server, and addresses for 税務課 and 福祉課."""
    settings.MAIL_CONFIGURED = True
    Round.objects.filter(pk=asked.pk).update(opens_on=OPENS, due_on=DUE)
    for user, address in ((cast.lead, "lead@city.example"), (cast.member, "member@city.example"),
                          (cast.other_lead, "welfare@city.example")):  # fmt: skip
        User.objects.filter(pk=user.pk).update(email=address)
    return cast


def send(day: dt.date) -> list[str]:
    mail.outbox.clear()
    services.send_reminders(today=day, by=BY)
    return sorted(m.to[0] for m in mail.outbox)


def test_everybody_is_told_once(post: SimpleNamespace) -> None:
    assert send(OPENS) == ["lead@city.example", "member@city.example", "welfare@city.example"]
    assert send(OPENS) == []
    assert send(dt.date(2026, 11, 5)) == []
    assert len(send(dt.date(2026, 11, 13))) == 3
    assert Reminder.objects.filter(sent_at__isnull=False).count() == 6
    assert Entry.objects.filter(act="remind").count() == 6


def test_one_mail_gathers_everything_for_one_person(post: SimpleNamespace, asked: Round, settings: Any) -> None:
    settings.SITE_URL = "https://portal.city.example"
    make_membership(user=post.lead, role="lead", department=post.welfare)
    other = make_round("2025H2", title="研修の照会", sections=["fake"], opens_on=OPENS, due_on=DUE)
    reply = make_reply(round=other, department=post.tax, state="returned")
    send(OPENS)
    body = next(m for m in mail.outbox if m.to == ["lead@city.example"]).body
    assert body.count("■") == 3
    assert "研修の照会　税務課" in body
    assert f"https://portal.city.example/rounds/replies/{reply.pk}/" in body
    assert "事務局から差し戻されています" in body
    assert "令和8年11月20日" in body
    assert mail.outbox[0].subject == "【サンプル市 DX推進ポータル】照会への回答のお願い"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("draft", ["lead@city.example", "member@city.example"]),
        ("returned", ["lead@city.example", "member@city.example"]),
        ("submitted", ["lead@city.example"]), ("approved", []), ("void", []),
    ],
)  # fmt: skip
def test_only_those_who_can_act_are_told(post: SimpleNamespace, tax: Reply, state: str, told: list[str]) -> None:
    Reply.objects.filter(pk=tax.pk).update(state=state)
    assert [a for a in send(OPENS) if a != "welfare@city.example"] == told


def test_people_without_address_or_account_are_left_out(post: SimpleNamespace) -> None:
    User.objects.filter(pk=post.lead.pk).update(is_active=False)
    User.objects.filter(pk=post.member.pk).update(email="")
    assert send(OPENS) == ["welfare@city.example"]


def test_a_closed_round_is_silent(post: SimpleNamespace, asked: Round) -> None:
    asked.refresh_from_db()
    services.close_round(round_=asked, version=1, by=post.secretariat)
    assert send(OPENS) == []


def test_an_extension_is_a_new_due_day(post: SimpleNamespace, asked: Round) -> None:
    day = dt.date(2026, 11, 19)
    assert len(send(day)) == 3
    Round.objects.filter(pk=asked.pk).update(due_on=dt.date(2026, 11, 27))
    assert send(day) == []
    assert len(send(dt.date(2026, 11, 20))) == 3


def test_a_refused_mail_is_tried_again_and_never_doubled(
    post: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = EmailMessage.send

    def refuse(message: EmailMessage, *args: Any) -> int:
        if message.to == ["member@city.example"]:
            raise smtplib.SMTPServerDisconnected("down")
        return real(message, *args)

    monkeypatch.setattr(EmailMessage, "send", refuse)
    outcome = services.send_reminders(today=OPENS, by=BY)
    assert outcome.failed == ["member@city.example"]
    assert len(outcome.sent) == 2
    monkeypatch.setattr(EmailMessage, "send", real)
    assert send(OPENS) == ["member@city.example"]
    assert send(OPENS) == []
    assert Entry.objects.filter(act="remind").count() == 3


def test_what_another_run_has_claimed_is_not_sent(post: SimpleNamespace, tax: Reply) -> None:
    """A run that died between claiming and sending leaves a claim: better one mail less than one twice."""
    notices = services.due_notices(OPENS)["member@city.example"]
    services.reminders._claim(notices)
    assert "member@city.example" not in send(OPENS)
    assert services.reminders._claim(notices) == []


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("send_reminders", *args, stdout=out)
    return out.getvalue()


def test_a_dry_run_lists_and_sends_nothing(post: SimpleNamespace) -> None:
    told = run("--dry-run", "--today", "2026-11-01")
    assert "lead@city.example\t照会の開始\t令和8年度上期の照会 税務課" in told
    assert "3人に送ります" in told
    assert mail.outbox == []
    assert not Reminder.objects.exists()


def test_the_command_sends(post: SimpleNamespace) -> None:
    assert "3人に送りました。" in run("--today", "R8.11.1")
    assert "0人に送りました。" in run("--today", "2026-11-01")


def test_without_a_mail_server_nothing_is_marked_as_sent(post: SimpleNamespace, settings: Any) -> None:
    settings.MAIL_CONFIGURED = False
    assert "設定されていない" in run("--today", "2026-11-01")
    assert not Reminder.objects.exists()


def test_the_command_reports_what_failed(post: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(message: EmailMessage, *args: Any) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", refuse)
    with pytest.raises(CommandError, match="3人に送れませんでした"):
        run("--today", "2026-11-01")
    with pytest.raises(CommandError, match="読めません"):
        run("--today", "いつか")
    assert not Reminder.objects.exists()
