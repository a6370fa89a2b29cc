"""前回会議から: the page that compares two snapshots, or a snapshot with now."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from meetings import services
from meetings.compare import KINDS
from meetings.models import Snapshot
from tests.builders import make_action, today
from tests.meetings.making import make_body, make_meeting

pytestmark = pytest.mark.django_db
URL = reverse("meetings:compare")


def freeze(cast, days_ago, body):
    meeting = make_meeting(body=body, held_on=today() - dt.timedelta(days=days_ago), state="held")
    snapshot, _ = services.freeze_meeting(meeting=meeting, by=cast.secretariat)
    Snapshot.objects.filter(pk=snapshot.pk).update(as_of=meeting.held_on)
    return snapshot


@pytest.fixture
def told(cast):
    """Three actions, two snapshots; then one went forward, one is done, one is newly late."""
    rows = [make_action(lead_department=cast.tax, title=t, percent=30) for t in ("前進した", "済んだ", "遅れた")]
    body = make_body(kind="headquarters")
    older = freeze(cast, 200, body)
    last = freeze(cast, 30, body)
    type(rows[0]).objects.filter(pk=rows[0].pk).update(percent=50)
    type(rows[0]).objects.filter(pk=rows[1].pk).update(lifecycle="done", percent=100)
    type(rows[0]).objects.filter(pk=rows[2].pk).update(ends_on=today() - dt.timedelta(days=1))
    return older, last, rows


def test_without_a_snapshot_it_says_what_to_do(cast, as_user):
    assert "確定資料がまだありません" in as_user(cast.viewer).get(URL).content.decode()


def test_the_last_meeting_is_compared_with_now(told, cast, as_user):
    page = as_user(cast.viewer).get(URL)
    assert page.context["sides"].old == told[1]
    assert [m.title for m in page.context["moves"]] == ["遅れた", "済んだ", "前進した"]
    assert "1件が前進" in page.content.decode()


def test_every_number_opens_its_list_with_the_same_count(told, cast, as_user):
    client = as_user(cast.viewer)
    page = client.get(URL)
    for piece in page.context["sentence"]:
        if piece.key in KINDS:
            asked = {"old": told[1].pk, "new": "now", "kind": piece.key}
            assert str(len(client.get(URL, asked).context["moves"])) == "".join(filter(str.isdigit, piece.text))
    for kind, n in page.context["comparison"].counts.items():
        assert len(client.get(URL, {"kind": kind}).context["moves"]) == n


def test_two_snapshots_between_which_nothing_happened(told, cast, as_user):
    page = as_user(cast.viewer).get(URL, {"old": told[0].pk, "new": told[1].pk})
    assert page.context["moves"] == []
    assert "条件に合う動きはありません" in page.content.decode()


def test_a_corrected_snapshot_can_still_be_named(told, cast, as_user):
    services.correct_snapshot(snapshot=told[1], reason="誤り", by=cast.secretariat)
    page = as_user(cast.viewer).get(URL, {"old": told[1].pk})
    assert page.context["sides"].old == told[1]


def test_the_list_alone_comes_by_htmx(told, cast, as_user):
    part = as_user(cast.viewer).get(URL, {"kind": "done"}, headers={"HX-Request": "true", "HX-Target": "moves"})
    text = part.content.decode()
    assert text.lstrip().startswith('<div id="moves"')
    assert "済んだ" in text
    assert "前進した" not in text


@pytest.mark.parametrize("asked", [{"old": "x"}, {"old": "9" * 30}, {"new": "-1"}, {"kind": "?"}, {"department": "a"}])
def test_a_broken_address_is_not_an_error(told, cast, as_user, asked):
    assert as_user(cast.viewer).get(URL, asked).status_code == 200


def test_text_is_escaped(told, cast, as_user):
    type(told[2][0]).objects.filter(pk=told[2][0].pk).update(title="<b>太字</b>")
    assert "<b>太字" not in as_user(cast.viewer).get(URL).content.decode()
