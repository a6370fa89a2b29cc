"""The calendar feed: its text, its secret, whose due dates it tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from rounds import services
from rounds.ical import Entry as Event
from rounds.ical import escaped, feed, folded
from rounds.models import CalendarToken, Round
from tests.builders import make_department, make_reply, make_round, today

Sign = Callable[[User], Client]
AT = dt.datetime(2026, 11, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=9)))


def test_an_event_of_one_day() -> None:
    text = feed("照会の期限", [Event("round-1@dxportal", dt.date(2026, 12, 31), "期限", AT, 3, "https://portal/1")])
    lines = text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "UID:round-1@dxportal", "DTSTAMP:20261101T003000Z", "SEQUENCE:3", "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101", "SUMMARY:期限", "URL:https://portal/1",
    ):  # fmt: skip
        assert line in lines
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("a,b;c\\d", "a\\,b\\;c\\\\d"), ("一\r\n二\n三\r四", "一\\n二\\n三\\n四"), ("x\x00\x07y", "xy")],
)
def test_text_is_escaped(raw: str, shown: str) -> None:
    assert escaped(raw) == shown


@pytest.mark.parametrize("text", ["短い", "あ" * 200, "a" * 75, "a" * 76, "𠮷" * 40, ""])
def test_lines_are_folded_at_75_octets_between_characters(text: str) -> None:
    pieces = list(folded(f"SUMMARY:{text}"))
    assert all(len(p.encode()) <= 75 for p in pieces)
    assert all(p.startswith(" ") for p in pieces[1:])
    assert pieces[0] + "".join(p[1:] for p in pieces[1:]) == f"SUMMARY:{text}"


def read(token: str) -> Any:
    return Client().get(f"/rounds/calendar/{token}.ics")


def test_only_the_hash_is_kept_and_one_is_in_force(cast: SimpleNamespace) -> None:
    first = services.create_token(user=cast.lead, by=cast.lead)
    second = services.create_token(user=cast.lead, by=cast.lead)
    assert first != second
    assert not CalendarToken.objects.filter(digest__in=[first, second]).exists()
    assert CalendarToken.objects.filter(revoked_at__isnull=True).count() == 1
    assert read(first).status_code == 404
    assert read(second).status_code == 200
    assert not any(second in str(e.changes) + e.object_label for e in Entry.objects.all())


def test_the_feed_needs_no_sign_in_and_tells_own_due_dates_only(cast: SimpleNamespace) -> None:
    mine = make_round(title="税務課の照会, その1", due_on=today() + dt.timedelta(days=5))
    other = make_round("2025H2", title="福祉課の照会")
    old = make_round("2020H1", title="昔の照会", opens_on=dt.date(2020, 4, 1), due_on=dt.date(2020, 5, 1))
    for round_, department in ((mine, cast.tax), (other, cast.welfare), (old, cast.tax)):
        make_reply(round=round_, department=department)
    response = read(services.create_token(user=cast.member, by=cast.member))
    text = response.content.decode()
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "税務課の照会\\, その1" in text
    assert f"DTSTART;VALUE=DATE:{mine.due_on:%Y%m%d}" in text
    assert "福祉課の照会" not in text
    assert "昔の照会" not in text


def test_the_secretariat_gets_every_round_and_a_viewer_none(cast: SimpleNamespace) -> None:
    make_reply(round=make_round(title="ある照会"), department=make_department())
    assert "ある照会" in read(services.create_token(user=cast.secretariat, by=cast.secretariat)).content.decode()
    assert "BEGIN:VEVENT" not in read(services.create_token(user=cast.viewer, by=cast.viewer)).content.decode()


@pytest.mark.parametrize("token", ["x", "あ", "a" * 500, "%00"])
def test_an_unknown_address_is_told_nothing(db: None, token: str) -> None:
    response = read(token)
    assert response.status_code == 404
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.content == b""


def test_a_stopped_feed_and_a_departed_user_are_gone(cast: SimpleNamespace) -> None:
    token = services.create_token(user=cast.lead, by=cast.lead)
    services.revoke_token(user=cast.lead, by=cast.lead)
    assert read(token).status_code == 404
    with pytest.raises(ValidationError, match="発行されていません"):
        services.revoke_token(user=cast.lead, by=cast.lead)
    token = services.create_token(user=cast.lead, by=cast.lead)
    User.objects.filter(pk=cast.lead.pk).update(is_active=False)
    assert read(token).status_code == 404


def test_a_void_reply_is_in_no_calendar(cast: SimpleNamespace) -> None:
    make_reply(round=make_round(title="終えた照会"), department=cast.tax, state="void", voided_at=timezone.now())
    assert "終えた照会" not in read(services.create_token(user=cast.lead, by=cast.lead)).content.decode()


def test_the_page_shows_the_address_once(cast: SimpleNamespace, as_user: Sign, asked: Round) -> None:
    client = as_user(cast.lead)
    assert "アドレスはまだありません" in client.get("/rounds/calendar/").content.decode()
    created = client.post("/rounds/calendar/new/")
    page = created.content.decode()
    assert created["Cache-Control"] == "no-store"
    address = page.split('value="http://testserver')[1].split('"')[0]
    assert Client().get(address).status_code == 200
    again = client.get("/rounds/calendar/").content.decode()
    assert address not in again
    assert "に発行したアドレスが使えます" in again
    assert asked.title in again
    stopped = client.post("/rounds/calendar/revoke/", follow=True).content.decode()
    assert "カレンダーのアドレスを止めました。" in stopped
    assert "発行されていません" in client.post("/rounds/calendar/revoke/", follow=True).content.decode()


def test_the_configured_address_is_shown(cast: SimpleNamespace, as_user: Sign, settings: Any) -> None:
    settings.SITE_URL = "https://portal.city.example"
    page = as_user(cast.lead).post("/rounds/calendar/new/").content.decode()
    assert 'value="https://portal.city.example/rounds/calendar/' in page
